"""The stop watches of the bench still sit on functions that are there, and come off again."""

import sys
from types import ModuleType

import pytest

from tests.house.tree import ROOT


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The part of the bench that times the steps."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    monkeypatch.delitem(sys.modules, "stages", raising=False)
    import stages as module

    return module


def test_every_step_of_an_evaluation_is_seen_and_nothing_stays_watched(stages: ModuleType) -> None:
    before = [getattr(owner, name) for _, owner, name in stages._WATCHED]
    bundle = (ROOT / "examples" / "negative-ngs.json").read_bytes()
    timings = stages.measure_stages(bundle, ROOT / "rules", repetitions=2, warm_up=1)
    assert list(timings.steps) == list(stages.MEANINGS)
    assert all(nanoseconds > 0 for nanoseconds in timings.steps.values())
    assert timings.steps["rest"] < timings.whole / 4
    assert [getattr(owner, name) for _, owner, name in stages._WATCHED] == before


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The bench of the replay."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    monkeypatch.delitem(sys.modules, "replay", raising=False)
    import replay as module

    return module


def test_the_rate_of_a_replay_is_told_apart_from_its_start_up(replays: ModuleType) -> None:
    assert replays.apart((100, 7.0), (300, 11.0)) == (50.0, 5.0)
    assert replays.apart((100, 7.0), (300, 7.0)) is None


def test_a_runner_is_compared_with_inline_in_the_same_round_and_by_its_root(replays: ModuleType) -> None:
    def pair(runner: str, number: int, rate: float | None, root: str) -> object:
        small, large = (replays.Run(size, 1.0, (1,), root) for size in (1, 2))
        return replays.Pair(runner, number, small, large, rate, 0.0)

    pairs = [pair("inline", 0, 10.0, "a"), pair("pool", 0, 20.0, "a"), pair("pool", 1, 30.0, "a")]
    pairs += [pair("inline", 1, 20.0, "a"), pair("pool", 2, 30.0, "a"), pair("inline", 2, None, "a")]
    assert replays.ratios(pairs, "pool") == [2.0, 1.5]
    assert replays.different_roots(pairs) == {}
    assert replays.different_roots([*pairs, pair("spark", 0, 1.0, "b")]) == {1: ["a", "b"], 2: ["a", "b"]}
