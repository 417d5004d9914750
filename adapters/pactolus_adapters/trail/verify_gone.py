"""Checks what is gone from a log: every payload and key that was removed, by the word of a record of the log.

The store says which record removed a payload. That record's leaf must say so itself: it names the key that it
destroyed, or the index before which it removed all payloads. Anything else that is gone is a finding.
"""

from typing import Final

from pactolus_adapters.trail.findings import Findings
from pactolus_adapters.trail.leaf import LeafFields, read_leaf
from pactolus_adapters.trail.readable import ReadableTrail
from pactolus_engine.trail import Entry

__all__ = ["RemovalCheck"]

_MOST_REMEMBERED: Final = 1024


class RemovalCheck:
    """Sees every record once, in order; keeps the removals, not the records."""

    def __init__(self, trail: ReadableTrail, findings: Findings) -> None:
        self._trail = trail
        self._findings = findings
        self._claims: dict[int, LeafFields] = {}
        self._destroyed: dict[str, int] = {}
        self._pruned_before, self._pruned_by = 0, -1
        self._first_payload: int | None = None
        self._last_loss = -1
        self._wrong_keys: dict[str, int] = {}
        self._lost_keys: set[str] = set()
        self.erased = self.pruned = 0
        self.last_remover = -1
        """The largest index that the store names as having removed something."""
        self.lost: list[range] = []

    def look_at_keys(self) -> None:
        """Before the records: keys that were destroyed by no record, and those that are lost."""
        for key in self._trail.data_keys():
            if key.is_lost:
                self._lost_keys.add(key.key_id)
            by = key.destroyed_by
            if by is not None:
                claim = self._claim(by)
                if claim.get("destroyed_key_id") != key.key_id and "pruned_before" not in claim:
                    self._wrong_keys[key.key_id] = by

    def see(self, entry: Entry, fields: LeafFields) -> bool:
        """Looks at one record; whether its payload is there."""
        self._note_removal(entry.index, fields)
        key_id = fields.get("key_id", entry.key_id)
        if entry.key_id and key_id != entry.key_id:
            self._findings.add(
                entry.index, f"record `{entry.index}` is filed under another key than its leaf says"
            )
        if not entry.has_payload or entry.erased_by is not None:
            self._see_gone(entry, key_id)
            return False
        if self._first_payload is None:
            self._first_payload = entry.index
        if key_id in self._wrong_keys:
            by = self._wrong_keys.pop(key_id)
            self._findings.add(
                entry.index,
                f"the key of record `{entry.index}` is gone: record `{by}` is said to have destroyed it, and says nothing "
                "of it",
            )
        if key_id in self._lost_keys:
            self._lose(entry.index)
        return True

    def is_lost(self, index: int) -> bool:
        """Whether that record, seen lately, is one of those."""
        last = next((lost for lost in reversed(self.lost) if lost.start <= index), range(0))
        return index in last

    def finish(self) -> None:
        """After the last record: losses nobody told of, and what was removed and is there again."""
        untold = next((lost for lost in self.lost if lost.stop > self._last_loss + 1), None)
        if untold is not None:
            first = max(untold.start, self._last_loss + 1)
            self._findings.add(
                first,
                f"record `{first}` cannot be read: its key is wrapped under a key-encryption key that is not the one in "
                "force, and no later record of the log tells of a lost key",
            )
        for by in self._wrong_keys.values():
            self._findings.add(by, f"record `{by}` is said to have destroyed a key, and says nothing of it")
        if self._first_payload is not None:
            self._look_for_pruned_payloads(self._first_payload)
        if self._destroyed:
            self._look_for_keys_that_are_back()
        next(
            self._trail.data_keys(), None
        )  # raises when the key was changed meanwhile: then nothing is known

    # --- parts ----------------------------------------------------------------------------------

    def _lose(self, index: int) -> None:
        if self.lost and self.lost[-1].stop == index:
            self.lost[-1] = range(self.lost[-1].start, index + 1)
        else:
            self.lost.append(range(index, index + 1))

    def _note_removal(self, index: int, fields: LeafFields) -> None:
        if fields.get("event") == "key-loss":
            self._last_loss = index
        if "destroyed_key_id" in fields:
            self._destroyed[fields["destroyed_key_id"]] = index
        if (before := _pruned_before(fields)) > self._pruned_before:
            self._pruned_before, self._pruned_by = before, index

    def _see_gone(self, entry: Entry, key_id: str) -> None:
        index, by = entry.index, entry.erased_by
        if by is None:
            self._findings.add(
                index, f"the payload of record `{index}` is gone, and nobody says who removed it"
            )
            return
        claim = self._claim(by)
        if by > index and claim.get("destroyed_key_id") == key_id != "":
            self.erased += 1
        elif by > index and _pruned_before(claim) > index:
            self.pruned += 1
        else:
            self._findings.add(
                index,
                f"the payload of record `{index}` is gone: record `{by}` is said to have removed it, and says nothing "
                "of it",
            )
        if entry.has_payload:
            self._findings.add(
                index, f"the payload of record `{index}` is there, though it is said to be removed"
            )

    def _claim(self, by: int) -> LeafFields:
        """What the leaf of that record says; the record itself is verified when its turn comes."""
        self.last_remover = max(self.last_remover, by)
        if by not in self._claims:
            if len(self._claims) >= _MOST_REMEMBERED:
                self._claims.clear()
            entry = next(self._trail.entries(by, by + 1), None)
            self._claims[by] = (read_leaf(entry.leaf) if entry is not None else None) or {}
        return self._claims[by]

    def _look_for_pruned_payloads(self, first: int) -> None:
        """Looks again, since they may have been removed after they were seen."""
        for entry in self._trail.entries(first, min(self._pruned_before, self._trail.size())):
            if entry.has_payload:
                self._findings.add(
                    entry.index,
                    f"the payload of record `{entry.index}` is there, though record `{self._pruned_by}` removed it",
                )
                return

    def _look_for_keys_that_are_back(self) -> None:
        for key in self._trail.data_keys():
            by = self._destroyed.get(key.key_id)
            if by is not None and key.destroyed_by is None:
                self._findings.add(by, f"record `{by}` destroyed a data key, which is there again")


def _pruned_before(fields: LeafFields) -> int:
    text = fields.get("pruned_before", "")
    return int(text) if text.isascii() and text.isdecimal() else 0
