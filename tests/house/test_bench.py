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
