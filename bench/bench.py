"""Measures Evaluate against a no-op on the same kind of server: one run, one machine, the same bytes.

    python bench/bench.py [--out FILE]

Absolute times belong to the machine; the ratios to the floor are what can be compared between runs.
There are no targets. The run takes less than a minute: every phase ends after a number of calls or
a number of seconds, whichever comes first, and says how many calls it made.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import grpc
from stages import MEANINGS, Timings, measure_stages

from pactolus.v1.evaluation_service_pb2 import EvaluateRequest
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "negative-ngs.json"
RULES = ROOT / "rules"

CALLS = 300
WARM_UP = 20
CLIENTS = 8
PHASE_SECONDS = 8
_TIMEOUT = 30.0


@dataclass(frozen=True, slots=True)
class Load:
    """One phase: how many calls were answered, how fast, and how long one took (milliseconds)."""

    clients: int
    calls: int
    per_second: float
    median: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Store:
    """What the records left behind, in bytes."""

    records: int
    bytes_per_record: float


@dataclass(frozen=True, slots=True)
class Server:
    """A server in a process of its own."""

    address: str
    process: subprocess.Popen[str]

    def megabytes(self) -> float:
        """Resident memory of the process and of its children, in MB."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")  # each lists what it started
        pids = [str(self.process.pid), *(pid for thread in threads for pid in thread.read_text().split())]
        return sum(_resident_kilobytes(pid) for pid in pids) / 1000


def _resident_kilobytes(pid: str) -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


@contextmanager
def running(*command: str | Path) -> Iterator[Server]:
    """Starts a server that announces its address, and ends it with SIGTERM."""
    mine = {name: text for name, text in os.environ.items() if not name.startswith("PACTOLUS_")}
    process = subprocess.Popen(command, env=mine, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        try:
            found = re.search(r"serves on (\S+:\d+);", process.stdout.readline())
            if found is None:
                raise SystemExit("a server did not start; what it says stands above")
            yield Server(found[1], process)
        finally:
            process.terminate()


# --- load ---------------------------------------------------------------------------------------


def load(address: str, bundle: bytes, clients: int, calls: int, name: str) -> Load:
    """That many clients, each with a connection of its own and one call at a time."""
    until = perf_counter_ns() + PHASE_SECONDS * 10**9
    start = perf_counter_ns()
    with ThreadPoolExecutor(clients) as pool:
        each = [
            pool.submit(_client, address, bundle, calls // clients, f"{name}-{n}", until)
            for n in range(clients)
        ]
        taken = sorted(nanoseconds for one in each for nanoseconds in one.result())
    seconds = (perf_counter_ns() - start) / 10**9
    cuts = statistics.quantiles(taken, n=100)
    return Load(
        clients=clients,
        calls=len(taken),
        per_second=len(taken) / seconds,
        median=statistics.median(taken) / 10**6,
        p95=cuts[94] / 10**6,
        p99=cuts[98] / 10**6,
    )


def _client(address: str, bundle: bytes, calls: int, name: str, until: int) -> list[int]:
    """Nanoseconds of each call; every request has an id of its own and the same bytes."""
    taken = []
    with grpc.insecure_channel(address) as channel:
        evaluate = EvaluationServiceStub(channel).Evaluate
        for number in range(calls):
            request = EvaluateRequest(request_id=f"{name}-{number:04}", bundle_json=bundle)
            request.evaluation_time.FromJsonString("2026-03-01T09:00:00Z")
            start = perf_counter_ns()
            evaluate(request, timeout=_TIMEOUT)
            end = perf_counter_ns()
            taken.append(end - start)
            if end > until:
                break
    return taken


def measure_floor(bundle: bytes) -> list[Load]:
    """The no-op, sequentially and with several clients."""
    with running(sys.executable, Path(__file__).with_name("floor.py")) as server:
        load(server.address, bundle, 1, WARM_UP, "warm")
        return [
            load(server.address, bundle, 1, CALLS, "one"),
            load(server.address, bundle, CLIENTS, CALLS, "many"),
        ]


def measure_service(bundle: bytes) -> tuple[list[Load], Store, dict[str, float]]:
    """Evaluate on the real server with an embedded store; what it left on disk, what memory it held."""
    with tempfile.TemporaryDirectory(prefix="pactolus-bench-") as folder:
        data = Path(folder) / "data"
        command = Path(sys.executable).with_name("pactolus")
        arguments = ("serve", "--port", "0", "--data", data, "--rules", RULES)
        with running(command, *arguments) as server:
            memory = {"started": server.megabytes()}
            load(server.address, bundle, 1, WARM_UP, "warm")
            loads = [
                load(server.address, bundle, 1, CALLS, "one"),
                load(server.address, bundle, CLIENTS, CALLS, "many"),
            ]
            memory["after the calls"] = server.megabytes()
        records = sum(one.calls for one in loads) + WARM_UP
        return loads, Store(records, _size(data) / records), memory


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


# --- telling it -----------------------------------------------------------------------------------


def tell(
    floor: list[Load], service: list[Load], stages: Timings, store: Store, memory: dict[str, float]
) -> None:
    """The tables: load beside the floor, steps and their shares, sizes."""
    print(f"\n  {'':<28}{'calls':>7}{'calls/s':>10}{'median':>12}{'p95':>12}{'p99':>12}")
    for name, loads in (("no-op (the floor)", floor), ("Evaluate", service)):
        for one in loads:
            label = f"{name}, {one.clients} at once" if one.clients > 1 else name
            spread = "".join(f"{value:>9.2f} ms" for value in (one.median, one.p95, one.p99))
            print(f"  {label:<28}{one.calls:>7}{one.per_second:>10.0f}{spread}")
    print("\n  ratios to the floor")
    for low, real in zip(floor, service, strict=True):
        times, fewer = real.median / low.median, low.per_second / real.per_second
        print(
            f"    {real.clients} client(s): {times:.1f} times as long (median), 1/{fewer:.1f} of the calls per second"
        )
    print(
        f"\n  where the time of one evaluation goes (in process, median of the whole {stages.whole / 10**6:.2f} ms)"
    )
    for step, nanoseconds in stages.steps.items():
        share = nanoseconds / stages.whole
        print(f"    {step:<13}{nanoseconds / 10**6:>7.2f} ms{share:>7.1%}  {MEANINGS[step]}")
    print(f"\n  on disk  {store.bytes_per_record / 1000:.1f} kB a record, over {store.records} records")
    for when, megabytes in memory.items():
        print(f"  memory   {megabytes:.0f} MB resident, {when} (server and rule engine)")


def main() -> None:
    """The whole run."""
    parser = argparse.ArgumentParser(
        description="Measure Evaluate against a no-op on the same kind of server."
    )
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "latest.json")
    out: Path = parser.parse_args().out
    bundle = EXAMPLE.read_bytes()
    resources = len(json.loads(bundle)["entry"])
    machine = {"python": platform.python_version(), "machine": platform.machine(), "cores": os.cpu_count()}
    request = {"example": EXAMPLE.name, "resources": resources, "bytes": len(bundle)}
    print(f"{EXAMPLE.name}: a Bundle of {resources} resources, {len(bundle)} bytes")
    print(f"Python {machine['python']}, {machine['cores']} cores, {machine['machine']}")
    floor = measure_floor(bundle)
    service, store, memory = measure_service(bundle)
    stages = measure_stages(bundle, RULES, CALLS, WARM_UP)
    tell(floor, service, stages, store, memory)
    result: dict[str, Any] = {
        "machine": machine,
        "request": request,
        "floor": [asdict(one) for one in floor],
        "evaluate": [asdict(one) for one in service],
        "stages_nanoseconds": asdict(stages),
        "store": asdict(store),
        "memory_megabytes": memory,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"\n  written to {out}")


if __name__ == "__main__":
    main()
