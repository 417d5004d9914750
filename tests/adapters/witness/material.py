"""Logs that can be forked at will, and a witness for them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from pactolus_adapters.tlog.checkpoint import Checkpoint, sign_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner
from pactolus_adapters.tlog.keys import Ed25519NoteSigner, NoteVerifier
from pactolus_adapters.tlog.note import open_note, read_note
from pactolus_adapters.tlog.policy import Witness
from pactolus_adapters.witness.cosigning import CosigningWitness
from pactolus_adapters.witness.protocol import Answer, write_request
from pactolus_adapters.witness.server import WitnessServer
from pactolus_adapters.witness.state import State
from tests.adapters.tlog.material import LOG, LOG_KEY
from tests.support.merkle import leaf, recursive_consistency, recursive_root

__all__ = [
    "COSIGNER",
    "NOW",
    "WITNESS_KEY",
    "History",
    "a_witness",
    "cosigned_text",
    "named",
    "served",
]

COSIGNER = Cosigner("witness.example/w1", b"\x07" * 32)
WITNESS_KEY = NoteVerifier.from_text(COSIGNER.verifier_key)
NOW = 1_800_000_000


@dataclass
class History:
    """What somebody with the key of the log says that the log holds: entries by a word of their own from `fork` on."""

    word: str = "true"
    fork: int = 0
    signer: Ed25519NoteSigner = LOG
    _leaves: list[bytes] = field(default_factory=list)

    def leaves(self, size: int) -> list[bytes]:
        """The leaf hashes of the first `size` entries."""
        for index in range(len(self._leaves), size):
            word = self.word if index >= self.fork else "true"
            self._leaves.append(leaf(f"{word} {index}".encode()))
        return self._leaves[:size]

    def note(self, size: int) -> bytes:
        """The signed checkpoint of that size."""
        root = recursive_root(self.leaves(size))
        return sign_checkpoint(Checkpoint(self.signer.name, size, root), self.signer)

    def proof(self, old: int, size: int) -> tuple[bytes, ...]:
        """The consistency proof between two sizes."""
        return tuple(recursive_consistency(old, self.leaves(size))) if 0 < old < size else ()

    def request(self, old: int, size: int) -> bytes:
        """The body that asks for a cosignature of `size` entries, from `old`."""
        return write_request(old, self.proof(old, size), self.note(size))


def a_witness(
    folder: Path, logs: tuple[NoteVerifier, ...] = (LOG_KEY,), tell: Callable[[str], None] = lambda _: None
) -> CosigningWitness:
    """A witness on this state folder, at `NOW`."""
    return CosigningWitness(COSIGNER, logs, State(folder, logs), lambda: NOW, tell)


def cosigned_text(note: bytes, answer: Answer) -> None:
    """Sees that the answer is one verified cosignature of this checkpoint at `NOW`, as the specification has it."""
    text, _ = read_note(note)
    opened = open_note(f"{text}\n".encode() + answer.body, [WITNESS_KEY])
    ((signature,), unknown) = opened.verified, opened.unknown
    assert unknown == ()
    assert int.from_bytes(signature.payload[:8], "big") == NOW


def named(port: int, name: str = "w1", key: NoteVerifier = WITNESS_KEY) -> Witness:
    """The witness on that port as a policy names it."""
    return Witness(name, key, f"http://127.0.0.1:{port}")


@contextmanager
def served(
    answer: Callable[[bytes], Answer], port: int = 0, seconds: float = 10.0
) -> Iterator[WitnessServer]:
    """A witness behind real HTTP on loopback."""
    with WitnessServer("127.0.0.1", port, answer, seconds) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
