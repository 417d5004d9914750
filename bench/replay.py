"""Measures replays per runner: rate with the start-up apart, memory, and whether the report roots are equal.

    python bench/replay.py DIRECTORY --records SMALL,LARGE [--runners inline,pool,spark,local-cluster]
        [--rounds N] [--out FILE]

DIRECTORY is a log made by `replay_log.py`. The real command replays its first SMALL and its first LARGE records
under each runner, in turns; the difference of the two times is the work of the records between, what is left of
the small run is the start-up. What counts is the median of a runner's ratios to `inline` in the same round: absolute
rates belong to the machine and to whatever else runs on it. A partition is 256 records or more, so SMALL has to be
some partitions for every worker, or the small run leaves workers idle and the rate comes out too high. Exits with 1
if two runs of one size differ in their report root.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RUNNERS = {
    "inline": ("--runner", "inline"),
    "pool": ("--runner", "pool"),
    "spark": ("--runner", "spark", "--spark-master", "local[2]"),
    "local-cluster": ("--runner", "spark", "--spark-master", "local-cluster[2,1,1024]"),
}
_COMMAND = "import sys; from pactolus_adapters.cli.main import main; sys.exit(main())"
_COMPARED = (0, 1, 10)
"""Exit codes of a replay that ended with a report."""
_SAMPLE_SECONDS = 0.1
_SHORT_SECONDS = 20
"""A difference of two runs that is shorter is mostly noise."""


@dataclass(frozen=True, slots=True)
class Run:
    """One replay: wall time, highest resident megabytes of each process (largest first), root of the report."""

    records: int
    seconds: float
    megabytes: tuple[int, ...]
    root: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A small and a large replay under one runner in one round; the rate is None where noise ate the difference."""

    runner: str
    round: int
    small: Run
    large: Run
    per_second: float | None
    start_up: float | None


def apart(small: tuple[int, float], large: tuple[int, float]) -> tuple[float, float] | None:
    """Records per second and seconds of start-up out of two runs, each as records and seconds.

    None if the large run was not the longer one: then nothing can be said.
    """
    if large[1] <= small[1]:
        return None
    rate = (large[0] - small[0]) / (large[1] - small[1])
    return rate, small[1] - small[0] / rate


def ratios(pairs: Sequence[Pair], runner: str) -> list[float]:
    """Of the rounds in which both have a rate: that of a runner to that of `inline`."""
    inline = {one.round: one.per_second for one in pairs if one.runner == "inline"}
    found = []
    for one in pairs:
        base = inline.get(one.round)
        if one.runner == runner and one.per_second and base:
            found.append(one.per_second / base)
    return found


# --- one replay -----------------------------------------------------------------------------------


def replay(directory: Path, runner: str, records: int) -> Run:
    """The real command, as a process of its own, with a report that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="pactolus-bench-") as folder:
        command = [sys.executable, "-c", _COMMAND, "replay", "--data", str(directory)]
        command += ["--rules", str(directory / "rules"), "--to", str(records), *RUNNERS[runner]]
        command += ["--report", f"{folder}/report", "--json"]
        with open(f"{folder}/out", "w+b") as out, open(f"{folder}/err", "w+b") as err:
            start = perf_counter()
            process = subprocess.Popen(command, stdout=out, stderr=err)
            megabytes = _watch(process)
            seconds = perf_counter() - start
        if process.returncode not in _COMPARED:
            raise SystemExit(
                f"`{runner}` ended with {process.returncode}:\n{Path(folder, 'err').read_text()[-2000:]}"
            )
        summary = json.loads(Path(folder, "out").read_text())
    if summary["results"] != records:
        raise SystemExit(f"`{directory}` has {summary['results']} decisions before {records}; ask for fewer")
    return Run(records, seconds, megabytes, summary["root"])


def _watch(process: subprocess.Popen[bytes]) -> tuple[int, ...]:
    """Until it ends: the highest resident megabytes of it and of each of its descendants."""
    peaks: dict[int, int] = {}
    while process.poll() is None:
        for pid in _family(process.pid):
            peaks[pid] = max(peaks.get(pid, 0), _resident(pid))
        sleep(_SAMPLE_SECONDS)
    return tuple(sorted(peaks.values(), reverse=True))


def _family(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue  # it has just ended
        for child in children:
            found += _family(int(child))
    return found


def _resident(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1000 for line in lines if line.startswith("VmRSS:")), 0)


def measure(directory: Path, runner: str, number: int, sizes: tuple[int, int]) -> Pair:
    """Both sizes under one runner."""
    small, large = (replay(directory, runner, size) for size in sizes)
    found = apart((small.records, small.seconds), (large.records, large.seconds))
    return Pair(runner, number, small, large, *(found or (None, None)))


# --- telling it -----------------------------------------------------------------------------------


def tell(pairs: Sequence[Pair], runners: Sequence[str]) -> None:
    """The table, and what makes its figures doubtful."""
    print(
        f"\n  {'runner':<15}{'records/s':>11}{'start-up':>11}{'to inline':>11}   largest process; all peaks (MB)"
    )
    for runner in runners:
        own = [one for one in pairs if one.runner == runner]
        rates = [one.per_second for one in own if one.per_second is not None]
        starts = [one.start_up for one in own if one.start_up is not None]
        ratio = ratios(pairs, runner)
        rate = f"{statistics.median(rates):.0f}" if rates else "unknown"
        start = f"{statistics.median(starts):.1f} s" if starts else "unknown"
        times = f"{statistics.median(ratio):.2f}" if ratio else "-"
        print(f"  {runner:<15}{rate:>11}{start:>11}{times:>11}   {_memory(own)}")
    if any(one.large.seconds - one.small.seconds < _SHORT_SECONDS for one in pairs):
        print(f"\n  noisy: large and small runs are less than {_SHORT_SECONDS} s apart; take more records")


def _memory(pairs: Sequence[Pair]) -> str:
    told = []
    for run in (max((one.small for one in pairs), key=_most), max((one.large for one in pairs), key=_most)):
        told.append(f"{_most(run)} at {run.records} ({' '.join(map(str, run.megabytes))})")
    return ", ".join(told)


def _most(run: Run) -> int:
    return max(run.megabytes, default=0)


def different_roots(pairs: Sequence[Pair]) -> dict[int, list[str]]:
    """Of each size at which runs differ: the roots found."""
    roots: dict[int, set[str]] = {}
    for pair in pairs:
        for run in (pair.small, pair.large):
            roots.setdefault(run.records, set()).add(run.root)
    return {records: sorted(found) for records, found in roots.items() if len(found) > 1}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure replays per runner.")
    parser.add_argument("directory", type=Path, help="a log made by replay_log.py")
    parser.add_argument("--records", required=True, metavar="SMALL,LARGE")
    parser.add_argument("--runners", default=",".join(RUNNERS), help="in turns [all]")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "replay.json")
    given = parser.parse_args()
    try:
        small, large = map(int, given.records.split(","))
    except ValueError:
        parser.error("--records needs two whole numbers, SMALL,LARGE")
    if not 0 < small < large or given.rounds < 1:
        parser.error("--records needs 0 < SMALL < LARGE, --rounds 1 or more")
    given.sizes = (small, large)
    given.runners = given.runners.split(",")
    if unknown := [name for name in given.runners if name not in RUNNERS]:
        parser.error(f"no runner `{unknown[0]}`; there are {', '.join(RUNNERS)}")
    return given


def main() -> None:
    """The whole run."""
    given = _arguments()
    machine: dict[str, Any] = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }
    print(f"Python {machine['python']}, {machine['cores']} cores, load {machine['load']:.1f}")
    if machine["load"] > 1:
        print("noisy: something else runs on this machine; only the ratios say something")
    pairs = []
    for number in range(given.rounds):
        for runner in given.runners if number % 2 == 0 else given.runners[::-1]:
            pairs.append(measure(given.directory, runner, number, given.sizes))
    tell(pairs, given.runners)
    different = different_roots(pairs)
    result = {
        "machine": machine,
        "records": given.sizes,
        "runners": {name: RUNNERS[name] for name in given.runners},
        "ratios_to_inline": {name: ratios(pairs, name) for name in given.runners},
        "roots": {str(size): root for one in pairs for size, root in _roots(one)},
        "different_roots": different,
        "pairs": [asdict(one) for one in pairs],
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"\n  written to {given.out}")
    if different:
        raise SystemExit(f"the report roots differ: {different}")
    print("  the report roots are equal over all runs of a size")


def _roots(pair: Pair) -> list[tuple[int, str]]:
    return [(run.records, run.root) for run in (pair.small, pair.large)]


if __name__ == "__main__":
    main()
