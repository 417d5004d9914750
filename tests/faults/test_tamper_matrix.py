"""Everything that can be done to a closed store behind its back is found, by the store itself or, where the
keys were stolen too, by whoever kept an old checkpoint and the public key.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.verify import ProofInvalid, verify_consistency
from pactolus_adapters.trail.verify import Verification, verify
from pactolus_engine.errors import AuditUnavailable
from tests.contract.audit_log import fixed_clock, new_record
from tests.faults.figures import tell
from tests.faults.intact import look_over
from tests.faults.tamper import Attacker, attacking

SIZE, KEPT = 300, 200
"""Records of the store, enough for two tiles; and of the checkpoint that somebody kept."""

AT, PATIENTS = 150, 3
"""The record that is tampered with is one of every third under its key."""


@dataclass(frozen=True)
class Case:
    """One tampering. `bad`: the indexes of which the first bad one must be; None: it concerns none.
    `kept`: whether an old checkpoint is needed to find it."""

    name: str
    tamper: Callable[[Attacker], None]
    bad: range | None
    kept: bool = False


def _all(*steps: Callable[[Attacker], None]) -> Callable[[Attacker], None]:
    def tamper(attacker: Attacker) -> None:
        for step in steps:
            step(attacker)

    return tamper


def _forge(attacker: Attacker) -> None:
    record = replace(
        new_record("forged", about=b"another", patient=f"Patient/{AT % PATIENTS}"), outcome="HOLD"
    )
    attacker.forge(AT, record, "2026-03-01T09:30:15.000250Z")


_JUST = range(AT, AT + 1)
_EDIT = _all(lambda it: it.edit_leaf(AT), lambda it: it.rehash(AT))

CASES = (
    Case("edit a leaf", lambda it: it.edit_leaf(AT), _JUST),
    Case("edit a leaf and its hash", _EDIT, _JUST),
    Case("edit a leaf, its hash and the tiles", _all(_EDIT, Attacker.rebuild_tiles), _JUST),
    Case("and sign again with a stolen key", _all(_EDIT, Attacker.rebuild_tiles, Attacker.sign_again), _JUST),
    Case("delete a record", lambda it: it.delete(AT), _JUST),
    Case(
        "delete a record and close the gap",
        _all(lambda it: it.delete(AT), lambda it: it.shift(AT + 1, -1), Attacker.rebuild_tiles),
        _JUST,
    ),
    Case("swap two records", lambda it: it.swap(AT, AT + 1), _JUST),
    Case(
        "swap two records and the tiles", _all(lambda it: it.swap(AT, AT + 1), Attacker.rebuild_tiles), _JUST
    ),
    Case("insert a record", _all(lambda it: it.insert(AT), Attacker.rebuild_tiles), _JUST),
    Case("truncate the records", lambda it: it.truncate(AT), _JUST),
    Case("truncate records and tiles", _all(lambda it: it.truncate(AT), Attacker.rebuild_tiles), _JUST),
    Case(
        "truncate records, tiles and checkpoints",
        _all(lambda it: it.truncate(AT), Attacker.rebuild_tiles, lambda it: it.forget_checkpoints(AT)),
        _JUST,
        kept=True,
    ),
    Case("sign with a wrong key", lambda it: it.sign_again(bytes(32)), None),
    Case("edit an outcome in the index", lambda it: it.edit_index(AT, "outcome", "HOLD"), _JUST),
    Case("edit a request id in the index", lambda it: it.edit_index(AT, "request_id", "other"), _JUST),
    Case("edit a time in the index", lambda it: it.edit_index(AT, "recorded_at", "2020"), _JUST),
    Case("edit a payload", lambda it: it.edit_payload(AT), _JUST),
    Case("delete a payload", lambda it: it.delete_payload(AT), _JUST),
    Case("empty a payload and blame a record", lambda it: it.empty_payload(AT, AT + 1), _JUST),
    Case("erase a key without a record of it", lambda it: it.destroy_key(AT, None), range(1)),
    Case("erase a key and blame a record", lambda it: it.destroy_key(AT, AT + 1), range(1)),
    Case(
        "forge a record with every key stolen",
        _all(_forge, Attacker.rebuild_tiles, Attacker.sign_again),
        range(1),
        kept=True,
    ),
)
"""`first bad` of an erased key is the first record under it; of a perfect forgery nobody can say more than that
it lies before the checkpoint that was kept: the stored ones before it are signed anew too."""


@dataclass(frozen=True)
class Original:
    """A store nobody has touched, and the checkpoint that somebody kept."""

    directory: Path
    kept: bytes
    verifier_key: str


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    """A closed store with checkpoints on the way."""
    directory = tmp_path_factory.mktemp("original") / "data"
    log = SqliteAuditLog(directory, fixed_clock)
    _fill(log, KEPT)
    kept = log.publish()
    _fill(log, SIZE)
    verifier_key = log.verifier_key
    log.close()
    return Original(directory, kept, verifier_key)


def _fill(log: SqliteAuditLog, size: int, name: str = "request") -> None:
    for number in range(log.size(), size):
        log.append(new_record(f"{name}-{number}", patient=f"Patient/{number % PATIENTS}"))


def _copy(original: Original, folder: Path) -> Path:
    return Path(shutil.copytree(original.directory, folder / "data"))


def _verified(directory: Path, since: bytes = b"", *, payloads: bool = True) -> Verification:
    reader = SqliteAuditReader(directory, fixed_clock)
    try:
        return verify(reader, since=since, payloads=payloads)
    finally:
        reader.close()


def _grew_from(directory: Path, original: Original) -> bool:
    """Whether the log in a directory shows that it grew from the checkpoint that was kept.

    All that is trusted are the checkpoint and the public key; the store gives whatever it likes.
    """
    verifiers = [NoteVerifier.from_text(original.verifier_key)]
    kept, _ = open_checkpoint(original.kept, verifiers)
    try:
        log = SqliteAuditLog(directory, fixed_clock)
    except AuditUnavailable:
        return False
    try:
        now, _ = open_checkpoint(log.publish(), verifiers)
        proof = log.consistency_proof(kept.size, now.size)
        verify_consistency(kept.size, now.size, proof, kept.root, now.root)
    except (AuditUnavailable, ProofInvalid, ValueError):
        return False
    finally:
        log.close()
    return now.origin == kept.origin


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_tampering_is_found(original: Original, tmp_path: Path, case: Case) -> None:
    directory = _copy(original, tmp_path)
    with attacking(directory) as attacker:
        case.tamper(attacker)
    if case.kept:
        assert look_over(directory, {}).intact, "a forgery that shows by itself needs no checkpoint"
        assert not _grew_from(directory, original)
    else:
        assert not look_over(directory, {}).intact


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_verify_names_the_first_bad_record(original: Original, tmp_path: Path, case: Case) -> None:
    directory = _copy(original, tmp_path)
    with attacking(directory) as attacker:
        case.tamper(attacker)
    if case.kept:
        assert _verified(directory).is_whole, "a forgery that shows by itself needs no checkpoint"
    found = _verified(directory, original.kept if case.kept else b"")
    assert not found.is_whole
    assert case.bad is None or found.findings[0].index in case.bad, found.findings


def test_an_untouched_store_is_whole(original: Original, tmp_path: Path) -> None:
    directory = _copy(original, tmp_path)
    with attacking(directory) as attacker:
        attacker.rebuild_tiles()
        attacker.sign_again()
    found = look_over(directory, {}, [original.kept])
    tell("tamper matrix", cases=len(CASES), records=found.size)
    assert found.intact, found
    for payloads in (False, True):
        verified = _verified(directory, original.kept, payloads=payloads)
        assert verified.is_whole, verified
        assert (verified.records, verified.signed) == (SIZE, SIZE)
    assert _grew_from(directory, original)


def test_two_histories_from_one_store_cannot_both_be_shown(original: Original, tmp_path: Path) -> None:
    """A copy of the store goes on by itself: each is whole, and neither grew from the other's checkpoint."""
    notes, copies = [], [_copy(original, tmp_path / name) for name in ("one", "two")]
    for directory in copies:
        log = SqliteAuditLog(directory, fixed_clock)
        _fill(log, SIZE + 10, directory.parent.name)
        notes.append(log.publish())
        log.close()
    for directory, other in zip(copies, reversed(notes), strict=True):
        assert look_over(directory, {}).intact
        assert _verified(directory, original.kept).is_whole
        assert [one.index for one in _verified(directory, other).findings] == [0]
        assert _grew_from(directory, original)
        assert not _grew_from(directory, replace(original, kept=other))
