"""Kill -9 of the real server in the middle of a replay: the next one ends it, each record once, with the same root."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import grpc

from pactolus.v1 import audit_service_pb2 as audit
from pactolus.v1.audit_service_pb2_grpc import AuditServiceStub
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from pactolus_adapters.replay.folder import ReplayFolder
from pactolus_adapters.replay.parts import parts, read_results
from pactolus_adapters.replay.report.root import report_root
from pactolus_adapters.replay.runners.inline import InlineRunner
from pactolus_adapters.replay.spec import ReplaySpec, partitions
from pactolus_adapters.settings import settings_from
from pactolus_adapters.wiring.replay import Wanted, open_worker
from tests.support.process import Served, children, is_running, serving, until
from tests.support.replays import AFTER, PACK, mrd_request, small_rules

_RECORDS = 3 * 256
_EVALUATED_OF = 5
"""One of so many is evaluated, the others are refused, which is quick."""

_ASKED = {"request_id": "impact", "pack": {"id": PACK, "version": AFTER}, "reason": "threshold"}


def _fill(served: Served) -> None:
    """Decisions between the two thresholds, among requests that were refused."""

    def send(number: int) -> None:
        asked = mrd_request(number, Decimal("5e-5"))
        if number % _EVALUATED_OF:
            asked.resources_json.append(b"{no JSON")
        with suppress(grpc.RpcError):
            stub.Evaluate(asked, timeout=60)

    with served.channel() as channel, ThreadPoolExecutor(8) as pool:
        stub = EvaluationServiceStub(channel)
        list(pool.map(send, range(_RECORDS)))


def _watched(served: Served, after: int, until_more: int | None = None) -> list[audit.WatchReplayResponse]:
    """Starts, or names, the replay and watches it: to the end, or until so many records are done."""
    told: list[audit.WatchReplayResponse] = []
    with served.channel() as channel:
        stub = AuditServiceStub(channel)
        started = stub.StartReplay(audit.StartReplayRequest(**_ASKED), timeout=60)
        asked = audit.WatchReplayRequest(replay_id=started.replay_id, after_records=after)
        for one in stub.WatchReplay(asked, timeout=120):
            told.append(one)
            if until_more is not None and one.records_done >= until_more:
                break
    return told


def _started_id(data: Path) -> str:
    (file,) = (data / "replays").glob("*.json")
    return file.stem


def _inline_root(base: Path, spec: ReplaySpec, data: Path, rules: Path) -> bytes:
    """The root of the same replay, which nothing interrupts."""
    settings = settings_from({}, data=data, rules=rules, pack=PACK)

    def opener() -> object:
        return open_worker(settings, Wanted(tenant="default"), spec, None)

    InlineRunner().run(opener, list(partitions(spec)), base, lambda _: None)  # type: ignore[arg-type]
    return report_root(spec, base)


def test_a_replay_outlives_kill_9_of_its_server(tmp_path: Path) -> None:
    data, rules = tmp_path / "data", small_rules(tmp_path / "rules")
    again = ("--rules", str(rules))
    with serving(tmp_path, data, *again, PACTOLUS_PACK=PACK) as served:
        _fill(served)
        far = _watched(served, 0, until_more=1)[-1]
        processes = children(served.process.pid)
        served.kill()
    assert until(lambda: not any(map(is_running, processes)), 10), "a process outlived its server"
    folder = data / "replays" / _started_id(data)
    assert 0 < len(parts(folder)) < 4, "it was to be killed half-way"
    assert far.state == audit.REPLAY_STATE_RUNNING
    with serving(tmp_path, data, *again, PACTOLUS_PACK=PACK) as served:
        told = _watched(served, far.records_done)
    assert all(one.records_done >= far.records_done for one in told)
    assert told[-1].state == audit.REPLAY_STATE_DONE
    state = ReplayFolder(folder).state()
    assert state is not None
    found = [one.index for part in parts(folder) for one in read_results(part)]
    assert found == list(range(1, _RECORDS + 1)), "the first record is that of the start of the server"
    assert told[-1].differences == len(range(0, _RECORDS, _EVALUATED_OF))
    assert told[-1].report_root == _inline_root(tmp_path / "inline", state.spec, data, rules)
