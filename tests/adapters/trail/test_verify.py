"""What a verification says of logs that were used, erased in, torn, and of those that are in use meanwhile."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.errors import TlogUnreadable
from pactolus_adapters.tlog.keys import Ed25519NoteSigner, NoteVerifier
from pactolus_adapters.trail.verify import Step, Verification, verify, verify_steps
from pactolus_engine.errors import PactolusError
from pactolus_engine.ports import PrunePayloads, StoredRecord
from pactolus_engine.trail import AuditTrail, Entry
from tests.adapters.trail.logs import WITNESS, copied, erase, fill, found, made_store
from tests.contract.audit_log import fixed_clock
from tests.contract.audit_trail import event
from tests.faults.tamper import attacking


def _both(log: AuditTrail, since: bytes = b"") -> Iterator[Verification]:
    for payloads in (False, True):
        yield verify(log, since=since, payloads=payloads)


@pytest.fixture
def log() -> MemoryAuditLog:
    """Thirty records, the last five not yet signed."""
    made = MemoryAuditLog(fixed_clock)
    fill(made, 25)
    made.publish()
    fill(made, 30)
    return made


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_store(tmp_path_factory.mktemp("closed") / "data")


# --- whole --------------------------------------------------------------------------------------


def test_an_empty_log_is_whole() -> None:
    for got in _both(MemoryAuditLog(fixed_clock)):
        assert (got.is_whole, got.records, got.signed, got.checkpoint) == (True, 0, 0, b"")


def test_the_checkpoint_that_the_records_agree_with_is_told_and_what_is_not_yet_signed(
    log: MemoryAuditLog,
) -> None:
    for got in _both(log):
        assert got.is_whole
        assert (got.records, got.signed) == (30, 25)
        checkpoint, _ = open_checkpoint(got.checkpoint, [NoteVerifier.from_text(log.verifier_key)])
        assert checkpoint.size == 25


def test_what_a_record_erased_or_pruned_is_explained(log: MemoryAuditLog) -> None:
    log.append(event("pruning", change=PrunePayloads(6)))
    erase(log, 1)
    for got in _both(log):
        assert got.is_whole, got.findings
        assert (got.pruned, got.erased) == (6, 8)


def test_progress_is_told_up_to_the_end(log: MemoryAuditLog) -> None:
    told: list[tuple[int, int]] = []
    verify(log, progress=lambda done, total: told.append((done, total)))
    assert told == [(30, 30)]


def test_a_log_in_use_makes_no_false_alarm() -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 2500)
    kept = log.publish()
    steps = verify_steps(log, since=kept, payloads=True)
    assert next(steps) == Step(1024, 2500)
    fill(log, 2600)
    log.publish()
    erase(log, 1)
    log.append(event("pruning", change=PrunePayloads(2000)))
    *_, last = steps
    assert isinstance(last, Verification)
    assert last.is_whole, last.findings
    assert last.records == 2602, "the records that erased something meanwhile were looked at too"
    assert last.erased > 0
    assert last.pruned > 0


class _ErasedBetween(MemoryAuditLog):
    """A log in which a patient is erased just before a question of the verification is answered."""

    before = ""

    def entries(self, first: int, end: int) -> Iterator[Entry]:
        self._erase_before("entries")
        return super().entries(first, end)

    def opened(self, first: int, end: int) -> Iterator[tuple[int, StoredRecord | PactolusError]]:
        self._erase_before("opened")
        return super().opened(first, end)

    def _erase_before(self, question: str) -> None:
        if self.before == question:
            self.before = ""
            erase(self, 1)


@pytest.mark.parametrize("question", ["entries", "opened"])
def test_what_is_erased_between_two_questions_is_no_finding(question: str) -> None:
    log = _ErasedBetween(fixed_clock)
    fill(log, 30)
    log.before = question
    got = verify(log, payloads=True)
    assert not log.before, "the question was asked"
    assert got.is_whole, got.findings


# --- a checkpoint that was kept -----------------------------------------------------------------


def test_a_log_that_grew_from_what_was_kept_is_whole(log: MemoryAuditLog) -> None:
    kept = log.publish()
    fill(log, 60)
    for got in _both(log, kept):
        assert got.is_whole


def test_a_shorter_log_names_the_first_record_that_is_missing(log: MemoryAuditLog) -> None:
    fill(log, 60)
    kept = log.publish()
    log._rows._records[40:] = []
    (first, *_) = verify(log, since=kept).findings
    assert first.index == 40
    assert "`40` to `59` are missing" in first.text


def test_a_kept_checkpoint_of_another_log_is_a_finding_and_of_no_form_an_error(log: MemoryAuditLog) -> None:
    other = MemoryAuditLog(fixed_clock)
    fill(other, 30)
    assert [one.index for one in verify(log, since=other.publish()).findings] == [0]
    both = [NoteVerifier.from_text(key) for key in (log.verifier_key, other.verifier_key)]
    (finding, *_) = verify(log, since=other.publish(), verifiers=both).findings
    assert f"is of log `{other.origin}`" in finding.text
    with pytest.raises(TlogUnreadable):
        verify(log, since=b"no note")


# --- keys ---------------------------------------------------------------------------------------


def test_given_keys_count_in_place_of_the_one_in_the_store(log: MemoryAuditLog) -> None:
    right = NoteVerifier.from_text(log.verifier_key)
    stranger = NoteVerifier.from_text(Ed25519NoteSigner(log.origin, bytes(32)).verifier_key)
    assert verify(log, verifiers=[right]).is_whole
    assert "no signature of a trusted key" in verify(log, verifiers=[stranger]).findings[0].text


def test_a_cosignature_of_a_witness_that_is_trusted_must_fit(closed: Path, tmp_path: Path) -> None:
    directory = copied(closed, tmp_path)
    assert found(directory, WITNESS.verifier_key).is_whole
    with attacking(directory) as attacker:
        ((line,),) = attacker.do("SELECT line FROM cosignature").fetchall()
        name, _, signature = str(line).rpartition(" ")
        flipped = ("A" if signature[20] != "A" else "B") + signature[21:]
        attacker.do("UPDATE cosignature SET line = ?", (f"{name} {signature[:20]}{flipped}",))
    assert found(directory).is_whole, "the word of a stranger proves nothing and spoils nothing"
    assert "`witness.example` does not fit" in found(directory, WITNESS.verifier_key).findings[0].text


def test_a_lost_key_is_said_record_by_record_once_the_log_tells_of_it(closed: Path, tmp_path: Path) -> None:
    directory = copied(closed, tmp_path)
    with attacking(directory) as attacker:
        attacker.do(
            "UPDATE data_key SET wrapped_by = 'ab' WHERE key_id = (SELECT key_id FROM audit_payload WHERE seq = 2)"
        )
    for payloads in (False, True):
        (untold,) = found(directory, payloads=payloads).findings
        assert untold.index == 2
        assert "no later record of the log tells of a lost key" in untold.text
    log = SqliteAuditLog(directory, fixed_clock)
    log.append(event("key-loss"))
    log.close()
    for payloads in (False, True):
        got = found(directory, payloads=payloads)
        assert got.is_whole, got.findings
        assert [index for lost in got.key_lost for index in lost] == list(range(2, 30, 3))
        assert got.records_lost == 10


def test_what_was_erased_and_is_there_again_is_found(closed: Path, tmp_path: Path) -> None:
    directory = copied(closed, tmp_path)
    with attacking(directory) as attacker:
        attacker.do("UPDATE data_key SET destroyed_by = NULL, wrapped = x'00' WHERE destroyed_by = 30")
    got = found(directory, payloads=False)
    assert [(one.index, "there again" in one.text) for one in got.findings] == [(30, True)]
    with attacking(directory) as attacker:
        attacker.do("UPDATE audit_payload SET ciphertext = x'00' WHERE seq = 4")
    assert [one.index for one in found(directory, payloads=False).findings] == [4, 30]


def test_an_erasure_that_was_slipped_in_before_it_was_signed_is_found_by_its_payload(
    closed: Path, tmp_path: Path
) -> None:
    """Whoever can write to the store and has no key: a record that explains what was removed, never signed."""
    directory = copied(closed, tmp_path)
    with attacking(directory) as attacker:
        attacker.insert(31)
        ((key_id,),) = attacker.do("SELECT key_id FROM audit_payload WHERE seq = 0").fetchall()
        ((leaf,),) = attacker.do("SELECT leaf FROM audit_entry WHERE seq = 30").fetchall()
        forged = {**json.loads(bytes(leaf)), "destroyed_key_id": key_id}
        attacker.do("UPDATE audit_entry SET leaf = ? WHERE seq = 31", (json.dumps(forged).encode(),))
        attacker.rehash(31)
        attacker.rebuild_tiles()
        attacker.destroy_key(0, 31)
        under = "WHERE seq IN (SELECT seq FROM audit_payload WHERE key_id = ?)"
        attacker.do(
            f"UPDATE audit_index SET outcome = '', rules = '[]', patient_pseudonym = '', about = NULL {under}",
            (key_id,),
        )
        attacker.do(
            "UPDATE audit_payload SET ciphertext = x'', nonce = x'', erased_by = 31 WHERE key_id = ?",
            (key_id,),
        )
    alone = found(directory, payloads=False)
    assert (alone.is_whole, alone.records, alone.signed) == (True, 32, 31), "not yet signed, and said so"
    (finding,) = found(directory).findings
    assert finding.index == 31
    assert "its payload does not open" in finding.text


def test_what_was_pruned_and_is_there_again_is_found(log: MemoryAuditLog) -> None:
    before = log._rows._records[5]
    log.append(event("pruning", change=PrunePayloads(10)))
    log._rows._records[5] = before
    del log._rows._gone[5]
    for got in _both(log):
        assert got.findings[0].index == 5
        assert "record `30` removed it" in got.findings[0].text
