"""Measures `pactolus audit verify` and `prove` on a log of a million records: one JSON document.

    python bench/audit_verify.py [--records 1000000] [--out FILE]

The log is made first, in a temporary folder (about 1.5 GB for a million records): real leaves, tiles, keys and
signed checkpoints every 1,000 records, through the store's own tables; only the payloads are random bytes,
which nothing opens here. Then processes of their own verify a tenth of it and all of it. Memory is flat when the two
peaks are alike. Speed is told per second of processor time, which other work on the machine bears on
less, and per second.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from pactolus_adapters.audit.keys import WrappedKey
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.seal import SealedRecord
from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.tlog.tree import appended
from pactolus_adapters.trail.prove import prove
from pactolus_adapters.trail.verify import verify
from pactolus_engine.ports import NewRecord
from pactolus_engine.record import leaf_hash, read_commitment

BATCH = 1000
PATIENTS = 10_000
PAYLOAD_BYTES = 700
PROOFS = 200


def main() -> None:
    """Makes the logs, measures them, prints what came out."""
    arguments = _arguments()
    if arguments.measure:
        print(json.dumps(_measure(Path(arguments.measure))))
        return
    figures = []
    for records in (arguments.records // 10, arguments.records):
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            started = perf_counter()
            make_log(Path(folder), records)
            made = round(perf_counter() - started, 1)
            figures.append({"made_in_seconds": made, **_measured_apart(folder)})
    report = json.dumps({"logs": figures}, indent=2)
    print(report)
    if arguments.out:
        Path(arguments.out).write_text(report + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--folder", help="where the logs are made, for a while")
    parser.add_argument("--out")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    return parser.parse_args()


def _clock() -> datetime:
    return datetime.now(UTC)


# --- the log ------------------------------------------------------------------------------------


def make_log(directory: Path, records: int) -> None:
    """A closed store of so many records."""
    log = SqliteAuditLog(directory, _clock)
    try:
        log.append(_first())
        (pattern,) = log._reading(lambda rows: list(rows.get([0]).values()))
        assert isinstance(pattern, SealedRecord)
        keys = [log._ledger.keys.new_data_key(f"{number:064x}", os.urandom)[0] for number in range(PATIENTS)]
        log._writing(lambda rows: rows.put_keys(keys))
        for first in range(1, records, BATCH):
            sealed = list(_copies(pattern, keys, range(first, min(first + BATCH, records))))
            log._writing(lambda rows: _put(rows, sealed))  # noqa: B023
            log.publish()
    finally:
        log.close()


def _put(rows: Rows, sealed: list[SealedRecord]) -> None:
    hashes = [one.leaf_hash for one in sealed]
    rows.put(sealed, (), appended(sealed[0].index, hashes, rows.tile))


def _copies(pattern: SealedRecord, keys: list[WrappedKey], indexes: range) -> Iterator[SealedRecord]:
    """Records like the pattern, each with digests, patient and key of its own."""
    fields = read_commitment(pattern.leaf)
    for index in indexes:
        key = keys[index % len(keys)]
        own = {"input_digest": os.urandom(32).hex(), "output_digest": os.urandom(32).hex()}
        leaf = json.dumps(
            {**fields, **own, "key_id": key.key_id, "patient_pseudonym": key.subject},
            sort_keys=True,
            separators=(",", ":"),
        ).encode()
        row = replace(pattern.row, patient_pseudonym=key.subject, request_id=f"bench-{index}")
        yield replace(
            pattern,
            index=index,
            leaf=leaf,
            leaf_hash=leaf_hash(leaf),
            row=row,
            key_id=key.key_id,
            ciphertext=os.urandom(PAYLOAD_BYTES),
        )


def _first() -> NewRecord:
    return NewRecord(
        event="evaluation",
        tenant="north",
        client="middleware",
        patient_key="Patient/bench",
        request_id="bench-0",
        request_digest="ab" * 32,
        instant="2026-03-01T09:00:00.000Z",
        commitment={
            "pack_id": "midas-consolidation",
            "pack_version": "1.0.0",
            "pack_digest": "cd" * 32,
            "engine_version": "2.0.28",
            "software_version": "0.4.0",
        },
        input=b"synthetic",
        output=b"synthetic",
        outcome="OFFER",
        rules=("offer-isa-krd-x6", "offer-asct-isa-krd-x2"),
    )


# --- the figures --------------------------------------------------------------------------------


def _measured_apart(folder: str) -> dict[str, Any]:
    """In a process of its own, so that its peak of memory is that of the work."""
    command = [sys.executable, __file__, "--measure", folder]
    figures: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return figures


def _measure(directory: Path) -> dict[str, Any]:
    reader = SqliteAuditReader(directory, _clock)
    try:
        proofs = _prove_some(reader)
        before = _peak_megabytes()
        wall, cpu = perf_counter(), process_time()
        found = verify(reader)
        wall, cpu = perf_counter() - wall, process_time() - cpu
        after = _peak_megabytes()
    finally:
        reader.close()
    assert found.is_whole, found
    assert found.signed == found.records
    return {
        "records": found.records,
        "verified_per_cpu_second": round(found.records / cpu),
        "verified_per_second": round(found.records / wall),
        "peak_megabytes_before": before,
        "peak_megabytes_after": after,
        "proof_milliseconds": proofs,
    }


def _prove_some(reader: SqliteAuditReader) -> dict[str, float]:
    """Proofs at places all over the log: by the clock, and the processor time of one."""
    size = reader.size()
    taken, cpu = [], process_time()
    for number in range(PROOFS):
        started = perf_counter()
        prove(reader, number * size // PROOFS)
        taken.append((perf_counter() - started) * 1000)
    cpu = process_time() - cpu
    return {
        "median": round(median(taken), 2),
        "p95": round(sorted(taken)[PROOFS * 95 // 100], 2),
        "of_processor": round(cpu * 1000 / PROOFS, 2),
    }


def _peak_megabytes() -> float:
    """Of this program alone; `getrusage` would tell the peak of the process that started it too."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    raise SystemExit("the kernel does not tell the peak of memory")


if __name__ == "__main__":
    main()
