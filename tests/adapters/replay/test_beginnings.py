"""How a replay begins: after a crash in the midst of beginning, and with a range that is none."""

from pathlib import Path

import pytest

from pactolus_adapters.replay.folder import ReplayFolder, ReplayFolderUnfit, ReplayState
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_adapters.settings import Settings
from pactolus_adapters.wiring import open_house
from pactolus_adapters.wiring.replay import Wanted, prepared
from pactolus_engine.errors import InputInvalid
from tests.support.examples import ROOT

STATE = ReplayState(ReplaySpec({"kind": "log"}, 0, 1), "why", 3)


def test_a_crash_while_beginning_leaves_a_folder_to_begin_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    folder = ReplayFolder(tmp_path / "report")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "rename", killed)
        folder.begin(STATE)
    assert list(folder.path.iterdir()) and folder.state() is None
    folder.begin(STATE)
    assert folder.state() == STATE
    (folder.path / "replay.json").rename(folder.path / "other.json")
    with pytest.raises(ReplayFolderUnfit):
        folder.state()


@pytest.mark.parametrize(("first", "end"), [(0, 9999), (5, 2), (9, 0)])
def test_a_range_beyond_the_log_is_told_as_one(tmp_path: Path, first: int, end: int) -> None:
    settings = Settings(data=tmp_path / "data", rules=ROOT / "rules")
    with open_house(settings) as house:
        house.record_activation()
    wanted = Wanted(first=first, end=end)
    with pytest.raises(InputInvalid) as refused, prepared(settings, wanted, tmp_path / "report"):
        pass
    assert "0 to 1" in refused.value.violations[0].description
