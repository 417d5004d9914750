"""The worker behind the port: it answers as the engine does, and whatever it does else costs an error."""

import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.wiring import prepare_pack
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import MatcherFailed
from tests.support.examples import ROOT
from tests.support.small_packs import InProcess

TIMEOUT = 1.0

# Workers that load, and then do something else than to answer.
_LOADS = """
import json, sys, time, os, signal
for line in sys.stdin:
    asked = json.loads(line)
    if "shards" in asked:
        print(json.dumps({"loaded": asked["pack"]}), flush=True)
        continue
    %s
"""
MISDEEDS = {
    "dies": "os._exit(3)",
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "hangs": "time.sleep(60)",
    "closes its output": "os.close(1); time.sleep(60)",
    "stops inside a line": "os.write(1, b'{\"fired\": ['); time.sleep(60)",
    "trickles": "[(os.write(1, b' '), time.sleep(0.05)) for _ in range(1000)]",
    "talks": "print('Segmentation fault', flush=True)",
    "sends an empty line": "print('', flush=True)",
    "sends no object": "print('[]', flush=True)",
    "sends deep JSON": "print('[' * 100_000, flush=True)",
    "sends no list": 'print(json.dumps({"fired": "r1"}), flush=True)',
    "sends no names": 'print(json.dumps({"fired": [[1]]}), flush=True)',
    "names a rule of another pack": 'print(json.dumps({"fired": ["made-up"]}), flush=True)',
    "says that it failed": 'print(json.dumps({"failed": "x"}), flush=True)',
}


@pytest.fixture(scope="module")
def pack() -> CompiledPack:
    return FolderShelf(ROOT / "rules", prepare_pack).get("midas-consolidation")


@pytest.fixture
def matcher() -> Iterator[ProcessMatcher]:
    made = ProcessMatcher(timeout=20)
    yield made
    made.close()


def _letters(pack: CompiledPack, turn: int) -> dict[str, str]:
    """Some letters for every atom; which, depends on the turn."""
    return {atom: "tfu"[(place * 7 + turn) % 3] for place, atom in enumerate(sorted(pack.atoms.values()))}


def test_the_worker_answers_as_the_engine_does(pack: CompiledPack, matcher: ProcessMatcher) -> None:
    local = InProcess()
    answers = [matcher.fired(pack, _letters(pack, turn)) for turn in range(12)]
    assert answers == [local.fired(pack, _letters(pack, turn)) for turn in range(12)]
    assert len(set(answers)) > 1


def test_threads_get_each_its_own_answer(pack: CompiledPack, matcher: ProcessMatcher) -> None:
    expected = [InProcess().fired(pack, _letters(pack, turn)) for turn in range(24)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda turn: matcher.fired(pack, _letters(pack, turn)), range(24))) == expected


def test_the_folder_the_server_runs_in_gives_the_worker_no_modules(
    pack: CompiledPack, matcher: ProcessMatcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')\n")
    monkeypatch.chdir(tmp_path)
    assert matcher.fired(pack, _letters(pack, 0)) is not None


def test_after_close_the_next_question_starts_a_new_worker(
    pack: CompiledPack, matcher: ProcessMatcher
) -> None:
    first = matcher.fired(pack, _letters(pack, 0))
    matcher.close()
    matcher.close()
    assert matcher.fired(pack, _letters(pack, 0)) == first


@pytest.mark.parametrize("misdeed", MISDEEDS)
def test_a_worker_that_does_something_else_costs_an_error(pack: CompiledPack, misdeed: str) -> None:
    code = _LOADS % MISDEEDS[misdeed]
    matcher = ProcessMatcher(timeout=TIMEOUT, command=(sys.executable, "-c", code))
    begin = time.monotonic()
    try:
        for _ in range(2):  # the second time a new worker does the same
            with pytest.raises(MatcherFailed):
                matcher.fired(pack, _letters(pack, 0))
    finally:
        matcher.close()
    assert time.monotonic() - begin < 2 * TIMEOUT + 3


@pytest.mark.parametrize(
    "code", ["raise SystemExit", 'print(\'{"loaded": "another"}\')', "import time; time.sleep(60)"]
)
def test_a_worker_that_does_not_take_the_rules_costs_an_error(pack: CompiledPack, code: str) -> None:
    matcher = ProcessMatcher(timeout=TIMEOUT, command=(sys.executable, "-c", code))
    try:
        with pytest.raises(MatcherFailed):
            matcher.fired(pack, _letters(pack, 0))
    finally:
        matcher.close()


def test_a_worker_that_does_not_read_is_given_up(pack: CompiledPack) -> None:
    """More than a pipe holds: whoever wrote it without a limit would wait for ever."""
    code = _LOADS.replace("for line in sys.stdin:", "for line in [sys.stdin.readline()]:") % "pass"
    matcher = ProcessMatcher(timeout=TIMEOUT, command=(sys.executable, "-c", code + "\ntime.sleep(60)"))
    letters: Mapping[str, str] = {f"atom-{number}": "t" for number in range(20_000)}
    begin = time.monotonic()
    try:
        with pytest.raises(MatcherFailed):
            matcher.fired(pack, letters)
    finally:
        matcher.close()
    assert time.monotonic() - begin < TIMEOUT + 3


def test_a_command_that_cannot_be_started_costs_an_error(pack: CompiledPack, tmp_path: Path) -> None:
    matcher = ProcessMatcher(timeout=TIMEOUT, command=(str(tmp_path / "nothing"),))
    with pytest.raises(MatcherFailed):
        matcher.fired(pack, _letters(pack, 0))
    matcher.close()
