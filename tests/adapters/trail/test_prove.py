"""A proof is checked as a stranger checks it, and is refused where there is nothing to prove."""

from dataclasses import replace

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_adapters.tlog.errors import NotProved, SignatureInvalid, TlogUnreadable
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.proof_file import verify_proof
from pactolus_adapters.trail.check_proof import Cosigned, checked_proof
from pactolus_adapters.trail.prove import prove
from pactolus_engine.errors import AuditUnavailable, RecordNotFound
from pactolus_engine.ports import DestroyKey
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event

WITNESS = Cosigner("witness.example", bytes(range(32)))


def _filled(records: int) -> MemoryAuditLog:
    log = MemoryAuditLog(fixed_clock)
    for number in range(records):
        log.append(new_record(f"request-{number}", patient=f"Patient/{number % 2}"))
    return log


@pytest.fixture
def log() -> MemoryAuditLog:
    """Ten records, signed and cosigned."""
    log = _filled(10)
    log.add_cosignature(10, "witness.example", cosignature_line(log.publish(), WITNESS, 1_772_354_415))
    return log


def _keys(log: MemoryAuditLog) -> list[NoteVerifier]:
    return [NoteVerifier.from_text(log.verifier_key)]


@pytest.mark.parametrize("index", range(10))
def test_every_record_is_proved_by_the_latest_checkpoint(log: MemoryAuditLog, index: int) -> None:
    proof = prove(log, index)
    checkpoint = verify_proof(proof.file(), proof.leaf, _keys(log))
    assert (checkpoint.origin, checkpoint.size, proof.size) == (log.origin, 10, 10)


def test_a_proof_carries_the_cosignatures(log: MemoryAuditLog) -> None:
    proof = prove(log, 3)
    witness = NoteVerifier.from_text(WITNESS.verifier_key)
    found = checked_proof(proof.file(), proof.leaf, [*_keys(log), witness])
    assert found.witnesses == (Cosigned("witness.example", "2026-03-01T08:40:15Z"),)
    assert not checked_proof(proof.file(), proof.leaf, _keys(log)).witnesses


def test_a_witness_that_did_not_sign_is_not_named(log: MemoryAuditLog) -> None:
    proof = prove(log, 3)
    other = NoteVerifier.from_text(Cosigner("other.example", bytes(32)).verifier_key)
    assert not checked_proof(proof.file(), proof.leaf, [*_keys(log), other]).witnesses


def test_a_given_checkpoint_is_proved_against(log: MemoryAuditLog) -> None:
    earlier = log.publish()
    log.append(new_record("one more"))
    log.publish()
    proof = prove(log, 3, note=earlier)
    assert (proof.size, proof.note) == (10, earlier)
    assert prove(log, 3).size == 11


def test_what_is_not_there_or_not_signed_is_not_proved(log: MemoryAuditLog) -> None:
    log.append(new_record("one more"))
    for index, error in ((-1, RecordNotFound), (10, NotProved), (11, RecordNotFound)):
        with pytest.raises(error, match=f"record `{index}`"):
            prove(log, index)
    with pytest.raises(NotProved):
        prove(_filled(1), 0)


def test_a_checkpoint_of_another_log_or_of_more_records_is_refused(log: MemoryAuditLog) -> None:
    with pytest.raises(SignatureInvalid):
        prove(log, 3, note=_filled(10).publish())
    with pytest.raises(TlogUnreadable):
        prove(log, 3, note=b"no note")


def test_an_erased_record_is_still_proved(log: MemoryAuditLog) -> None:
    before = prove(log, 1)
    (key_id,) = log.keys_of("north", ("Patient/1",))
    log.append(event("erasure", change=DestroyKey(key_id)))
    log.publish()
    after = prove(log, 1)
    assert after.leaf == before.leaf
    assert verify_proof(after.file(), after.leaf, _keys(log)).size == 11


def test_another_leaf_is_not_proved(log: MemoryAuditLog) -> None:
    proof = prove(log, 3)
    with pytest.raises(NotProved):
        verify_proof(proof.file(), prove(log, 4).leaf, _keys(log))
    with pytest.raises(NotProved):
        verify_proof(replace(proof, index=4).file(), proof.leaf, _keys(log))


def test_a_record_that_was_altered_is_not_proved(log: MemoryAuditLog) -> None:
    log._rows._records[3] = replace(log._rows._records[3], leaf=b'{"schema_version":"1"}')
    with pytest.raises(AuditUnavailable, match="audit verify"):
        prove(log, 3)
