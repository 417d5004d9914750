"""The server's end of a shadow, with real processes that die, hang, fail and go on."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from pactolus_adapters.replay.parts import PartUnreadable
from pactolus_adapters.replay.runners.carried import CarriedError
from pactolus_adapters.replay.runners.child import start_child
from pactolus_adapters.replay.shadow.told import Far
from pactolus_adapters.replay.shadow.watch import ShadowWatch
from tests.support.process import is_running, until

FAR = Far(9, "ab", 8, 1)


def goes_on(pipe: "Connection[Any, Any]") -> None:
    pipe.send(FAR)
    time.sleep(60)


def dies(_pipe: "Connection[Any, Any]") -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def is_told_to_end(_pipe: "Connection[Any, Any]") -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def fails(pipe: "Connection[Any, Any]") -> None:
    pipe.send(CarriedError.of(PartUnreadable("`part-00000001.parquet` is no whole file")))


def meets_a_defect(pipe: "Connection[Any, Any]") -> None:
    pipe.send(CarriedError.of(KeyError("Smith")))


def _watch(work: Callable[..., None], *pauses: float, silence: float = 30.0) -> tuple[ShadowWatch, list[str]]:
    lines: list[str] = []
    watch = ShadowWatch(partial(start_child, work), lines.append, silence, pauses)
    watch.start()
    return watch, lines


def _told(lines: list[str], words: str) -> bool:
    return until(lambda: any(words in line for line in lines), 20)


def test_it_says_how_far_it_is_and_is_ended_at_once() -> None:
    watch, lines = _watch(goes_on)
    assert until(lambda: watch.far == FAR, 20)
    process = int(lines[0].split()[-1])
    assert is_running(process)
    watch.stop()
    watch.stop()
    assert not is_running(process)
    assert len(lines) == 1


def test_one_that_dies_is_started_again_a_few_times() -> None:
    watch, lines = _watch(dies, 0.0, 0.0)
    assert _told(lines, "not started again before the server is")
    assert sum("it runs as process" in line for line in lines) == 3
    watch.stop()


def test_one_that_hangs_is_ended() -> None:
    watch, lines = _watch(goes_on, silence=0.5)
    assert _told(lines, "it gave no sign of life for 0.5 s; it is not started again")
    assert not is_running(int(lines[0].split()[-1]))
    watch.stop()


def test_its_error_is_told_to_the_operator() -> None:
    watch, lines = _watch(fails)
    assert _told(lines, "`part-00000001.parquet` is no whole file; it is not started again")
    watch.stop()


def test_the_text_of_an_unforeseen_error_is_not_told() -> None:
    watch, lines = _watch(meets_a_defect)
    assert _told(lines, "it met a defect of Pactolus")
    watch.stop()
    assert not any("Smith" in line for line in lines)


def test_whoever_ends_it_alone_means_it() -> None:
    watch, lines = _watch(is_told_to_end, 0.0)
    assert _told(lines, "was told to end")
    watch.stop()
    assert sum("it runs as process" in line for line in lines) == 1
