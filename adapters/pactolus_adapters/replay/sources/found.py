"""What a source found of a record, judged once for all sources: the same record has the same row wherever it lies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pactolus_adapters.replay.batches import RecordRow
from pactolus_adapters.tlog.verify import hash_leaf
from pactolus_adapters.trail.places import leaf_fields
from pactolus_adapters.trail.unreadable import is_removed_by
from pactolus_engine.replay.result import ReplayClass

__all__ = ["Claim", "Found", "altered_row", "row_of"]

Claim = Callable[[int], Mapping[str, str] | None]
"""The leaf fields of the record at that index; empty where it cannot be read, None where it is out of reach."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record as it was found. `key_id`: of the key its payload is under, `erased_by`: as `Entry`.

    `payload`: input and output; None: not there, for the reason in `problem` (a `ReplayClass`) and `detail`. What is
    so for many records alike has one detail, without their places, by which a report puts them together.
    """

    index: int
    leaf: bytes
    leaf_hash: bytes
    key_id: str
    erased_by: int | None
    payload: tuple[bytes, bytes] | None
    problem: str = ""
    detail: str = ""


def row_of(found: Found | None, index: int, claim: Claim) -> RecordRow:
    """The row of the record at that index. `found` None: there is none, though there was to be one.

    `claim`: what the record says that is named as the one which removed the payload.
    """
    if found is None:
        return altered_row(index, b"", f"record `{index}` is missing from the store")
    if hash_leaf(found.leaf) != found.leaf_hash:
        detail = f"record `{index}` has a leaf that does not match its leaf hash"
        return altered_row(index, found.leaf_hash, detail)
    if found.problem == ReplayClass.TAMPERED:
        return altered_row(index, found.leaf_hash, found.detail)
    fields = leaf_fields(found.leaf)
    row = _public(found, fields)
    if found.problem == ReplayClass.ERASED:
        return _gone(row, found, fields, claim)
    if not fields:
        told = found.detail if found.problem == ReplayClass.ERROR else ""
        detail = told or f"record `{index}` has a leaf that this version cannot read"
        return replace(row, problem=ReplayClass.ERROR.value, detail=detail)
    if found.payload is None:
        return replace(row, problem=found.problem, detail=found.detail)
    return replace(row, input=found.payload[0], output=found.payload[1])


def altered_row(index: int, leaf_hash: bytes, detail: str) -> RecordRow:
    """The row of a record that is not what was recorded. What its leaf says of event and pack is not repeated: by
    another word there it could be passed over."""
    return RecordRow(index, leaf_hash=leaf_hash, problem=ReplayClass.TAMPERED.value, detail=detail)


def _public(found: Found, fields: Mapping[str, str]) -> RecordRow:
    event, pack_id, recorded_at = (fields.get(name, "") for name in ("event", "pack_id", "recorded_at"))
    return RecordRow(found.index, event, pack_id, recorded_at, found.leaf_hash)


def _gone(row: RecordRow, found: Found, fields: Mapping[str, str], claim: Claim) -> RecordRow:
    """The store's word that it was erased counts as far as the record that is named says the same."""
    by = found.erased_by
    if by is None:  # the key is lost
        return replace(row, problem=found.problem, detail=found.detail)
    claimed = claim(by)
    if claimed is not None and not is_removed_by(
        found.index, fields.get("key_id", found.key_id), by, claimed
    ):
        detail = (
            f"the payload of record `{found.index}` is gone: record `{by}` is said to have removed it, and says nothing "
            "of it"
        )
        return altered_row(found.index, found.leaf_hash, detail)
    detail = f"erased by record `{by}`; its proof stands"
    return replace(row, problem=found.problem, detail=detail)
