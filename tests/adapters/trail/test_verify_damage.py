"""What a verification says of stores that were torn or altered: the first bad record by its number."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.audit.sqlite import SqliteAuditReader
from pactolus_adapters.trail.findings import MOST_FINDINGS, Finding, Findings
from pactolus_adapters.trail.leaf import read_leaf
from pactolus_adapters.trail.verify import verify
from pactolus_engine.ports import PrunePayloads
from pactolus_engine.record import read_commitment
from tests.adapters.trail.logs import copied, fill, found, made_store
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.tamper import Attacker, attacking


@pytest.fixture
def log() -> MemoryAuditLog:
    """Thirty records, none of them signed."""
    made = MemoryAuditLog(fixed_clock)
    fill(made, 30)
    return made


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_store(tmp_path_factory.mktemp("closed") / "data")


def _huge_number(attacker: Attacker) -> None:
    attacker.do("UPDATE audit_entry SET seq = ? WHERE seq = 17", (1 << 60,))


def _no_leaf(attacker: Attacker) -> None:
    """What is no commitment record, and everything above it fits."""
    attacker.do("UPDATE audit_entry SET leaf = CAST('[]' AS BLOB) WHERE seq = 8")
    attacker.rehash(8)
    attacker.rebuild_tiles()
    attacker.sign_again()


def _blamed_on_an_erasure(attacker: Attacker) -> None:
    """Record 8 is emptied as erasing empties one, by the record that erased somebody else."""
    attacker.do("UPDATE audit_payload SET nonce = x'', ciphertext = x'', erased_by = 30 WHERE seq = 8")
    attacker.do("UPDATE audit_index SET outcome = '', rules = '[]', patient_pseudonym = '' WHERE seq = 8")


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
        (lambda it: it.do("UPDATE audit_entry SET leaf_hash = zeroblob(32) WHERE seq = 8"), 8),
        (_no_leaf, 8),
        (lambda it: it.do("UPDATE audit_payload SET key_id = 'another' WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_index SET pack_version = '2' WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_index SET about = 3 WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_index SET outcome = 'OFFER' WHERE seq = 4"), 4),
        (lambda it: it.do("UPDATE audit_payload SET erased_by = 31 WHERE seq = 8"), 8),
        (lambda it: it.do("UPDATE audit_payload SET erased_by = 30 WHERE seq = 8"), 8),
        (_blamed_on_an_erasure, 8),
        (lambda it: it.do("UPDATE data_key SET key_id = 'zz' WHERE destroyed_by = 30"), 30),
        (lambda it: it.do("UPDATE log_meta SET value = 'no key' WHERE name = 'verifier_key'"), 0),
        (lambda it: it.do("UPDATE audit_index SET event = CAST(x'ff' AS TEXT) WHERE seq = 8"), 8),
    ],
)
def test_the_first_bad_record_is_named_without_any_key(
    closed: Path, tmp_path: Path, tamper: Callable[[Attacker], object], first: int
) -> None:
    directory = copied(closed, tmp_path)
    with attacking(directory) as attacker:
        attacker.do("PRAGMA ignore_check_constraints = ON")
        tamper(attacker)
    for payloads in (False, True):
        got = found(directory, payloads=payloads)
        assert got.findings, "got nothing"
        assert got.findings[0].index == first, got.findings


@pytest.mark.parametrize("level", [0, 1])
def test_a_torn_tile_is_told_with_the_first_record_under_it(level: int) -> None:
    log = MemoryAuditLog(fixed_clock)
    fill(log, 600)
    hashes = bytearray(log._rows._tiles[level, 0])
    hashes[32] ^= 1
    log._rows._tiles[level, 0] = bytes(hashes)
    assert [one.index for one in verify(log).findings] == [256 if level else 1]


def test_hashes_of_records_that_are_not_there_are_found(log: MemoryAuditLog) -> None:
    log._rows._tiles[0, 0] += bytes(32)
    (finding,) = verify(log).findings
    assert (finding.index, "which are missing" in finding.text) == (30, True)


def test_another_finding_does_not_hide_that_a_checkpoint_differs(closed: Path, tmp_path: Path) -> None:
    """A record was forged with every key, and an index row behind it altered."""
    directory = copied(closed, tmp_path)
    with closing(SqliteAuditReader(directory, fixed_clock)) as reader:
        kept = reader.latest_checkpoint()
    assert kept is not None
    with attacking(directory) as attacker:
        attacker.forge(9, new_record("forged", patient="Patient/0"), "2026-03-01T09:30:15.000250Z")
        attacker.rebuild_tiles()
        attacker.sign_again()
        attacker.do("UPDATE audit_index SET event = 'read' WHERE seq = 20")
    assert [one.index for one in found(directory, payloads=False).findings] == [20]
    with closing(SqliteAuditReader(directory, fixed_clock)) as reader:
        assert [one.index for one in verify(reader, since=kept.note).findings] == [0, 20]


def test_what_a_pruning_did_not_reach_is_not_blamed_on_it(log: MemoryAuditLog) -> None:
    log.append(event("pruning", change=PrunePayloads(6)))
    assert verify(log).is_whole
    log._rows._empty([8], 30)
    (finding,) = verify(log).findings
    assert (finding.index, "says nothing of it" in finding.text) == (8, True)


def test_only_the_lowest_findings_are_kept(closed: Path, tmp_path: Path) -> None:
    directory = copied(closed, tmp_path)
    with attacking(directory) as attacker:
        _every_leaf(attacker)
    got = found(directory)
    assert [one.index for one in got.findings] == sorted(one.index for one in got.findings)
    findings = Findings()
    for index in range(1000, 0, -1):
        findings.add(index, "wrong")
    assert findings.lowest() == tuple(Finding(index, "wrong") for index in range(1, MOST_FINDINGS + 1))


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b'{"schema_version":"2"}',
        b'{"schema_version":1}',
        b'{"schema_version":"1","x":["y"]}',
        b'{"schema_version":"1"} ',
        b'{"schema_version":"1"}{}',
        b'{"schema_version":"1","x":"\xff"}',
    ],
)
def test_what_is_no_leaf_is_not_read(leaf: bytes) -> None:
    assert read_leaf(leaf) is None


def test_a_leaf_is_read(log: MemoryAuditLog) -> None:
    (entry,) = log.entries(3, 4)
    assert read_leaf(entry.leaf) == read_commitment(entry.leaf)
