"""What a verification says of logs that were used, erased in, torn, and of those that are in use meanwhile."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_adapters.tlog.errors import TlogUnreadable
from pactolus_adapters.tlog.keys import Ed25519NoteSigner, NoteVerifier
from pactolus_adapters.trail.findings import MOST_FINDINGS, Finding, Findings
from pactolus_adapters.trail.verify import Step, Verification, verify, verify_steps
from pactolus_engine.ports import DestroyKey, PrunePayloads
from pactolus_engine.trail import AuditTrail
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.tamper import Attacker, attacking

PATIENTS = 3
WITNESS = Cosigner("witness.example", bytes(range(32)))


def _fill(log: AuditTrail, size: int) -> None:
    for number in range(log.size(), size):
        log.append(new_record(f"request-{number}", patient=f"Patient/{number % PATIENTS}"))


def _erase(log: AuditTrail, patient: int) -> None:
    (key_id,) = log.keys_of("north", (f"Patient/{patient}",))
    log.append(event("erasure", change=DestroyKey(key_id)))


def _both(log: AuditTrail, since: bytes = b"") -> Iterator[Verification]:
    for payloads in (False, True):
        yield verify(log, since=since, payloads=payloads)


@pytest.fixture
def log() -> MemoryAuditLog:
    """Thirty records, the last five not yet signed."""
    made = MemoryAuditLog(fixed_clock)
    _fill(made, 25)
    made.publish()
    _fill(made, 30)
    return made


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store of thirty records, and one that erased every third."""
    directory = tmp_path_factory.mktemp("closed") / "data"
    made = SqliteAuditLog(directory, fixed_clock)
    _fill(made, 30)
    _erase(made, 1)
    made.add_cosignature(31, "witness.example", cosignature_line(made.publish(), WITNESS, 1))
    made.close()
    return directory


def _copied(closed: Path, folder: Path) -> Path:
    return Path(shutil.copytree(closed, folder / "data"))


def _found(directory: Path, *keys: str, payloads: bool = True) -> Verification:
    with closing(SqliteAuditReader(directory, fixed_clock)) as reader:
        return verify(reader, payloads=payloads, verifiers=[NoteVerifier.from_text(key) for key in keys])


# --- whole --------------------------------------------------------------------------------------


def test_an_empty_log_is_whole() -> None:
    for found in _both(MemoryAuditLog(fixed_clock)):
        assert (found.is_whole, found.records, found.signed, found.checkpoint) == (True, 0, 0, b"")


def test_the_checkpoint_that_the_records_agree_with_is_told_and_what_is_not_yet_signed(
    log: MemoryAuditLog,
) -> None:
    for found in _both(log):
        assert found.is_whole
        assert (found.records, found.signed) == (30, 25)
        checkpoint, _ = open_checkpoint(found.checkpoint, [NoteVerifier.from_text(log.verifier_key)])
        assert checkpoint.size == 25


def test_what_a_record_erased_or_pruned_is_explained(log: MemoryAuditLog) -> None:
    log.append(event("pruning", change=PrunePayloads(6)))
    _erase(log, 1)
    for found in _both(log):
        assert found.is_whole, found.findings
        assert (found.pruned, found.erased) == (6, 8)


def test_progress_is_told_up_to_the_end(log: MemoryAuditLog) -> None:
    told: list[tuple[int, int]] = []
    verify(log, progress=lambda done, total: told.append((done, total)))
    assert told == [(30, 30)]


def test_a_log_in_use_makes_no_false_alarm() -> None:
    log = MemoryAuditLog(fixed_clock)
    _fill(log, 2500)
    kept = log.publish()
    steps = verify_steps(log, since=kept, payloads=True)
    assert next(steps) == Step(1024, 2500)
    _fill(log, 2600)
    log.publish()
    _erase(log, 1)
    log.append(event("pruning", change=PrunePayloads(2000)))
    *_, last = steps
    assert isinstance(last, Verification)
    assert last.is_whole, last.findings
    assert last.records == 2602, "the records that erased something meanwhile were looked at too"
    assert last.erased > 0
    assert last.pruned > 0


# --- a checkpoint that was kept -----------------------------------------------------------------


def test_a_log_that_grew_from_what_was_kept_is_whole(log: MemoryAuditLog) -> None:
    kept = log.publish()
    _fill(log, 60)
    for found in _both(log, kept):
        assert found.is_whole


def test_a_shorter_log_names_the_first_record_that_is_missing(log: MemoryAuditLog) -> None:
    _fill(log, 60)
    kept = log.publish()
    log._rows._records[40:] = []
    (first, *_) = verify(log, since=kept).findings
    assert first.index == 40
    assert "`40` to `59` are missing" in first.text


def test_a_kept_checkpoint_of_another_log_is_a_finding_and_of_no_form_an_error(log: MemoryAuditLog) -> None:
    other = MemoryAuditLog(fixed_clock)
    _fill(other, 30)
    assert [one.index for one in verify(log, since=other.publish()).findings] == [0]
    with pytest.raises(TlogUnreadable):
        verify(log, since=b"no note")


# --- keys ---------------------------------------------------------------------------------------


def test_given_keys_count_in_place_of_the_one_in_the_store(log: MemoryAuditLog) -> None:
    right = NoteVerifier.from_text(log.verifier_key)
    stranger = NoteVerifier.from_text(Ed25519NoteSigner(log.origin, bytes(32)).verifier_key)
    assert verify(log, verifiers=[right]).is_whole
    assert "no signature of a trusted key" in verify(log, verifiers=[stranger]).findings[0].text


def test_a_cosignature_of_a_witness_that_is_trusted_must_fit(closed: Path, tmp_path: Path) -> None:
    directory = _copied(closed, tmp_path)
    assert _found(directory, WITNESS.verifier_key).is_whole
    with attacking(directory) as attacker:
        ((line,),) = attacker.do("SELECT line FROM cosignature").fetchall()
        name, _, signature = str(line).rpartition(" ")
        flipped = ("A" if signature[20] != "A" else "B") + signature[21:]
        attacker.do("UPDATE cosignature SET line = ?", (f"{name} {signature[:20]}{flipped}",))
    assert _found(directory).is_whole, "the word of a stranger proves nothing and spoils nothing"
    assert "`witness.example` does not fit" in _found(directory, WITNESS.verifier_key).findings[0].text


def test_a_lost_key_is_said_record_by_record_once_the_log_tells_of_it(closed: Path, tmp_path: Path) -> None:
    directory = _copied(closed, tmp_path)
    with attacking(directory) as attacker:
        attacker.do(
            "UPDATE data_key SET wrapped_by = 'ab' WHERE key_id = (SELECT key_id FROM audit_payload WHERE seq = 2)"
        )
    for payloads in (False, True):
        (untold,) = _found(directory, payloads=payloads).findings
        assert untold.index == 2
        assert "no later record of the log tells of a lost key" in untold.text
    log = SqliteAuditLog(directory, fixed_clock)
    log.append(event("key-loss"))
    log.close()
    for payloads in (False, True):
        found = _found(directory, payloads=payloads)
        assert found.is_whole, found.findings
        assert [index for lost in found.key_lost for index in lost] == list(range(2, 30, 3))
        assert found.records_lost == 10


def test_what_was_erased_and_is_there_again_is_found(closed: Path, tmp_path: Path) -> None:
    directory = _copied(closed, tmp_path)
    with attacking(directory) as attacker:
        attacker.do("UPDATE data_key SET destroyed_by = NULL, wrapped = x'00' WHERE destroyed_by = 30")
    found = _found(directory, payloads=False)
    assert [(one.index, "there again" in one.text) for one in found.findings] == [(30, True)]
    with attacking(directory) as attacker:
        attacker.do("UPDATE audit_payload SET ciphertext = x'00' WHERE seq = 4")
    assert [one.index for one in _found(directory, payloads=False).findings] == [4, 30]


def test_what_was_pruned_and_is_there_again_is_found(log: MemoryAuditLog) -> None:
    before = log._rows._records[5]
    log.append(event("pruning", change=PrunePayloads(10)))
    log._rows._records[5] = before
    del log._rows._gone[5]
    for found in _both(log):
        assert found.findings[0].index == 5
        assert "record `30` removed it" in found.findings[0].text


# --- torn and altered ---------------------------------------------------------------------------


def _huge_number(attacker: Attacker) -> None:
    attacker.do("UPDATE audit_entry SET seq = ? WHERE seq = 17", (1 << 60,))


def _every_leaf(attacker: Attacker) -> None:
    for index in range(31):
        attacker.edit_leaf(index)


@pytest.mark.parametrize(
    ("tamper", "first"),
    [
        (_huge_number, 17),
        (lambda it: it.tear_tile(0, 0, "flipped"), 0),
        (lambda it: it.tear_tile(0, 0, "half"), 15),
        (lambda it: it.tear_tile(0, 0, "gone"), 0),
        (lambda it: it.do("DELETE FROM audit_index WHERE seq = 9"), 9),
        (lambda it: it.do("UPDATE checkpoint SET size = 30 WHERE size = 31"), 0),
        (lambda it: it.do("UPDATE audit_entry SET leaf = CAST('[]' AS BLOB) WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_payload SET key_id = 'another' WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_index SET pack_version = '2' WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_index SET about = 3 WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_index SET outcome = 'OFFER' WHERE seq = 4"), 4),
        (lambda it: it.do("UPDATE audit_payload SET erased_by = 31 WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_payload SET erased_by = 30 WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE log_meta SET value = 'no key' WHERE name = 'verifier_key'"), 0),
        (lambda it: it.do("UPDATE audit_index SET event = CAST(x'ff' AS TEXT) WHERE seq = 8"), 8),
    ],
)
def test_the_first_bad_record_is_named_without_any_key(
    closed: Path, tmp_path: Path, tamper: Callable[[Attacker], object], first: int
) -> None:
    directory = _copied(closed, tmp_path)
    with attacking(directory) as attacker:
        attacker.do("PRAGMA ignore_check_constraints = ON")
        tamper(attacker)
    for payloads in (False, True):
        found = _found(directory, payloads=payloads)
        assert found.findings, "found nothing"
        assert found.findings[0].index == first, found.findings


def test_only_the_lowest_findings_are_kept(closed: Path, tmp_path: Path) -> None:
    directory = _copied(closed, tmp_path)
    with attacking(directory) as attacker:
        _every_leaf(attacker)
    found = _found(directory)
    assert [one.index for one in found.findings] == sorted(one.index for one in found.findings)
    findings = Findings()
    for index in range(1000, 0, -1):
        findings.add(index, "wrong")
    assert findings.lowest() == tuple(Finding(index, "wrong") for index in range(1, MOST_FINDINGS + 1))
