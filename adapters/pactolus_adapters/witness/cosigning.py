"""The duty of a witness (C2SP tlog-witness): a checkpoint is cosigned if it goes on from the last one, else not.

What it knows of a log is the last checkpoint that it cosigned. It is kept before the signature is made, so a crash
in between costs an answer and no more: whoever asks again learns the size from the refusal.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from threading import Lock

from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_adapters.tlog.errors import SignatureInvalid, TlogUnreadable, VerifierKeyInvalid
from pactolus_adapters.tlog.keys import NoteVerifier, SignatureType
from pactolus_adapters.tlog.verify import ProofInvalid, verify_consistency
from pactolus_adapters.witness.errors import StateUnusable
from pactolus_adapters.witness.protocol import AddCheckpoint, Answer, read_request, refusal, size_answer
from pactolus_adapters.witness.state import State
from pactolus_engine.errors import PactolusError

__all__ = ["CosigningWitness", "Tell", "log_keys"]

Tell = Callable[[str], None]
"""Takes one line for the operator."""


def log_keys(texts: Iterable[str]) -> tuple[NoteVerifier, ...]:
    """The keys of logs from their texts; several may be of one log. Raises `VerifierKeyInvalid`."""
    keys = tuple(map(NoteVerifier.from_text, texts))
    for key in keys:
        if key.type is not SignatureType.ED25519:
            raise VerifierKeyInvalid(f"verifier key `{key.name}` is not that of a log (type 0x01)")
    return keys


class CosigningWitness:
    """One witness for some logs; safe to use from several threads."""

    def __init__(
        self,
        cosigner: Cosigner,
        logs: Iterable[NoteVerifier],
        state: State,
        seconds: Callable[[], int],
        tell: Tell = lambda _: None,
    ) -> None:
        """`seconds` gives the POSIX time of a cosignature; `tell` hears of every history that is refused."""
        self._cosigner = cosigner
        self._keys: dict[str, list[NoteVerifier]] = {}
        for log in logs:
            self._keys.setdefault(log.name, []).append(log)
        self._locks = {origin: Lock() for origin in self._keys}
        self._state = state
        self._seconds = seconds
        self._tell = tell

    def answer(self, body: bytes) -> Answer:
        """The answer to a request `add-checkpoint` with this body; any bytes get one."""
        try:
            request = read_request(body)
        except TlogUnreadable as error:
            return refusal(HTTPStatus.BAD_REQUEST, str(error))
        keys = self._keys.get(request.checkpoint.origin)
        if keys is None:
            return refusal(HTTPStatus.NOT_FOUND, "this witness does not know the log of that origin")
        try:
            open_checkpoint(request.note, keys)
        except SignatureInvalid as error:
            return refusal(HTTPStatus.FORBIDDEN, str(error))
        with self._locks[request.checkpoint.origin]:
            return self._judged(request)

    def close(self) -> None:
        """Lets go of the state."""
        self._state.close()

    def _judged(self, request: AddCheckpoint) -> Answer:
        """The answer to a request that the log has signed; nobody else judges one of this log meanwhile."""
        new, last = request.checkpoint, self._state.last(request.checkpoint.origin)
        if request.old != last.size:
            return size_answer(last.size)
        if new.size == last.size and new.root != last.root:
            self._refuse(
                request, "has another root than the one cosigned before: the log has signed two histories"
            )
            return size_answer(last.size)
        try:
            verify_consistency(last.size, new.size, request.proof, last.root, new.root)
        except ProofInvalid as error:
            self._refuse(
                request, f"came without a proof that it goes on from the {last.size} cosigned before"
            )
            return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        return self._cosigned(request.note) if new.size == last.size else self._kept_and_cosigned(request)

    def _kept_and_cosigned(self, request: AddCheckpoint) -> Answer:
        try:
            self._state.keep(request.checkpoint, request.note)
        except StateUnusable as error:
            self._tell(f"nothing is cosigned: {error}")
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the witness cannot keep what it would cosign")
        return self._cosigned(request.note)

    def _cosigned(self, note: bytes) -> Answer:
        try:
            line = cosignature_line(note, self._cosigner, self._seconds())
        except PactolusError as error:
            self._tell(f"nothing is cosigned: {error}")
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "the key of the witness does not sign")
        return Answer(HTTPStatus.OK, f"{line}\n".encode())

    def _refuse(self, request: AddCheckpoint, why: str) -> None:
        """Keeps the checkpoint and tells of it, once: anybody who has it can send it again with a false proof."""
        new = request.checkpoint
        if self._state.keep_refused(new, request.note):
            self._tell(f"REFUSED: the checkpoint of {new.size} records of log `{new.origin}` {why}")
