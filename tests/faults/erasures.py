"""What is gone from a log is gone because a record of it says so, and what a record erased is gone."""

from pactolus_engine.record import read_commitment
from pactolus_engine.trail import AuditTrail, Entry

__all__ = ["erasure_faults"]


def erasure_faults(log: AuditTrail) -> list[str]:
    """Payloads that nobody erased and that are not there, and keys that were erased and are there again."""
    entries = list(log.entries(0, log.size()))
    leaves = {entry.index: read_commitment(entry.leaf) for entry in entries}
    faults = [
        f"record `{entry.index}` is gone, and no record says so"
        for entry in entries
        if not entry.has_payload and not _was_erased(entry, leaves)
    ]
    destroyed = {leaf["destroyed_key_id"] for leaf in leaves.values() if "destroyed_key_id" in leaf}
    prunes = any("pruned_before" in leaf for leaf in leaves.values())
    for key in log.data_keys():
        if key.key_id in destroyed and key.destroyed_by is None:
            faults.append("a key that was destroyed is there again")
        if key.destroyed_by is not None and key.key_id not in destroyed and not prunes:
            faults.append("a key is gone, and no record says so")
    return faults


def _was_erased(entry: Entry, leaves: dict[int, dict[str, str]]) -> bool:
    """Whether the record that is said to have done it says the same."""
    by = leaves.get(-1 if entry.erased_by is None else entry.erased_by, {})
    return by.get("destroyed_key_id") == entry.key_id or entry.index < int(by.get("pruned_before", 0))
