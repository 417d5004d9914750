"""The n-th write or sync fails, for each n: a clear error, nothing told is lost, and no second try on a
disk that failed.

A failed sync may have dropped what it was to write, and a second one may report success: so the
disk here fails once and works again, and the store must not believe it.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import DestroyKey, NewRecord
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.figures import tell
from tests.faults.intact import look_over
from tests.faults.watched_vfs import Change, Kind, WatchedVfs

EVERY = 1 if "PACTOLUS_KILLS" in os.environ else 4
"""In the long run each n is tried, in the short one every fourth."""

APPENDS = 4


@dataclass
class FailingOnce:
    """Raises `error` at the n-th change of a kind, then never again."""

    kind: Kind
    error: type[apsw.Error]
    at: int
    seen: int = 0
    failed: bool = False

    def __call__(self, change: Change) -> None:
        if change.kind == self.kind:
            self.seen += 1
            if self.seen == self.at:
                self.failed = True
                raise self.error("planted")


@dataclass
class Course:
    """What a store did on a disk that failed once."""

    acknowledged: dict[int, bytes] = field(default_factory=dict)
    opened: bool = False
    healthy: list[bool] = field(default_factory=list)
    """After each append."""
    errors: list[str] = field(default_factory=list)
    """Of the opening and of each append."""


@contextmanager
def _on(watch: FailingOnce) -> Iterator[str]:
    vfs = WatchedVfs("pactolus-failing-once", watch)
    try:
        yield vfs.name
    finally:
        vfs.unregister()


def _course(directory: Path, watch: FailingOnce) -> Course:
    """Opens a store, appends, closes; the same steps whatever fails."""
    course = Course()
    with _on(watch) as vfs:
        try:
            log = SqliteAuditLog(directory, fixed_clock, vfs=vfs)
        except AuditUnavailable as error:
            course.errors.append(str(error))
            return course
        course.opened = True
        for number in range(APPENDS):
            try:
                receipt, _ = log.append(_record(log, number))
                course.acknowledged[receipt.index] = receipt.leaf_hash
            except AuditUnavailable as error:
                course.errors.append(str(error))
            course.healthy.append(log.healthy)
        with suppress(AuditUnavailable):
            log.publish()
        log.close()
    return course


def _record(log: SqliteAuditLog, number: int) -> NewRecord:
    """Evaluations of two patients; then one of them is erased."""
    if number < APPENDS - 1:
        return new_record(f"request-{number}", patient=f"Patient/{number % 2}")
    (key_id,) = log.keys_of("north", ("Patient/0",)) or ("none",)
    return event("erasure", change=DestroyKey(key_id))


def _each_n(folder: Path, kind: Kind, error: type[apsw.Error]) -> Iterator[tuple[Path, Course, bool]]:
    """The course for each n, up to one that meets no failure; and whether a failure was met."""
    watch = FailingOnce(kind, error, 0)
    _course(folder / "undisturbed", watch)
    for at in range(1, watch.seen + 1, EVERY):
        directory = folder / str(at)
        failing = FailingOnce(kind, error, at)
        yield directory, _course(directory, failing), failing.failed


def _whole_afterwards(directory: Path, course: Course) -> None:
    """On a disk that works again everything told is there, and the log goes on where it stands."""
    found = look_over(directory, course.acknowledged)
    assert found.intact, found
    assert found.size - len(course.acknowledged) in (0, 1), "more was recorded than was asked for"
    log = SqliteAuditLog(directory, fixed_clock)
    assert log.append(new_record("afterwards"))[0].index == found.size
    log.close()


@pytest.mark.parametrize("kind", ["write", "sync"])
def test_after_a_failed_write_or_sync_the_store_stops(tmp_path: Path, kind: Kind) -> None:
    stopped = refused = 0
    for directory, course, failed in _each_n(tmp_path, kind, apsw.IOError):
        assert failed
        if not course.opened:
            refused += 1
            assert course.errors == [
                "the audit store cannot be opened; check the data directory and its files"
            ]
        else:
            # One that fails while closing harms nobody: the record is safe in the WAL.
            assert [*course.healthy, False].index(False) == len(course.acknowledged)
            assert all(re.search("not known|stopped after a failed write", error) for error in course.errors)
            stopped += bool(course.errors)
        _whole_afterwards(directory, course)
    tell(f"the n-th {kind} fails", refused_to_open=refused, stopped=stopped)
    assert refused
    assert stopped


def test_without_room_for_the_nth_write_nothing_is_recorded_and_the_next_may_do_better(
    tmp_path: Path,
) -> None:
    met = 0
    for directory, course, _ in _each_n(tmp_path, "write", apsw.FullError):
        if course.opened:
            assert all(course.healthy)
            assert len(course.errors) <= 1
            assert all("no room" in error for error in course.errors)
            assert sorted(course.acknowledged) == list(range(APPENDS - len(course.errors)))
            met += len(course.errors)
        _whole_afterwards(directory, course)
    tell("no room for the n-th write", refused_appends=met)
    assert met
