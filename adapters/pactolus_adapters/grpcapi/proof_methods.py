"""The methods of `AuditService` that prove the log: checkpoints, proofs, verification.

They are bound to no tenant. What they give away is hashes of public parts without patient data, counts and
signatures; whoever is to trust the log must be able to ask for all of it, whichever tenant they belong to.
"""

from collections.abc import Iterator
from threading import BoundedSemaphore
from time import monotonic
from typing import Final

import grpc

from pactolus.v1 import audit_service_pb2 as audit
from pactolus_adapters.grpcapi.convert_proof import (
    check_number,
    inclusion_message,
    result_message,
    step_message,
)
from pactolus_adapters.grpcapi.errors import Overloaded
from pactolus_adapters.tlog.errors import TlogUnreadable
from pactolus_adapters.trail.prove import prove_in_tree
from pactolus_adapters.trail.verify import Verification, verify_steps
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.trail import AuditTrail, StoredCheckpoint

__all__ = ["VERIFICATIONS", "ProofMethods"]

VERIFICATIONS: Final = 2
"""Verifications that run at once; each holds a thread of the server for as long as it takes."""

_TELL_SECONDS: Final = 0.5

_Context = grpc.ServicerContext


class ProofMethods:
    """Part of `AuditHandlers`."""

    _log: AuditTrail
    _verifications: BoundedSemaphore

    def GetCheckpoint(
        self, _request: audit.GetCheckpointRequest, _context: _Context
    ) -> audit.GetCheckpointResponse:
        """The latest signed checkpoint; one is signed if there is none yet."""
        latest = self._log.latest_checkpoint()
        return audit.GetCheckpointResponse(note=self._log.publish() if latest is None else latest.note)

    def GetInclusionProof(
        self, request: audit.GetInclusionProofRequest, _context: _Context
    ) -> audit.GetInclusionProofResponse:
        """The proof of a record in the tree of a checkpoint, or of a size that nobody signed: then without note."""
        size = self._log.size()
        check_number("index", request.index, 0, size - 1)
        if request.tree_size:
            check_number("tree_size", request.tree_size, request.index + 1, size)
        tree = self._tree(request.tree_size, request.index + 1)
        return inclusion_message(prove_in_tree(self._log, request.index, tree.size, tree.note))

    def GetConsistencyProof(
        self, request: audit.GetConsistencyProofRequest, _context: _Context
    ) -> audit.GetConsistencyProofResponse:
        """The proof that the tree of the first size is the beginning of that of the second."""
        first, second, size = request.first_tree_size, request.second_tree_size, self._log.size()
        check_number("first_tree_size", first, 0, size)
        if second:
            check_number("second_tree_size", second, first, size)
        second = self._tree(second, first).size
        hashes = self._log.consistency_proof(first, second)
        return audit.GetConsistencyProofResponse(
            first_tree_size=first, second_tree_size=second, hashes=hashes
        )

    def VerifyLog(
        self, request: audit.VerifyLogRequest, context: _Context
    ) -> Iterator[audit.VerifyLogResponse]:
        """Verifies the log while it is in use, tells how far it has come, and at the end what it found."""
        if not self._verifications.acquire(blocking=False):
            raise Overloaded
        try:
            yield from self._verified(request, context)
        except TlogUnreadable as error:
            raise InputInvalid([Violation("since_note", f"no signed checkpoint: {error}")]) from error
        finally:
            self._verifications.release()

    def _verified(
        self, request: audit.VerifyLogRequest, context: _Context
    ) -> Iterator[audit.VerifyLogResponse]:
        told = 0.0
        for step in verify_steps(self._log, since=request.since_note, payloads=request.payloads):
            if not context.is_active():
                return
            if isinstance(step, Verification):
                yield result_message(step)
            elif monotonic() - told > _TELL_SECONDS:
                told = monotonic()
                yield step_message(step)

    def _tree(self, asked: int, least: int) -> StoredCheckpoint:
        """The checkpoint of the size that was asked for, without root and note if nobody signed that one; for 0 the
        latest, of at least so many records."""
        stored = self._log.latest_checkpoint(asked or None) if asked >= 0 else None
        if asked:
            return (
                stored if stored is not None and stored.size == asked else StoredCheckpoint(asked, b"", b"")
            )
        if stored is None or stored.size < least:
            self._log.publish()
            stored = self._log.latest_checkpoint()
        return stored or StoredCheckpoint(0, b"", b"")
