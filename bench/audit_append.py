"""Measures how fast the embedded audit log takes records, against plain inserts of the same rows.

    python bench/audit_append.py [--data DIRECTORY] [--out FILE] [--memory RECORDS]

Both sides write the same records in the same batches, to a new database on the same disk, with the same
schema and the same settings (`synchronous=FULL`, moved out of the write-ahead log after as many pages).
The plain side gets rows that are ready, and inserts them; the log makes them first: salts, digests,
compression, pseudonyms, encryption, the tree, signed checkpoints, idempotency. The sides take turns for
several rounds, and what counts is the median ratio of the rounds: absolute rates belong to the machine
and to whatever else runs on it, which is why the time on the processor is told too.
"""

import argparse
import json
import os
import platform
import re
import resource
import statistics
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import apsw

from pactolus_adapters.audit import sqlite
from pactolus_adapters.audit.seal import PackedRecord, pack_content
from pactolus_adapters.audit.sqlite_open import open_writer
from pactolus_adapters.audit.writer import BATCH_RECORDS
from pactolus_adapters.clock import system_clock
from pactolus_engine.ports import Expected, NewRecord

ROOT = Path(__file__).resolve().parent.parent

ROUNDS = 5
ROUND_RECORDS = 80 * BATCH_RECORDS
PATIENTS = 5000
THREADS = (1, 8, 32)
PHASE_SECONDS = 3
_PART_BYTES = 700
_TABLES = ("data_key", "audit_entry", "audit_index", "audit_patient_name", "audit_payload")
"""In the order in which their rows refer to each other."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Of one side in one round: records per second, and microseconds of processor time for each."""

    per_second: float
    processor: float


@dataclass(frozen=True, slots=True)
class Latency:
    """Single appends by so many threads: how many, how fast, and how long each took (milliseconds)."""

    threads: int
    records: int
    per_second: float
    median: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident megabytes after the first tenth of so many records, and after all of them."""

    records: int
    after_a_tenth: float
    after_all: float


def records(name: str, patients: int = PATIENTS) -> Iterator[NewRecord]:
    """Evaluations without end, as the service records them, but with 1.4 kB of contents.

    Request and decision ids fall all over their indexes, as real ones do; every patient has two names
    and comes again; the record is taken only if it was worked out from the newest one.
    """
    newest: dict[int, int] = {}
    body = os.urandom(_PART_BYTES // 2).hex().encode()
    index = 0
    while True:
        patient = index % patients
        names = (f"Patient/{name}-{patient}", f"urn:oid:2.999|{name}-{patient}")
        yield NewRecord(
            event="evaluation",
            tenant="default",
            client="bench",
            patient_key=names[1],
            request_id=sha256(f"{name} request {index}".encode()).hexdigest()[:32],
            request_digest=sha256(f"{name} digest {index}".encode()).hexdigest(),
            instant="2026-03-01T09:00:00.000Z",
            commitment={
                "pack_id": "midas-consolidation",
                "pack_version": "1.0.0",
                "pack_digest": "ab" * 32,
                "engine_version": "2.0.28",
                "software_version": "0.1.0",
            },
            input=body + str(index).encode(),
            output=body,
            outcome="OFFER",
            rules=("offer-isa-krd-x6", "offer-asct-isa-krd-x2"),
            patient_names=names,
            expected=Expected(names, newest.get(patient, -1)),
            decision_id=sha256(f"{name} decision {index}".encode()).hexdigest(),
        )
        newest[patient] = index
        index += 1


# --- the two sides ------------------------------------------------------------------------------


@contextmanager
def new_log(data: Path) -> Iterator[tuple[sqlite.SqliteAuditLog, Path]]:
    """An empty log in a directory of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="pactolus-bench-", dir=data) as folder:
        directory = Path(folder) / "log"
        log = sqlite.SqliteAuditLog(directory, system_clock)
        try:
            yield log, directory
        finally:
            log.close()


def append(log: sqlite.SqliteAuditLog, batches: Iterable[list[NewRecord]]) -> Iterator[int]:
    """Batches the way that the group commit takes them, one packed by its caller while another is written.

    Gives how many records are durable, after each batch; every record must have been taken.
    """
    done = 0

    def commit(packed: list[PackedRecord]) -> int:
        for result in log._writer.do(lambda: log._committer.commit(packed)):
            if isinstance(result, Exception):
                raise result
        return len(packed)

    with ThreadPoolExecutor(1) as pool:
        writing: Future[int] | None = None
        for batch in batches:
            packed = [pack_content(record, os.urandom) for record in batch]
            if writing is not None:
                done += writing.result()
                yield done
            writing = pool.submit(commit, packed)
        if writing is not None:
            yield done + writing.result()


def measure_log(data: Path) -> Rate:
    """The log, from records to durable records."""
    batches = list(_batches(records("one"), ROUND_RECORDS))
    with new_log(data) as (log, _):
        start, processor = perf_counter(), process_time()
        assert list(append(log, batches))[-1] == ROUND_RECORDS
        return _rate(perf_counter() - start, process_time() - processor)


def ready_rows(data: Path) -> list[dict[str, list[tuple[Any, ...]]]]:
    """The rows that the log makes of the same records: of each batch, table by table."""
    with new_log(data) as (log, directory):
        assert list(append(log, _batches(records("one"), ROUND_RECORDS)))[-1] == ROUND_RECORDS
        connection = apsw.Connection(str(directory / "audit.sqlite3"), flags=apsw.SQLITE_OPEN_READONLY)
        rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES}
        first = dict(connection.execute("SELECT key_id, min(seq) FROM audit_payload GROUP BY key_id"))
        connection.close()
    made: list[dict[str, list[tuple[Any, ...]]]] = [
        {table: [] for table in _TABLES} for _ in range(ROUND_RECORDS // BATCH_RECORDS)
    ]
    for table in _TABLES:
        for row in rows[table]:
            seq = first[row[0]] if table == "data_key" else row[0]
            made[seq // BATCH_RECORDS][table].append(row)
    return made


def measure_plain(data: Path, batches: list[dict[str, list[tuple[Any, ...]]]]) -> Rate:
    """Plain inserts of rows that are ready, with the connection that the log itself would open."""
    with tempfile.TemporaryDirectory(prefix="pactolus-bench-", dir=data) as folder:
        connection, _ = open_writer(Path(folder), "")
        pages = [0]
        connection.set_wal_hook(lambda *found: pages.append(found[2]) or apsw.SQLITE_OK)
        start, processor = perf_counter(), process_time()
        for batch in batches:
            connection.execute("BEGIN IMMEDIATE")
            for table, rows in batch.items():
                if rows:
                    places = ", ".join("?" * len(rows[0]))
                    connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
            connection.execute("COMMIT")
            if pages[-1] >= sqlite._CHECKPOINT_PAGES:
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
        rate = _rate(perf_counter() - start, process_time() - processor)
        connection.close()
        return rate


def _batches(source: Iterator[NewRecord], count: int) -> Iterator[list[NewRecord]]:
    for _ in range(count // BATCH_RECORDS):
        yield list(islice(source, BATCH_RECORDS))


def _rate(seconds: float, processor: float) -> Rate:
    return Rate(ROUND_RECORDS / seconds, processor / ROUND_RECORDS * 10**6)


# --- single appends, memory -----------------------------------------------------------------------


def measure_latency(data: Path, threads: int) -> Latency:
    """Threads that append one record at a time, each with patients of its own."""
    with new_log(data) as (log, _), ThreadPoolExecutor(threads) as pool:
        start = perf_counter()
        each = [pool.submit(_caller, log, f"caller-{number}", start) for number in range(threads)]
        taken = sorted(seconds for one in each for seconds in one.result())
        whole = perf_counter() - start
    cuts = [cut * 1000 for cut in statistics.quantiles(taken, n=100)]
    return Latency(threads, len(taken), len(taken) / whole, cuts[49], cuts[94], cuts[98])


def _caller(log: sqlite.SqliteAuditLog, name: str, start: float) -> list[float]:
    taken = []
    for record in records(name, patients=10**9):  # nobody comes again, which needs no index
        before = perf_counter()
        log.append(record)
        taken.append(perf_counter() - before)
        if perf_counter() - start > PHASE_SECONDS:
            break
    return taken


def measure_memory(data: Path, count: int) -> Memory:
    """What appending holds on to."""
    early = 0.0
    with new_log(data) as (log, _):
        for done in append(log, _batches(records("many"), count)):
            early = early or (_megabytes() if done >= count // 10 else 0.0)
        return Memory(count, early, _megabytes())


def _megabytes() -> float:
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1000 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


# --- telling it -----------------------------------------------------------------------------------


def file_system(path: Path) -> str:
    """The kind of file system that a directory is on, as Linux names it."""
    mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    return max((where, kind) for where, kind in mounts if path.resolve().is_relative_to(where))[1]


def tell(log: list[Rate], plain: list[Rate], ratios: list[float], latencies: list[Latency]) -> None:
    """The tables."""
    print(
        f"\n  {'batches of ' + str(BATCH_RECORDS):<20}{'records/s, median':>20}{'best':>10}{'processor':>14}"
    )
    for name, rates in (("audit log", log), ("plain inserts", plain)):
        speeds = [rate.per_second for rate in rates]
        processor = statistics.median(rate.processor for rate in rates)
        print(f"  {name:<20}{statistics.median(speeds):>20.0f}{max(speeds):>10.0f}{processor:>11.0f} us")
    print(f"  ratio of a round: {statistics.median(ratios):.0%} (median of {len(ratios)}), ", end="")
    print(f"{min(ratios):.0%} to {max(ratios):.0%}")
    print(f"\n  {'single appends':<20}{'records/s':>20}{'median':>13}{'p95':>13}{'p99':>13}")
    for one in latencies:
        times = "".join(f"{value:>10.2f} ms" for value in (one.median, one.p95, one.p99))
        print(f"  {str(one.threads) + ' thread(s)':<20}{one.per_second:>20.0f}{times}")


def main() -> None:
    """The whole run."""
    parser = argparse.ArgumentParser(description="Measure the embedded audit log against plain inserts.")
    parser.add_argument(
        "--data", type=Path, default=ROOT / "bench" / "results", help="on the disk to measure"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "audit-append.json")
    parser.add_argument("--memory", type=int, default=200_000, help="records appended for the memory figures")
    given = parser.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    disk = file_system(given.data)
    if disk in {"tmpfs", "ramfs"}:
        raise SystemExit(f"`{given.data}` is in memory (`{disk}`); name a directory on a disk with `--data`")
    machine = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "file_system": disk,
        "load": os.getloadavg()[0],
    }
    print(f"Python {machine['python']}, {machine['cores']} cores, {disk}, load {machine['load']:.1f}")
    memory = measure_memory(given.data, given.memory)
    rows = ready_rows(given.data)
    log: list[Rate] = []
    plain: list[Rate] = []
    for number in range(ROUNDS):
        for side in ("log", "plain") if number % 2 == 0 else ("plain", "log"):
            if side == "log":
                log.append(measure_log(given.data))
            else:
                plain.append(measure_plain(given.data, rows))
    ratios = [mine.per_second / floor.per_second for mine, floor in zip(log, plain, strict=True)]
    latencies = [measure_latency(given.data, threads) for threads in THREADS]
    tell(log, plain, ratios, latencies)
    print(f"\n  memory   {memory.after_a_tenth:.0f} MB after {memory.records // 10} records, ", end="")
    print(f"{memory.after_all:.0f} MB after {memory.records}")
    result = {
        "machine": machine,
        "compared": "the log against `executemany` of the same rows, same schema, settings, batches and disk",
        "batch_records": BATCH_RECORDS,
        "round_records": ROUND_RECORDS,
        "log": [asdict(one) for one in log],
        "plain": [asdict(one) for one in plain],
        "ratio_median": statistics.median(ratios),
        "ratios": ratios,
        "single": [asdict(one) for one in latencies],
        "memory_megabytes": asdict(memory),
    }
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"\n  written to {given.out}")


if __name__ == "__main__":
    main()
