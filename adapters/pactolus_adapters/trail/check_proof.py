"""Checks a proof file by itself: what it shows, and which of the trusted witnesses have seen that log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.cosignature import cosignature_time
from pactolus_adapters.tlog.errors import SignatureInvalid
from pactolus_adapters.tlog.keys import NoteVerifier, SignatureType
from pactolus_adapters.tlog.note import Note
from pactolus_adapters.tlog.proof_file import read_proof, verify_proof

__all__ = ["CheckedProof", "Cosigned", "checked_proof"]


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness and when it says it saw the checkpoint; RFC 3339 in UTC."""

    name: str
    time: str


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """What was proved: the leaf is entry `index` of the log, in its tree of `size` entries."""

    origin: str
    index: int
    size: int
    witnesses: tuple[Cosigned, ...]


def checked_proof(content: bytes, leaf: bytes, verifiers: Sequence[NoteVerifier]) -> CheckedProof:
    """What the file proves of the leaf. Raises as `tlog.proof_file.verify_proof`."""
    checkpoint = verify_proof(content, leaf, verifiers)
    proof = read_proof(content)
    _, note = open_checkpoint(proof.checkpoint, verifiers)
    witnesses = (one for one in verifiers if one.type is SignatureType.COSIGNATURE)
    return CheckedProof(
        checkpoint.origin,
        proof.index,
        checkpoint.size,
        tuple(found for one in witnesses if (found := _cosigned(note, one)) is not None),
    )


def _cosigned(note: Note, witness: NoteVerifier) -> Cosigned | None:
    try:
        seconds = cosignature_time(note, witness)
        time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except SignatureInvalid:
        return None
    except OverflowError:
        return Cosigned(witness.name, f"{seconds} s after 1970")
    return Cosigned(witness.name, time.isoformat().replace("+00:00", "Z"))
