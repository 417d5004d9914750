"""One store for the tests of the auditors' commands; each gets a copy."""

import shutil
from pathlib import Path

import pytest

from tests.adapters.cli.run import Runner, runner
from tests.support.changed import FULL, full, versioned
from tests.support.examples import request
from tests.support.service import service


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that is closed. Records: 0 an offer, 1 takes it back, 2 another patient's offer, 3 the first
    patient's in another tenant, 4 one that needs data."""
    place = tmp_path_factory.mktemp("recorded") / "data"
    with service(place) as running:
        for sent in (FULL, full(versioned("entered-in-error", 2)), "positive-flow.json"):
            running.evaluate(request(sent))
        running.evaluate(request(FULL), metadata=[("x-pactolus-tenant", "south")])
        running.evaluate(request("lone-observation.json"))
    return place


@pytest.fixture
def run(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Runner:
    """Runs a command on a copy of the store."""
    return runner(Path(shutil.copytree(recorded, tmp_path / "data")), monkeypatch, capsys)
