"""Kill -9 of PostgreSQL itself, while two processes record in one log, and what a lost end of the log looks like.

`PACTOLUS_KILLS` sets how often it is killed: a tenth of it, at least once (20 times by `make faults`).
"""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Thread

import pytest

from pactolus_adapters.audit.postgres import PostgresAuditLog
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_engine.errors import AuditUnavailable
from tests.contract.audit_log import fixed_clock, new_record
from tests.faults.postgres_intact import look_over
from tests.support.appenders import Acknowledgement, Appender, appenders, lines_of
from tests.support.postgres import PostgresServer, running_postgres
from tests.support.process import until

KILLS = max(1, int(os.environ.get("PACTOLUS_KILLS", "3")) // 10)
PROCESSES, THREADS = 2, 16
BACK_SECONDS = 5
"""After PostgreSQL answers again, both processes record again."""


class _Listener:
    """Reads what a process prints, while it prints it: a full pipe would hold it up at a quiet moment."""

    def __init__(self, appender: Appender) -> None:
        self.lines: list[str] = []
        self.count = 0
        self._appender = appender
        self._thread = Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        assert self._appender.process.stdout is not None
        for line in self._appender.process.stdout:
            self.lines.append(line)
            self.count += not line.startswith("failed")

    @property
    def acknowledged(self) -> list[Acknowledgement]:
        """What was acknowledged so far."""
        return lines_of("".join(self.lines))

    def end(self) -> None:
        """Kills the process, and hears it out."""
        self._appender.process.kill()
        self._thread.join(30)


def _seconds_until_both_go_on(listeners: list[_Listener]) -> float:
    before, begin = [one.count for one in listeners], time.monotonic()
    grown = until(lambda: all(one.count > count for one, count in zip(listeners, before, strict=True)), 30)
    assert grown, "a process does not record any more"
    return time.monotonic() - begin


def test_nothing_acknowledged_is_lost_when_postgres_is_killed(tmp_path: Path) -> None:
    data, chance, back = tmp_path / "data", Random(7), []
    with running_postgres() as postgres:
        database = postgres.database()
        PostgresAuditLog(database, data, fixed_clock).close()
        with appenders(database, data, "endless", PROCESSES) as started:
            listeners = [_Listener(one) for one in started]
            for one in started:
                one.go()
            _seconds_until_both_go_on(listeners)
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.2, 0.6))
                postgres.kill()
                time.sleep(chance.uniform(0, 0.3))
                postgres.start()
                back.append(_seconds_until_both_go_on(listeners))
            for listener in listeners:
                listener.end()
        acknowledged = [one for listener in listeners for one in listener.acknowledged]
        assert len({one.index for one in acknowledged}) == len(acknowledged), "a number was given away twice"
        size = look_over(database, data, {one.index: one.leaf_hash for one in acknowledged})
    failed = sum(len(listener.lines) - listener.count for listener in listeners)
    sys.stdout.write(
        f"\n  kill -9 of the postmaster: kills {KILLS}, acknowledged {len(acknowledged)}, refused {failed}, "
        f"records {size}, back after {max(back):.2f} s at most\n"
    )
    # What was under way when the processes were killed may be there; nothing else that nobody knows of.
    assert 0 <= size - len(acknowledged) <= PROCESSES * THREADS
    assert max(back) < BACK_SECONDS


@pytest.fixture
def postgres() -> Iterator[PostgresServer]:
    """A server of its own."""
    with running_postgres() as server:
        yield server


def test_a_lost_end_is_noticed_by_whoever_saw_it(postgres: PostgresServer, tmp_path: Path) -> None:
    """An old copy of the cluster comes back, as after a fail-over to a standby that lagged behind."""
    log = PostgresAuditLog(postgres.database(), tmp_path / "data", fixed_clock)
    for number in range(3):
        log.append(new_record(str(number)))
    held, _ = open_checkpoint(log.publish(), [NoteVerifier.from_text(log.verifier_key)])
    postgres.stop()
    postgres.copy_to(tmp_path / "old")
    postgres.start()
    assert until(lambda: log.healthy, 10)
    for number in range(3, 6):
        log.append(new_record(str(number)))
    newest, _ = open_checkpoint(log.publish(), [NoteVerifier.from_text(log.verifier_key)])
    postgres.stop()
    postgres.restore(tmp_path / "old")
    postgres.start()
    # The process that acknowledged the lost records takes no more, and says why.
    for _ in range(2):
        with pytest.raises(AuditUnavailable, match="without record `5`, which was acknowledged"):
            log.append(new_record("6"))
    assert not log.healthy
    log.close()
    # Another process cannot know. Whoever holds a checkpoint does: the old one is the beginning of what is
    # there, the newest is not.
    log = PostgresAuditLog(postgres.database(), tmp_path / "data", fixed_clock)
    assert (held.size, newest.size, log.size()) == (3, 6, 3)
    assert log.root(3) == held.root
    for number in range(6, 9):
        log.append(new_record(str(number)))
    assert log.size() == newest.size
    assert log.root(newest.size) != newest.root
    log.close()
