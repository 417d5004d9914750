"""Feeding witnesses beside a service: cosignatures come by themselves, trouble is told, the service never stops."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.tlog.checkpoint import read_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.note import read_note
from pactolus_adapters.tlog.policy import Policy, Witness, cosigned_by
from pactolus_adapters.witness.client import WitnessClient
from pactolus_adapters.witness.cosigning import CosigningWitness
from pactolus_adapters.witness.feeding import Feeder
from pactolus_adapters.witness.protocol import Answer, write_request
from pactolus_adapters.witness.state import State
from tests.adapters.witness.material import COSIGNER, NOW, named, served
from tests.contract.audit_log import fixed_clock, new_record
from tests.support.process import until

PAUSE = 0.05
ORIGIN = "log.example/fed"


def _log(*requests: str, seed: int = 1) -> MemoryAuditLog:
    """A log with these records; the seed makes its keys, so that two can have the same."""
    log = MemoryAuditLog(fixed_clock, lambda count: bytes([seed]) * count, ORIGIN)
    for request in requests:
        log.append(new_record(request, about=request.encode()))
    return log


OTHER = Cosigner("witness.example/w2", b"\x08" * 32)
OTHER_KEY = NoteVerifier.from_text(OTHER.verifier_key)


def _witness(
    folder: Path,
    log: MemoryAuditLog,
    tell: Callable[[str], None] = lambda _: None,
    cosigner: Cosigner = COSIGNER,
) -> CosigningWitness:
    keys = [NoteVerifier.from_text(log.verifier_key)]
    return CosigningWitness(cosigner, keys, State(folder, keys), lambda: NOW, tell)


@contextmanager
def _feeding(log: MemoryAuditLog, *witnesses: Witness, seconds: float = 2.0) -> Iterator[list[str]]:
    """Feeds these; gives what the operator is told."""
    told: list[str] = []
    feeder = Feeder(log, [WitnessClient(one, seconds) for one in witnesses], told.append, PAUSE)
    feeder.start()
    try:
        yield told
    finally:
        feeder.close()


def _cosigned(log: MemoryAuditLog, *witnesses: Witness) -> dict[int, tuple[str, ...]]:
    """Which witnesses have cosigned the stored checkpoint of each size."""
    policy = Policy((), witnesses, (), "none")
    key = [NoteVerifier.from_text(log.verifier_key)]
    return {
        read_checkpoint(read_note(note)[0]).size: cosigned_by(policy, note, key) for note in log.checkpoints()
    }


def test_new_records_get_cosigned_checkpoints(tmp_path: Path) -> None:
    log = _log("a", "b")
    with served(_witness(tmp_path, log).answer) as server:
        place = named(server.server_port)
        with _feeding(log, place) as told:
            assert until(lambda: _cosigned(log, place).get(2) == ("w1",), 10)
            log.append(new_record("c"))
            assert until(lambda: _cosigned(log, place).get(3) == ("w1",), 10)
    assert told == []


def test_one_checkpoint_gets_the_cosignatures_of_all(tmp_path: Path) -> None:
    """Also while records come all the time, else a quorum would never be met."""
    log = _log("a")
    with (
        served(_witness(tmp_path / "1", log).answer) as first,
        served(_witness(tmp_path / "2", log, cosigner=OTHER).answer) as second,
    ):
        places = (named(first.server_port, "w1"), named(second.server_port, "w2", OTHER_KEY))
        with _feeding(log, *places) as told:
            for number in range(40):
                log.append(new_record(f"r{number}"))
                time.sleep(0.01)
            assert until(lambda: ("w1", "w2") in list(_cosigned(log, *places).values())[1:], 10)
    assert told == []


def test_a_witness_that_is_away_is_told_once_and_hinders_nobody(tmp_path: Path) -> None:
    log = _log("a")
    is_away, calls = [True], [0]
    witness = _witness(tmp_path / "1", log)

    def answer(body: bytes) -> Answer:
        calls[0] += 1
        if is_away[0]:
            raise ConnectionError
        return witness.answer(body)

    with served(answer) as first, served(_witness(tmp_path / "2", log, cosigner=OTHER).answer) as second:
        away, here = named(first.server_port, "away"), named(second.server_port, "here", OTHER_KEY)
        with _feeding(log, away, here) as told:
            assert until(lambda: calls[0] >= 3, 10)
            log.append(new_record("b"))
            assert until(lambda: _cosigned(log, away, here).get(2) == ("here",), 10)
            assert [line for line in told if "`away` cannot be reached" in line] == told[:1]
            assert told[0].startswith("warning: ")
            is_away[0] = False
            assert until(lambda: _cosigned(log, away, here).get(2) == ("away", "here"), 10)
            assert until(lambda: told[1:] == ["witness `away` cosigns again"], 10)


def test_a_refusal_is_an_alarm_each_time(tmp_path: Path) -> None:
    """The history was rewritten by somebody who has all the keys."""
    log, rewritten = _log("a", "b", "c"), _log("a", "x", "c")
    seen: list[str] = []
    with served(_witness(tmp_path, log, seen.append).answer) as server:
        place = named(server.server_port)
        with _feeding(log, place) as told:
            assert until(lambda: _cosigned(log, place).get(3), 10)
        assert told == []
        with _feeding(rewritten, place) as told:
            assert until(lambda: len(told) >= 2, 10)
            rewritten.append(new_record("d"))
            assert rewritten.size() == 4, "the service goes on"
    assert all(line.startswith("ALARM: witness `w1` refuses this log's history: ") for line in told)
    assert not any(_cosigned(rewritten, place).values())
    assert seen[0].startswith("REFUSED: the checkpoint of 3 records of log `log.example/fed`")


def test_a_store_that_was_put_back_is_an_alarm(tmp_path: Path) -> None:
    log, older = _log("a", "b", "c"), _log("a", "b")
    with served(_witness(tmp_path, log).answer) as server:
        place = named(server.server_port)
        with _feeding(log, place):
            assert until(lambda: _cosigned(log, place).get(3), 10)
        with _feeding(older, place) as told:
            assert until(lambda: told, 10)
    assert "it has cosigned 3 records, here are 2" in told[0]


def test_another_server_of_the_same_log_that_was_faster_is_no_alarm(tmp_path: Path) -> None:
    log = _log("a")
    witness, reached = _witness(tmp_path, log), [0]

    def answer(body: bytes) -> Answer:
        reached[0] += 1
        if reached[0] == 1:  # the other one comes in between, with more
            log.append(new_record("b"))
            assert witness.answer(write_request(0, (), log.publish())).status == 200
        return witness.answer(body)

    with served(answer) as server:
        place = named(server.server_port)
        with _feeding(log, place) as told:
            assert until(lambda: _cosigned(log, place).get(2), 10)
    assert told == []


def test_the_end_does_not_wait_for_a_slow_witness(tmp_path: Path) -> None:
    log = _log("a")
    asked: list[int] = []

    def slow(_: bytes) -> Answer:
        asked.append(1)
        time.sleep(4)
        raise ConnectionError

    with served(slow) as server:
        with _feeding(log, named(server.server_port), seconds=30):
            assert until(lambda: asked, 10)
            log.append(new_record("b"))
            began = time.monotonic()
        assert time.monotonic() - began < 3
        log.close()


def test_a_log_that_closes_first_ends_feeding_without_a_word(tmp_path: Path) -> None:
    log = _log("a")
    with served(_witness(tmp_path, log).answer) as server, _feeding(log, named(server.server_port)) as told:
        log.close()
        time.sleep(4 * PAUSE)
    assert told == []
