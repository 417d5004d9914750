"""Checkpoints, proofs and verification over a real channel, as a client uses them that trusts only a public key."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Semaphore

import grpc
import pytest

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.grpcapi.proof_methods import VERIFICATIONS
from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.verify import ProofInvalid, verify_consistency, verify_inclusion
from pactolus_engine.ports import DestroyKey
from pactolus_engine.record import leaf_hash
from pactolus_engine.trail import AuditTrail, DataKeyState
from tests.contract.audit_log import Clock, fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.tamper import attacking
from tests.support.merkle import recursive_root
from tests.wire.stand import bad_request, built, error_info

RECORDS = 300
PATIENTS = 3


@contextmanager
def _served(log: AuditTrail) -> Iterator[AuditServiceStub]:
    server = built(log=log)
    port = server.start(0)
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield AuditServiceStub(channel)
    finally:
        server.stop()


def _fill(log: AuditTrail, size: int) -> None:
    for number in range(log.size(), size):
        log.append(new_record(f"request-{number}", patient=f"Patient/{number % PATIENTS}"))


@dataclass(frozen=True)
class Auditor:
    """Whoever holds a public key and perhaps an old checkpoint, and nothing else."""

    verifier: NoteVerifier

    def checkpoint(self, client: AuditServiceStub) -> Checkpoint:
        note = client.GetCheckpoint(audit.GetCheckpointRequest()).note
        return open_checkpoint(note, [self.verifier])[0]

    def sees_growth(self, client: AuditServiceStub, old: Checkpoint) -> bool:
        """Whether the log that answers has grown from the old checkpoint."""
        now = self.checkpoint(client)
        sizes = audit.GetConsistencyProofRequest(first_tree_size=old.size, second_tree_size=now.size)
        try:
            got = client.GetConsistencyProof(sizes)
            verify_consistency(old.size, now.size, got.hashes, old.root, now.root)
        except (grpc.RpcError, ProofInvalid):
            return False
        return True


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteAuditLog]:
    made = SqliteAuditLog(tmp_path_factory.mktemp("proofs") / "data", fixed_clock)
    _fill(made, 200)
    made.publish()
    _fill(made, RECORDS)
    made.publish()
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(log: SqliteAuditLog) -> Iterator[AuditServiceStub]:
    with _served(log) as served:
        yield served


@pytest.fixture(scope="module")
def auditor(log: SqliteAuditLog) -> Auditor:
    return Auditor(NoteVerifier.from_text(log.verifier_key))


def test_the_checkpoint_is_signed_and_over_the_records(
    log: SqliteAuditLog, client: AuditServiceStub, auditor: Auditor
) -> None:
    got = auditor.checkpoint(client)
    leaves = [leaf_hash(entry.leaf) for entry in log.entries(0, RECORDS)]
    assert (got.origin, got.size, got.root) == (log.origin, RECORDS, recursive_root(leaves))


@pytest.mark.parametrize("size", [0, 200, RECORDS])
@pytest.mark.parametrize("index", [0, 150, 199])
def test_a_record_is_proved_under_a_signed_checkpoint(
    client: AuditServiceStub, auditor: Auditor, index: int, size: int
) -> None:
    got = client.GetInclusionProof(audit.GetInclusionProofRequest(index=index, tree_size=size))
    checkpoint, _ = open_checkpoint(got.checkpoint_note, [auditor.verifier])
    assert (got.index, got.tree_size) == (index, size or RECORDS)
    verify_inclusion(got.leaf_hash, index, checkpoint.size, got.hashes, checkpoint.root)


def test_a_tree_that_nobody_signed_is_proved_without_a_note(
    log: SqliteAuditLog, client: AuditServiceStub
) -> None:
    got = client.GetInclusionProof(audit.GetInclusionProofRequest(index=7, tree_size=123))
    leaves = [leaf_hash(entry.leaf) for entry in log.entries(0, 123)]
    verify_inclusion(got.leaf_hash, 7, 123, got.hashes, recursive_root(leaves))
    assert not got.checkpoint_note


def test_growth_is_proved_between_any_two_sizes(
    log: SqliteAuditLog, client: AuditServiceStub, auditor: Auditor
) -> None:
    leaves = [leaf_hash(entry.leaf) for entry in log.entries(0, RECORDS)]
    roots = {size: recursive_root(leaves[:size]) for size in (0, 1, 200, 257, RECORDS)}
    for first, second in [(1, 257), (200, 0), (257, RECORDS), (0, 200), (200, 200)]:
        sizes = audit.GetConsistencyProofRequest(first_tree_size=first, second_tree_size=second)
        got = client.GetConsistencyProof(sizes)
        assert (got.first_tree_size, got.second_tree_size) == (first, second or RECORDS)
        verify_consistency(first, second or RECORDS, got.hashes, roots[first], roots[second or RECORDS])


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("GetInclusionProof", audit.GetInclusionProofRequest(index=-1), "index"),
        ("GetInclusionProof", audit.GetInclusionProofRequest(index=RECORDS), "index"),
        ("GetInclusionProof", audit.GetInclusionProofRequest(index=7, tree_size=7), "tree_size"),
        ("GetInclusionProof", audit.GetInclusionProofRequest(index=7, tree_size=-1), "tree_size"),
        ("GetInclusionProof", audit.GetInclusionProofRequest(index=7, tree_size=RECORDS + 1), "tree_size"),
        ("GetConsistencyProof", audit.GetConsistencyProofRequest(first_tree_size=-1), "first_tree_size"),
        ("GetConsistencyProof", audit.GetConsistencyProofRequest(first_tree_size=301), "first_tree_size"),
        (
            "GetConsistencyProof",
            audit.GetConsistencyProofRequest(first_tree_size=9, second_tree_size=8),
            "second_tree_size",
        ),
        (
            "GetConsistencyProof",
            audit.GetConsistencyProofRequest(first_tree_size=9, second_tree_size=301),
            "second_tree_size",
        ),
    ],
)
def test_numbers_outside_the_log_are_refused_by_field(
    client: AuditServiceStub, method: str, request_: object, field: str
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        getattr(client, method)(request_)
    assert [name for name, _ in bad_request(caught.value)] == [field]


def test_an_empty_log_proves_nothing_and_has_a_checkpoint(tmp_path: Path) -> None:
    empty = SqliteAuditLog(tmp_path / "data", fixed_clock)
    with _served(empty) as client:
        got = Auditor(NoteVerifier.from_text(empty.verifier_key)).checkpoint(client)
        assert (got.size, got.root) == (0, recursive_root([]))
        with pytest.raises(grpc.RpcError) as caught:
            client.GetInclusionProof(audit.GetInclusionProofRequest(index=0))
        assert bad_request(caught.value) == [("index", "there is no record yet")]
    empty.close()


def test_a_record_that_was_just_recorded_is_proved(tmp_path: Path) -> None:
    log = SqliteAuditLog(tmp_path / "data", fixed_clock)
    log.publish()
    with _served(log) as client:
        log.append(new_record())
        got = client.GetInclusionProof(audit.GetInclusionProofRequest(index=0))
        checkpoint, _ = open_checkpoint(got.checkpoint_note, [NoteVerifier.from_text(log.verifier_key)])
        verify_inclusion(got.leaf_hash, 0, 1, got.hashes, checkpoint.root)
    log.close()


# --- verification -------------------------------------------------------------------------------


def test_a_whole_log_is_verified_with_what_was_erased(tmp_path: Path) -> None:
    log = SqliteAuditLog(tmp_path / "data", fixed_clock)
    _fill(log, 30)
    note = log.publish()
    (key_id,) = log.keys_of("north", ("Patient/1",))
    log.append(event("erasure", change=DestroyKey(key_id)))
    with _served(log) as client:
        for payloads in (False, True):
            *told, last = client.VerifyLog(audit.VerifyLogRequest(since_note=note, payloads=payloads))
            assert all(not each.HasField("result") for each in told)
            assert last.result.is_whole
            assert (last.records_done, last.records_total, last.result.erased) == (31, 31, 10)
            assert open_checkpoint(last.result.checkpoint_note, [NoteVerifier.from_text(log.verifier_key)])
    log.close()


def test_what_is_no_checkpoint_is_refused_by_field(client: AuditServiceStub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        list(client.VerifyLog(audit.VerifyLogRequest(since_note=b"no note")))
    assert [name for name, _ in bad_request(caught.value)] == ["since_note"]


def test_only_so_many_verifications_run_at_once_and_their_places_are_given_back(tmp_path: Path) -> None:
    log = _SlowLog(tmp_path / "data", fixed_clock)
    _fill(log, 1)
    with _served(log) as client:
        running = [client.VerifyLog(audit.VerifyLogRequest()) for _ in range(VERIFICATIONS)]
        for _ in running:
            assert log.entered.acquire(timeout=10)
        with pytest.raises(grpc.RpcError) as caught:
            list(client.VerifyLog(audit.VerifyLogRequest()))
        assert error_info(caught.value).reason == "OVERLOADED"
        log.go.set()
        for each in running:
            assert list(each)[-1].result.is_whole
        assert list(client.VerifyLog(audit.VerifyLogRequest()))[-1].result.is_whole
    log.close()


class _SlowLog(SqliteAuditLog):
    """A log that lists its keys only when it is told to."""

    def __init__(self, directory: Path, clock: Clock) -> None:
        super().__init__(directory, clock)
        self.entered, self.go = Semaphore(0), Event()

    def data_keys(self) -> Iterator[DataKeyState]:
        self.entered.release()
        assert self.go.wait(10)
        return super().data_keys()


# --- a rewritten history ------------------------------------------------------------------------


def _rewritten(directory: Path) -> None:
    """Record 150 is another one, all that hangs on it fits, and the checkpoints are signed anew."""
    record = replace(new_record("forged", about=b"another", patient="Patient/0"), outcome="HOLD")
    with attacking(directory) as attacker:
        attacker.forge(150, record, "2026-03-01T09:30:15.000250Z")
        attacker.rebuild_tiles()
        attacker.sign_again()


def _truncated(directory: Path) -> None:
    with attacking(directory) as attacker:
        attacker.truncate(150)
        attacker.rebuild_tiles()
        attacker.forget_checkpoints(150)


@pytest.mark.parametrize(("rewrite", "first_bad"), [(_rewritten, 0), (_truncated, 150)])
def test_an_old_checkpoint_and_the_public_key_are_enough_to_see_a_rewrite(
    tmp_path: Path, rewrite: Callable[[Path], None], first_bad: int
) -> None:
    directory = tmp_path / "data"
    log = SqliteAuditLog(directory, fixed_clock)
    auditor = Auditor(NoteVerifier.from_text(log.verifier_key))
    _fill(log, 200)
    log.publish()
    with _served(log) as client:
        kept = auditor.checkpoint(client)
        note = client.GetCheckpoint(audit.GetCheckpointRequest()).note
        _fill(log, RECORDS)
        log.publish()
        assert auditor.sees_growth(client, kept)
    log.close()
    rewrite(directory)
    log = SqliteAuditLog(directory, fixed_clock)
    with _served(log) as client:
        assert not auditor.sees_growth(client, kept)
        *_, alone = client.VerifyLog(audit.VerifyLogRequest(payloads=True))
        assert alone.result.is_whole, (
            "whoever holds every key leaves nothing to see without the old checkpoint"
        )
        *_, last = client.VerifyLog(audit.VerifyLogRequest(since_note=note, payloads=True))
        assert not last.result.is_whole
        assert last.result.findings[0].index == first_bad
    log.close()
