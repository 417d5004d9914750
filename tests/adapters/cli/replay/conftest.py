"""A place for replays: a log of a few requests, the rules that decided them, and a candidate's."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from pactolus_adapters.audit.stores import open_reader
from pactolus_adapters.authoring.new_pack import new_pack
from pactolus_adapters.clock import system_clock
from pactolus_adapters.settings import Settings
from pactolus_adapters.wiring.house import store_place
from pactolus_engine.ports import StoredRecord
from tests.adapters.cli.run import Run, Runner, runner
from tests.support.replay_logs import (
    candidate_rules,
    decided,
    recorded,
    rules_folder,
    small_request,
)

SECOND = "second-look"
"""Another pack on the same shelf."""

VALUES = ("0.0001", "0.003", "0.05")
"""Percent: below both thresholds, between them, above both."""

REQUESTS = len(VALUES) + 2
"""Those, one that is refused, and one for the other pack, which is the last."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rules folder, a candidate's, and a log; to be copied."""
    folder = tmp_path_factory.mktemp("made")
    rules = rules_folder(folder / "rules")
    new_pack(SECOND, rules, date(2026, 3, 1))
    candidate_rules(folder / "candidate")
    asked = [small_request(f"p{number}", value) for number, value in enumerate(VALUES)]
    records = [*decided(rules, [*asked, b"{"]), *decided(rules, [small_request("other", "0.0001")], SECOND)]
    recorded(folder / "data", records).close()
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """A copy of all that, for one test; also where its reports go."""
    return Path(shutil.copytree(made, tmp_path / "place"))


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """The command, in this process."""
    start = runner(place / "data", monkeypatch, capsys, place / "rules")

    def replay(*arguments: object, report: str = "report") -> Run:
        return start("replay", *arguments, "--runner", "inline", "--report", place / report)

    return replay


def events(place: Path, first: int = REQUESTS) -> list[StoredRecord]:
    """What was recorded behind the requests."""
    reader = open_reader(store_place(Settings(data=place / "data")), system_clock)
    try:
        return [reader.read(index) for index in range(first, reader.size())]
    finally:
        reader.close()


def summary(done: Run) -> dict[str, object]:
    document: dict[str, object] = json.loads(done.out)
    return document


def classes(done: Run) -> dict[str, int]:
    found = summary(done)["classes"]
    assert isinstance(found, dict)
    return {name: count for name, count in found.items() if count}
