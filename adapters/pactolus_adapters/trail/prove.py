"""The proof that a record stands in the log, as a file that anybody can check without the log."""

from dataclasses import dataclass

from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.errors import NotProved
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.proof_file import ProofFile, verify_proof, write_proof
from pactolus_adapters.trail.readable import ReadableTrail
from pactolus_engine.errors import AuditUnavailable, RecordNotFound

__all__ = ["Proof", "prove", "prove_in_tree"]


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof and what it is of: record `index` in the tree of the first `size` records.

    `leaf`: the public part of the record. `hashes`: from the leaf's sibling to the root's child. `note`: the
    checkpoint that the proof leads to, with the cosignatures of witnesses; empty when none was signed for this size.
    """

    index: int
    size: int
    leaf: bytes
    leaf_hash: bytes
    hashes: tuple[bytes, ...]
    note: bytes

    def file(self) -> bytes:
        """The C2SP `tlog-proof` file, which does not hold the leaf. Raises `TlogUnreadable` without a note."""
        return write_proof(ProofFile(self.index, self.hashes, self.note))


def prove(trail: ReadableTrail, index: int, *, note: bytes = b"") -> Proof:
    """The proof of a record against a checkpoint note of this log; none given: the largest that is stored.

    It was checked as a stranger would check it before it is given. Raises `RecordNotFound`, `NotProved` when
    there is no checkpoint over it, `TlogInvalid` for a note that is not this log's, `AuditUnavailable` when
    tiles or leaf are torn.
    """
    trusted = (NoteVerifier.from_text(trail.verifier_key),)
    note = note or _covering_note(trail, index)
    checkpoint, _ = open_checkpoint(note, trusted)
    if not 0 <= index < checkpoint.size <= trail.size():
        raise NotProved(f"the checkpoint over `{checkpoint.size}` records does not prove record `{index}`")
    proof = prove_in_tree(trail, index, checkpoint.size, note)
    try:
        verify_proof(proof.file(), proof.leaf, trusted)
    except NotProved as error:
        raise AuditUnavailable(
            f"record `{index}` is not the one that was signed for; `pactolus audit verify` tells more"
        ) from error
    return proof


def prove_in_tree(trail: ReadableTrail, index: int, size: int, note: bytes = b"") -> Proof:
    """The proof of a record in the tree of the first `size` records, whether that was signed or not.

    Raises `ValueError` when that tree has no such record, `AuditUnavailable` when tiles or leaf are torn.
    """
    hashes = tuple(trail.inclusion_proof(index, size))
    entry = next(trail.entries(index, index + 1), None)
    if entry is None:
        raise AuditUnavailable(
            f"record `{index}` of the audit log is missing; `pactolus audit verify` tells more"
        )
    return Proof(index, size, entry.leaf, entry.leaf_hash, hashes, note)


def _covering_note(trail: ReadableTrail, index: int) -> bytes:
    """The note of the largest stored checkpoint, if that record is under it."""
    size = trail.size()
    if not 0 <= index < size:
        raise RecordNotFound(f"there is no record `{index}`: the log has `{size}`, counted from 0")
    latest = trail.latest_checkpoint()
    if latest is None or latest.size <= index:
        raise NotProved(
            f"record `{index}` is not yet under a signed checkpoint; the service signs within a second, "
            "`pactolus audit checkpoint --publish` does it while no service runs"
        )
    return latest.note
