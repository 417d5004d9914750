"""Proof files (C2SP tlog-proof): that an entry is in a log, to be checked by anybody without the log.

The file names the index of the entry, holds the hashes from its leaf to the root, and ends with the signed
checkpoint that vouches for the root. The entry itself is not in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint, read_checkpoint
from pactolus_adapters.tlog.errors import NotProved, TlogUnreadable
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.note import read_note
from pactolus_adapters.tlog.strict import (
    HASH_BYTES,
    MOST_SIZE,
    base64_text,
    read_base64,
    read_decimal,
    read_hash,
    read_text,
)
from pactolus_adapters.tlog.verify import ProofInvalid, hash_leaf, verify_inclusion

__all__ = ["PROOF_FILE_ENDING", "ProofFile", "read_proof", "verify_proof", "write_proof"]

PROOF_FILE_ENDING: Final = ".tlog-proof"
"""How the name of such a file ends."""

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_EXTRA: Final = "extra "
_INDEX: Final = "index "
_MOST_BYTES: Final = 2 << 20
_MOST_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class ProofFile:
    """What a proof file holds.

    `hashes` go from the leaf's sibling to the root's child, `checkpoint` is the signed note as it is. `extra` is
    vouched for by nobody; none is `None`.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.index <= MOST_SIZE:
            raise TlogUnreadable("the index of a proof is from 0 to 2^63 - 1")
        if len(self.hashes) > _MOST_HASHES or any(len(one) != HASH_BYTES for one in self.hashes):
            raise TlogUnreadable(f"a proof has at most {_MOST_HASHES} hashes of {HASH_BYTES} bytes")
        if self.extra == b"":
            raise TlogUnreadable("extra data of a proof is left out or not empty")
        read_checkpoint(read_note(self.checkpoint)[0])


def write_proof(proof: ProofFile) -> bytes:
    """The content of the file."""
    extra = () if proof.extra is None else (f"{_EXTRA}{base64_text(proof.extra)}",)
    lines = [_HEADER, *extra, f"{_INDEX}{proof.index}", *map(base64_text, proof.hashes), ""]
    return "".join(f"{line}\n" for line in lines).encode("ascii") + proof.checkpoint


def read_proof(content: bytes) -> ProofFile:
    """What a proof file holds; nothing is verified. Raises `TlogUnreadable`."""
    if len(content) > _MOST_BYTES:
        raise TlogUnreadable(f"the proof file has more than {_MOST_BYTES} bytes")
    head, separator, checkpoint = content.partition(b"\n\n")
    header, *lines = read_text(head, "the proof file").split("\n")
    if header != _HEADER or not separator:
        raise TlogUnreadable(f"a proof file starts with the line `{_HEADER}` and has an empty line")
    extra = _read_extra(lines.pop(0)) if lines and lines[0].startswith(_EXTRA) else None
    if not lines or not lines[0].startswith(_INDEX):
        raise TlogUnreadable("the proof file has no line `index` where it should be")
    index = read_decimal(lines[0].removeprefix(_INDEX), "the index of the proof")
    hashes = tuple(read_hash(line, f"hash {at} of the proof") for at, line in enumerate(lines[1:], 1))
    return ProofFile(index, hashes, checkpoint, extra)


def verify_proof(content: bytes, leaf: bytes, verifiers: Iterable[NoteVerifier]) -> Checkpoint:
    """The checkpoint by which a trusted log vouches that `leaf` is its entry at the index of the file.

    `leaf` is the entry itself, not its hash. Raises `TlogUnreadable`, `SignatureInvalid`, `VerifierKeyInvalid`,
    and `NotProved` when another entry, index or root was proved.
    """
    proof = read_proof(content)
    checkpoint, _ = open_checkpoint(proof.checkpoint, verifiers)
    try:
        verify_inclusion(hash_leaf(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    except ProofInvalid as error:
        raise NotProved(f"the entry is not proved to be in log `{checkpoint.origin}`: {error}") from error
    return checkpoint


def _read_extra(line: str) -> bytes:
    return read_base64(line.removeprefix(_EXTRA), "the extra data of the proof")
