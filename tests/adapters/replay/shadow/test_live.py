"""A shadow beside a real server: it never touches an answer, and leaves no request out, whatever befalls it."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus_adapters.authoring.new_pack import new_pack
from pactolus_adapters.replay.parts import parts
from pactolus_adapters.replay.shadow.kept import kept_shadows
from pactolus_adapters.settings import settings_from
from pactolus_adapters.trail.places import listed
from pactolus_adapters.wiring import open_trail
from pactolus_engine.replay.result import ReplayClass
from pactolus_engine.trail import Selection
from tests.adapters.cli.run import Runner, runner
from tests.adapters.replay.shadow.stand import CANDIDATE, MRDS, Stand, ask, shadow_process
from tests.support.examples import ROOT
from tests.support.process import Served, is_running, serving, until
from tests.support.replays import PACK

ANSWERED_SECONDS = 5
ENDED_SECONDS = 8


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


@pytest.fixture
def run(stand: Stand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(stand.data, monkeypatch, capsys, stand.rules)


def _bytes(answers: list[EvaluateResponse]) -> list[bytes]:
    """The answers without their place in the log, which is that of another log."""
    for answer in answers:
        assert answer.receipt.index > 0
        answer.ClearField("receipt")
    return [answer.SerializeToString(deterministic=True) for answer in answers]


def _moves(mrd: str) -> bool:
    return Decimal("1e-5") <= Decimal(mrd) < Decimal("1e-4")


def _requests(stand: Stand, database: str = "") -> list[int]:
    """Where in the log the evaluations are."""
    with open_trail(settings_from({}, data=stand.data, database=database)) as trail:
        return [one.index for one in listed(trail, Selection(events=("evaluation",)))]


@contextmanager
def _ends_in_time(server: Served) -> Iterator[None]:
    yield
    begin = time.monotonic()
    server.process.terminate()
    assert server.process.wait(30) == 0
    assert time.monotonic() - begin < ENDED_SECONDS


def test_the_answers_are_the_same_and_the_differences_are_kept(stand: Stand, run: Runner) -> None:
    with serving(
        stand.place, stand.place / "alone", "--rules", str(stand.rules), PACTOLUS_PACK=PACK
    ) as server:
        alone = _bytes(ask(server, MRDS))
    with stand.served() as server, _ends_in_time(server):
        answers = ask(server, MRDS)
        last = answers[-1].receipt.index
        assert _bytes(answers) == alone
        assert until(lambda: stand.done() > last, 60), server.err.read_text()
        assert "libarrow" not in Path(f"/proc/{server.process.pid}/maps").read_text()
        told = run("shadow", "--pack", CANDIDATE)
    assert [one.index for one in stand.results()] == _requests(stand)
    changed = [one.result_class is not ReplayClass.IDENTICAL for one in stand.results()]
    assert changed == [_moves(mrd) for mrd in MRDS]
    assert told.code == 10
    assert "4 of 8 decisions compared came out differently" in told.out
    assert all((stand.folder / f"summary.{form}").exists() for form in ("json", "md", "html"))
    _check_root(stand, run, told.out)


def _recorded(stand: Stand) -> list[dict[str, str]]:
    """What the log says of replays."""
    with open_trail(settings_from({}, data=stand.data)) as trail:
        found = listed(trail, Selection(events=("replay",)))
        return [json.loads(trail.read(one.index).input) for one in found]


def _check_root(stand: Stand, run: Runner, told: str) -> None:
    """The root is the one that the log holds at the server's end, and that of a replay of the same records."""
    started, stopped = _recorded(stand)
    (kept,) = kept_shadows(stand.data)
    assert (started["what"], stopped["what"]) == ("shadow started", "shadow stopped")
    assert started["pack_digest"] == kept.pack.digest
    assert started["first"] == stopped["first"] == str(kept.state.spec.first)
    assert stopped["end"] == str(stand.done())
    assert f"root     {stopped['report_root']}" in told
    replayed = run(
        "replay", "--json", "--runner", "inline", "--pack", CANDIDATE, "--packs", stand.candidate,
        "--from", stopped["first"], "--to", stopped["end"],
    )  # fmt: skip
    assert replayed.code == 10
    assert json.loads(replayed.out)["root"] == stopped["report_root"]


def test_nothing_is_left_out_whatever_befalls_it(stand: Stand) -> None:
    with stand.served() as server, _ends_in_time(server):
        last = ask(server, MRDS)[-1].receipt.index
        assert until(lambda: stand.done() > last, 60), server.err.read_text()
        hung = shadow_process(server)
        os.kill(hung, signal.SIGSTOP)
        begin = time.monotonic()
        ask(server, MRDS, 100)
        assert time.monotonic() - begin < ANSWERED_SECONDS
    assert not is_running(hung)
    assert len(stand.results()) == len(MRDS)
    with stand.served() as server:
        killed = shadow_process(server)
        ask(server, MRDS, 200)
        os.kill(killed, signal.SIGKILL)
        last = ask(server, MRDS, 300)[-1].receipt.index
        assert until(lambda: stand.done() > last, 60), server.err.read_text()
        assert "started again" in server.err.read_text()
        assert shadow_process(server) != killed
        ask(server, MRDS, 400)
        orphan = shadow_process(server)
        server.kill()
    assert until(lambda: not is_running(orphan), 10), "the shadow outlived its server"
    with stand.served() as server:
        last = ask(server, MRDS, 500)[-1].receipt.index
        assert until(lambda: stand.done() > last, 60), server.err.read_text()
    assert [one.index for one in stand.results()] == _requests(stand)
    assert len(stand.results()) == 6 * len(MRDS)
    assert sum(one.is_difference for one in stand.results()) == 6 * sum(map(_moves, MRDS))


def test_another_pack_on_the_shelf_begins_a_new_shadow_where_the_one_before_ended(stand: Stand) -> None:
    with stand.served() as server:
        last = ask(server, MRDS)[-1].receipt.index
        assert until(lambda: stand.done() > last, 60), server.err.read_text()
        os.kill(shadow_process(server), signal.SIGSTOP)
        ask(server, MRDS, 100)
    new_pack("another", stand.rules, date(2026, 3, 1))
    with stand.served() as server:
        assert until(lambda: len(kept_shadows(stand.data)) == 2, 30), server.err.read_text()
    before, after = kept_shadows(stand.data)
    assert after.state.spec.first == parts(before.path)[-1].partition.end
    assert len(after.state.spec.packs) == len(before.state.spec.packs) + 1


def test_a_log_in_postgresql_is_followed_as_well(
    stand: Stand, run: Runner, new_database: Callable[[], str]
) -> None:
    database = new_database()
    with stand.served(PACTOLUS_DATABASE=database) as server, _ends_in_time(server):
        last = ask(server, MRDS)[-1].receipt.index
        assert until(lambda: stand.done() > last, 60), server.err.read_text()
        assert run("shadow", "--database", database).code == 10
    assert [one.index for one in stand.results()] == _requests(stand, database)


@pytest.mark.parametrize(
    ("shadow", "code", "told"),
    [
        ("follow-up@9.0.0", 4, "there is no `follow-up@9.0.0`"),
        ("follow-up@0.1.0", 2, "the very pack that decides now"),
        ("follow-up", 2, "expected one version of one pack, `ID@VERSION`"),
        ("other@0.2.0", 4, "there is no `other@0.2.0`"),
    ],
)
def test_a_candidate_that_is_none_stops_the_start(
    stand: Stand, run: Runner, monkeypatch: pytest.MonkeyPatch, shadow: str, code: int, told: str
) -> None:
    monkeypatch.setenv("PACTOLUS_PACK", PACK)
    monkeypatch.setenv("PACTOLUS_SHADOW", shadow)
    monkeypatch.setenv("PACTOLUS_SHADOW_PACKS", str(stand.candidate))
    refused = run("serve", "--port", "0")
    assert refused.code == code
    assert told in refused.err
    assert not (stand.data / "shadow").exists()


def test_a_candidate_without_an_active_pack_stops_the_start(
    stand: Stand, run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTOLUS_RULES", str(ROOT / "rules"))
    monkeypatch.setenv("PACTOLUS_SHADOW", CANDIDATE)
    monkeypatch.setenv("PACTOLUS_SHADOW_PACKS", str(stand.candidate))
    refused = run("serve", "--port", "0")
    assert refused.code == 4
    assert "no pack `follow-up` decides here" in refused.err


def test_no_shadow_is_no_report(run: Runner) -> None:
    told = run("shadow")
    assert told.code == 3
    assert "no such shadow is kept" in told.err
