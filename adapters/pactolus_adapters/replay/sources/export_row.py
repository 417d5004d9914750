"""One record of a Parquet export, believed only as far as it proves itself.

The leaf must lead to the root of a signed checkpoint, input and output must match the salted digests in the leaf.
What cannot be proved by the file is the word of whoever exported: that a payload is not there because the key is
lost, or because a record that is not in the export erased it.
"""

from collections.abc import Mapping
from typing import Any, Final

from pactolus_adapters.replay.sources.found import Found
from pactolus_adapters.tlog.checkpoint import Checkpoint
from pactolus_adapters.tlog.verify import ProofInvalid, hash_leaf, verify_inclusion
from pactolus_adapters.trail.places import leaf_fields
from pactolus_engine.record import salted_digest
from pactolus_engine.replay.result import ReplayClass

__all__ = ["PAYLOAD_COLUMNS", "PUBLIC_COLUMNS", "ExportedRow", "found_in", "is_proved"]

ExportedRow = Mapping[str, Any]
"""A row of an export by the names of its columns."""

PUBLIC_COLUMNS: Final = ("index", "leaf", "leaf_hash", "key_id", "erased_by", "inclusion", "problem")
PAYLOAD_COLUMNS: Final = ("input", "output", "input_salt", "output_salt", "unread", "unread_class")

_CLASSES: Final = frozenset({ReplayClass.ERASED, ReplayClass.TAMPERED, ReplayClass.ERROR})
_MOST_TOLD: Final = 300

_Judged = tuple[tuple[bytes, bytes] | None, str, str]


def found_in(row: ExportedRow, checkpoint: Checkpoint) -> Found | None:
    """The record of a row. None: the log had lost it when it was exported."""
    if row["leaf"] is None or row["leaf_hash"] is None:
        return None
    public = (row["index"], row["leaf"], row["leaf_hash"], row["key_id"] or "", row["erased_by"])
    return Found(*public, *_judged(row, checkpoint))


def is_proved(row: ExportedRow, checkpoint: Checkpoint) -> bool:
    """Whether the leaf stands at its index in the tree of the checkpoint."""
    leaf, proof = row["leaf"], row["inclusion"]
    if leaf is None or proof is None or None in proof:
        return False
    try:
        verify_inclusion(hash_leaf(leaf), row["index"], checkpoint.size, proof, checkpoint.root)
    except ProofInvalid:
        return False
    return True


def _judged(row: ExportedRow, checkpoint: Checkpoint) -> _Judged:
    """The payload, or None with what is wrong."""
    index = row["index"]
    if not is_proved(row, checkpoint):
        return _altered(f"record `{index}` cannot be proved to be in the tree of the export's checkpoint")
    fields = leaf_fields(row["leaf"])
    parts = [row.get(name) for name in PAYLOAD_COLUMNS[:4]]
    if all(part is None for part in parts):
        return None, *_why_without_payload(row, is_readable=bool(fields))
    if fields and not _fits(row, fields):
        return _altered(f"record `{index}` has an input or output that does not match the digest in its leaf")
    if fields and row["problem"]:
        return _altered(f"record `{index}`: {_told(row['problem'])}")
    return (row["input"], row["output"]), "", ""


def _altered(detail: str) -> _Judged:
    return None, ReplayClass.TAMPERED.value, detail


def _fits(row: ExportedRow, fields: Mapping[str, str]) -> bool:
    """Whether input and output are those that the leaf commits to."""
    try:
        return all(
            salted_digest(row[f"{name}_salt"], row[name]) == fields.get(f"{name}_digest")
            for name in ("input", "output")
        )
    except (ValueError, TypeError):  # a salt of another length, or a part that is null
        return False


def _why_without_payload(row: ExportedRow, *, is_readable: bool) -> tuple[str, str]:
    if word := row.get("unread_class"):
        return (word if word in _CLASSES else ReplayClass.ERROR.value), _told(row["unread"])
    if row["problem"] and is_readable:
        return ReplayClass.TAMPERED.value, f"record `{row['index']}`: {_told(row['problem'])}"
    if row["erased_by"] is not None:
        return ReplayClass.ERASED.value, ""
    return ReplayClass.INPUT_MISSING.value, "exported without patient data"


def _told(text: str | None) -> str:
    """What the file says in words, which may be anything in a file that somebody else has written."""
    return "".join(one for one in text or "" if one.isprintable())[:_MOST_TOLD]
