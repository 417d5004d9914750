"""The records of an export one after the other, each proved to be in the log; memory stays flat.

What is wrong with a record is said beside it and ends nothing: an auditor wants the rest of a broken log too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from pactolus_adapters.tlog.tree import ReadTile, TreeBroken, inclusion_proof
from pactolus_adapters.tlog.verify import ProofInvalid, hash_leaf, verify_inclusion
from pactolus_adapters.trail.export_payload import Payload, payload_of
from pactolus_adapters.trail.export_request import Export, Progress, Wanted, not_told
from pactolus_adapters.trail.places import leaf_fields
from pactolus_engine.errors import PactolusError
from pactolus_engine.ports import StoredRecord
from pactolus_engine.trail import AuditTrail, Entry, ListedRecord, Selection

__all__ = ["ExportedRecord", "exported_records"]

_PAGE: Final = 64
"""Records that are held at once, with their payloads; a payload is some 100 kB."""

_CACHED_TILES: Final = 64

Prove = Callable[[Entry], tuple[tuple[bytes, ...], str]]


@dataclass(frozen=True, slots=True)
class ExportedRecord:
    """A record as it leaves. `entry` is None where the store has lost it, `listed` where its index row is gone.

    `commitment`: the fields of the leaf. `proof`: from the leaf to the root of the export's checkpoint,
    empty also when it cannot be proved. `problem`: what is wrong with it, or empty. `opened`: the record with its
    payload or why it cannot be read, only with patient data. `payload`: what is in it; `unread`: why it is not
    there though it was asked for.
    """

    index: int
    entry: Entry | None
    commitment: dict[str, str]
    listed: ListedRecord | None
    proof: tuple[bytes, ...]
    problem: str
    opened: StoredRecord | PactolusError | None = None
    payload: Payload | None = None
    unread: str = ""


def exported_records(
    log: AuditTrail, export: Export, progress: Progress = not_told, *, payloads: bool = True
) -> Iterator[ExportedRecord]:
    """The wanted records, ascending; `payloads` False leaves those out even when they are wanted.

    Raises `AuditUnavailable` when the store cannot be read at all.
    """
    wanted = export.wanted
    opens = payloads and wanted.with_patient_data
    prove = _prover(export, lru_cache(_CACHED_TILES)(log.tile))
    done, total = 0, wanted.end - wanted.first
    for start in range(wanted.first, wanted.end, _PAGE):
        page = range(start, min(start + _PAGE, wanted.end))
        found = list(_page(log, wanted, page, prove))
        opened = dict(log.opened(found[0].index, found[-1].index + 1)) if opens and found else {}
        yield from (_with_payload(one, opened.get(one.index)) if opens else one for one in found)
        done += len(page)
        progress(done, total)


def _page(log: AuditTrail, wanted: Wanted, page: range, prove: Prove) -> Iterator[ExportedRecord]:
    selection = Selection(tenant=wanted.tenant)
    entries = {entry.index: entry for entry in log.entries(page.start, page.stop)}
    listed = {one.index: one for one in log.listed(selection, page.start - 1, len(page))}
    for index in page:
        if wanted.tenant is None or index in listed:  # nobody learns of the records of others
            record = _record(index, entries.get(index), listed.get(index), prove)
            if _is_in_time(record, wanted):
                yield record


def _record(index: int, entry: Entry | None, listed: ListedRecord | None, prove: Prove) -> ExportedRecord:
    if entry is None:
        return ExportedRecord(index, None, {}, listed, (), "the record is missing from the store")
    proof, problem = prove(entry)
    commitment = leaf_fields(entry.leaf)
    if not commitment:
        problem = problem or "its leaf cannot be read"
    elif listed is None:
        problem = problem or "its row in the index is missing"
    elif not entry.has_payload and entry.erased_by is None:
        problem = problem or "its payload is gone and no record says why"
    return ExportedRecord(index, entry, commitment, listed, proof, problem)


def _prover(export: Export, tile: ReadTile) -> Prove:
    """Proves with the tiles of the log, and checks by the verifier that shares no code with them."""
    size, root = export.checkpoint.size, export.checkpoint.root

    def prove(entry: Entry) -> tuple[tuple[bytes, ...], str]:
        hashed = hash_leaf(entry.leaf)
        if hashed != entry.leaf_hash:
            return (), "its leaf does not match its leaf hash"
        try:
            proof = inclusion_proof(entry.index, size, tile)
            verify_inclusion(hashed, entry.index, size, proof, root)
        except (TreeBroken, ProofInvalid):
            return (), "it cannot be proved to be in the tree of the checkpoint"
        return tuple(proof), ""

    return prove


def _is_in_time(record: ExportedRecord, wanted: Wanted) -> bool:
    """By the time in the leaf, which nobody can change; a record without one is never left out."""
    at = record.commitment.get("recorded_at", "")
    return not at or ((not wanted.since or wanted.since <= at) and (not wanted.until or at < wanted.until))


def _with_payload(one: ExportedRecord, opened: StoredRecord | PactolusError | None) -> ExportedRecord:
    one = replace(one, opened=opened)
    if not isinstance(opened, StoredRecord):
        return replace(one, unread=str(opened or "the record is missing from the store"))
    try:
        return replace(one, payload=payload_of(opened))
    except ValueError:
        return replace(one, unread="its payload has a form that this version cannot read")
