"""A patient who is erased is gone from every record, every file and the memory of the server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from pactolus_adapters.audit.erased_keys import ErasedKeys
from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.verify import verify_inclusion
from pactolus_adapters.trail.erase import Erased, Erasure, patient_name
from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_engine.errors import (
    AuditUnavailable,
    InputInvalid,
    PatientMoved,
    RecordGone,
    RequestIdReused,
)
from pactolus_engine.ports import NewRecord
from pactolus_engine.record import read_commitment
from tests.contract.audit_log import fixed_clock, new_record

NORTH = Actor("cli:somebody", "north")
GROUND = "request of 1 March, GDPR article 17"


def _erasure(log: MemoryAuditLog | SqliteAuditLog, **more: object) -> Erasure:
    return Erasure(log, EventRecorder(log, fixed_clock), **({"remember": lambda _: None} | more))


@pytest.fixture
def log() -> MemoryAuditLog:
    """A patient of two names and two keys, and another patient."""
    log = MemoryAuditLog(fixed_clock)
    log.append(_named("0", "Patient/p1"))
    log.append(_named("1", "urn:oid:1|7", "Patient/p1"))
    log.append(_named("2", "Patient/p2"))
    return log


def _named(request_id: str, *names: str) -> NewRecord:
    return replace(new_record(request_id, patient=names[0]), patient_names=names)


def test_a_patient_is_erased_under_every_name(log: MemoryAuditLog) -> None:
    remembered: list[str] = []
    erasure = _erasure(log, remember=remembered.append)
    assert erasure.planned("north", "p1").records == 2
    erased = erasure.erase(NORTH, "p1", GROUND)
    assert (erased.records, [one.index for one in erased.receipts]) == (2, [3, 4])
    for index in (0, 1):
        with pytest.raises(RecordGone):
            log.read(index)
    assert log.read(2).input == _named("2", "Patient/p2").input
    leaves = [read_commitment(log.read(one.index).leaf) for one in erased.receipts]
    assert [leaf["destroyed_key_id"] for leaf in leaves] == remembered
    assert all(leaf["patient_pseudonym"] == "" for leaf in leaves)
    assert log.read(3).input == b'{"ground":"' + GROUND.encode() + b'","records":"1"}'
    assert erasure.planned("north", "p1").keys == {}
    with pytest.raises(RecordGone):
        log.append(_named("0", "Patient/p1"))


def test_proofs_stand_after_an_erasure(log: MemoryAuditLog) -> None:
    _erasure(log).erase(NORTH, "p1", GROUND)
    checkpoint, _ = open_checkpoint(log.publish(), [NoteVerifier.from_text(log.verifier_key)])
    for entry in log.entries(0, checkpoint.size):
        proof = log.inclusion_proof(entry.index, checkpoint.size)
        verify_inclusion(entry.leaf_hash, entry.index, checkpoint.size, proof, checkpoint.root)


def test_what_arrives_during_the_erasure_is_erased_too(log: MemoryAuditLog) -> None:
    late = iter([_named("late", "urn:oid:1|7")])

    def arrive(_key_id: str) -> None:
        # Under a name that only the erased records joined to the one that was asked for.
        for record in late:
            log.append(record)

    erased = _erasure(log, forget=lambda: arrive("")).erase(NORTH, "Patient/p1", GROUND)
    assert erased.records == 3
    assert _erasure(log).planned("north", "urn:oid:1|7").keys == {}


def test_an_erasure_that_never_ends_says_so(log: MemoryAuditLog) -> None:
    def arrive() -> None:
        log.append(_named("", "Patient/p1"))

    with pytest.raises(PatientMoved, match="keep arriving"):
        _erasure(log, forget=arrive).erase(NORTH, "p1", GROUND)


def test_a_repeated_request_id_gets_the_first_answer(log: MemoryAuditLog) -> None:
    erasure = _erasure(log)
    first = erasure.erase(NORTH, "p1", GROUND, "erase-1")
    log.append(_named("after", "Patient/p1"))
    size = log.size()
    assert erasure.erase(NORTH, "p1", GROUND, "erase-1") == first
    assert log.size() == size
    assert erasure.planned("north", "p1").records == 1
    with pytest.raises(RequestIdReused):
        erasure.erase(NORTH, "p2", GROUND, "erase-1")
    assert log.read(2).index == 2


def test_nobody_is_erased_where_nobody_is_known(log: MemoryAuditLog) -> None:
    assert _erasure(log).erase(NORTH, "p9", GROUND) == Erased()
    assert _erasure(log).erase(Actor("cli:somebody", "south"), "p1", GROUND) == Erased()
    assert log.size() == 3


@pytest.mark.parametrize("ground", ["", "  ", "g" * 501, "asked by patient p1", "about URN:OID:1|7"])
def test_a_ground_is_said_and_names_nobody(log: MemoryAuditLog, ground: str) -> None:
    with pytest.raises(InputInvalid) as caught:
        _erasure(log).erase(NORTH, "urn:oid:1|7" if "7" in ground else "p1", ground)
    assert [one.field for one in caught.value.violations] == ["ground"]
    assert log.size() == 3


def test_a_patient_is_named_as_in_requests() -> None:
    assert patient_name("p1") == "Patient/p1"
    for name in ("Patient/p1", "urn:oid:1|7", "https://a.example/Patient/p1"):
        assert patient_name(name) == name
    for name in ("", "x" * 513):
        with pytest.raises(InputInvalid):
            patient_name(name)


def test_nothing_is_destroyed_that_could_not_be_remembered(log: MemoryAuditLog) -> None:
    def full(_key_id: str) -> None:
        raise AuditUnavailable("no room")

    with pytest.raises(AuditUnavailable):
        _erasure(log, remember=full).erase(NORTH, "p1", GROUND)
    assert log.read(0).index == 0


# --- the files --------------------------------------------------------------------------------------


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[SqliteAuditLog]:
    """A store with many patients of several records each, so that pages split and move."""
    log = SqliteAuditLog(tmp_path, fixed_clock)
    for number in range(300):
        name = f"Patient/p{number % 60}"
        log.append(replace(_named(f"{number}", name, f"urn:oid:1|{number % 60}"), input=bytes(number * 20)))
    yield log
    log.close()


def _secrets(directory: Path, names: int) -> list[bytes]:
    """The wrapped keys and the beginnings of the ciphertexts of the first patients, as they are stored."""
    connection = apsw.Connection(str(directory / DATABASE_FILE))
    found = connection.execute(
        "SELECT wrapped FROM data_key WHERE key_id IN (SELECT key_id FROM audit_payload WHERE seq < ?1)"
        " UNION ALL SELECT substr(ciphertext, 1, 48) FROM audit_payload WHERE seq % 60 < ?1",
        (names,),
    ).fetchall()
    connection.close()
    return [bytes(secret) for (secret,) in found]


def _in_files(directory: Path, secrets: list[bytes]) -> int:
    written = b"".join(path.read_bytes() for path in sorted(directory.iterdir()) if path.is_file())
    return sum(secret in written for secret in secrets)


def test_no_byte_of_key_or_payload_is_left_in_the_files(stored: SqliteAuditLog, tmp_path: Path) -> None:
    secrets = _secrets(tmp_path, 40)
    assert len(secrets) == _in_files(tmp_path, secrets) == 240
    erasure = _erasure(stored, remember=ErasedKeys(tmp_path / "erased-keys").add)
    for number in range(40):
        assert erasure.erase(NORTH, f"urn:oid:1|{number}", "by law").records == 5
    assert _in_files(tmp_path, secrets) == 0
    assert len(ErasedKeys(tmp_path / "erased-keys").read()) == 40


def test_a_reader_delays_the_emptying_of_the_log_and_no_answer(
    stored: SqliteAuditLog, tmp_path: Path
) -> None:
    secrets = _secrets(tmp_path, 1)
    reader = apsw.Connection(str(tmp_path / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM audit_entry").fetchall() == [(300,)]
    assert _erasure(stored).erase(NORTH, "p0", GROUND).records == 5
    assert _in_files(tmp_path, secrets) > 0
    assert stored.append(new_record("still"))[0].index > 300
    reader.close()
    stored.close()
    assert _in_files(tmp_path, secrets) == 0
