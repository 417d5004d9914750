"""How a replay begins: after a crash in the midst of beginning, and with a range that is none."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.replay.folder import ReplayFolder, ReplayFolderUnfit, ReplayState
from pactolus_adapters.replay.report.summary import HowItRan
from pactolus_adapters.replay.run import Order, begin, finish
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_adapters.settings import Settings
from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_adapters.wiring import open_house
from pactolus_adapters.wiring.replay import Wanted, prepared
from pactolus_engine.errors import InputInvalid
from tests.contract.audit_log import fixed_clock
from tests.support.examples import ROOT

STATE = ReplayState(ReplaySpec({"kind": "log"}, 0, 1), "why", "an id", 3)


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_crash_while_beginning_leaves_a_folder_to_begin_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ReplayFolder(tmp_path / "report")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Path, "replace", _killed)
        folder.begin(STATE)
    assert list(folder.path.iterdir()) and folder.state() is None
    folder.begin(STATE)
    assert folder.state() == STATE
    (folder.path / "replay.json").rename(folder.path / "other.json")
    with pytest.raises(ReplayFolderUnfit):
        folder.state()


@pytest.mark.parametrize("what", ["started", "finish"])
def test_a_crash_after_a_record_of_it_finds_that_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    log = MemoryAuditLog(fixed_clock)
    record = partial(EventRecorder(log, fixed_clock).record, Actor("cli:somebody"))
    order = Order(ReplaySpec({"kind": "log"}, 0, 0), tmp_path / "report", "why")
    ran = HowItRan("inline", fixed_clock(), fixed_clock(), 0)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ReplayFolder, what, _killed)
        finish(order, begin(order, record), ran, record)
    done = finish(order, begin(order, record), ran, record)
    assert (done.state.started, done.state.finished, log.size()) == (0, 1, 2)
    assert finish(order, begin(order, record), ran, record).recorded == 1


@pytest.mark.parametrize("content", ["5", "null", "[]", "{", '{"spec": 5}'])
def test_a_folder_of_something_else_is_told_as_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "replay.json").write_text(content)
    with pytest.raises(ReplayFolderUnfit, match="holds no replay"):
        ReplayFolder(tmp_path).state()


def test_whoever_goes_on_may_give_another_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = MemoryAuditLog(fixed_clock)
    record = partial(EventRecorder(log, fixed_clock).record, Actor("cli:somebody"))
    first = Order(ReplaySpec({"kind": "log"}, 0, 0), tmp_path / "report", "why")
    other = replace(first, reason="another why")
    ran = HowItRan("inline", fixed_clock(), fixed_clock(), 0)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(ReplayFolder, "finish", _killed)
        finish(first, begin(first, record), ran, record)
    assert finish(other, begin(other, record), ran, record).recorded == 1
    assert log.size() == 2


def test_two_replays_never_work_in_one_folder(tmp_path: Path) -> None:
    folder = ReplayFolder(tmp_path / "report")
    with folder.held():
        assert folder.state() is None
        with pytest.raises(ReplayFolderUnfit, match="another replay works in"), folder.held():
            pass
    with folder.held():
        folder.begin(STATE)


@pytest.mark.parametrize(("first", "end"), [(0, 9999), (5, 2), (9, 0)])
def test_a_range_beyond_the_log_is_told_as_one(tmp_path: Path, first: int, end: int) -> None:
    settings = Settings(data=tmp_path / "data", rules=ROOT / "rules")
    with open_house(settings) as house:
        house.record_activation()
    wanted = Wanted(first=first, end=end)
    with pytest.raises(InputInvalid) as refused, prepared(settings, wanted, tmp_path / "report"):
        pass
    assert "0 to 1" in refused.value.violations[0].description
