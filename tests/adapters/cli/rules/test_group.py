"""`pactolus rules`: what the group itself says."""

from pathlib import Path

import pytest

from tests.adapters.cli.run import Runner, runner


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


def test_the_verbs_are_listed_in_the_order_of_the_work(run: Runner) -> None:
    told = run("rules", "--help").out
    verbs = ("new", "check", "test", "generate", "prove", "diff", "approve", "sign", "publish", "activate")
    places = [told.index(f"\n  {verb} ") for verb in verbs]
    assert places == sorted(places)
