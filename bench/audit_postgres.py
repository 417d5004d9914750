"""How fast records enter the audit log in PostgreSQL, beside plain COPY of the same rows, as JSON.

`python bench/audit_postgres.py` starts a PostgreSQL of its own (`--place`: in this folder; its disk is what is
measured) and writes the same rows in the same batches, one transaction each, in turns:

- `ledger`: what the writer of the service does with records that callers packed: lock, idempotency, sealing, rows, tree;
- `copy`: plain COPY of the rows that the ledger made, into tables like those of the log, indexes and all;
- `bare`: the same into tables with a primary key and nothing else.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import psycopg

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from pactolus_adapters import wiring
from pactolus_adapters.audit.keys import Keys
from pactolus_adapters.audit.ledger import Ledger, Prepared
from pactolus_adapters.audit.postgres_open import lock_log, open_writer
from pactolus_adapters.audit.postgres_rows import PostgresRows
from pactolus_adapters.audit.postgres_schema import LATEST, migrate
from pactolus_adapters.audit.seal import PackedRecord, pack_content
from pactolus_adapters.audit.writer import BATCH_RECORDS
from pactolus_adapters.hallway import EvaluateCommand
from pactolus_adapters.settings import settings_from
from pactolus_engine.ports import NewRecord
from tests.support.postgres import PostgresServer, fresh_database, running_postgres

__all__ = ["main"]

WANTED = 0.6
WARM_UP = 5
"""Batches that do not count."""
PATIENTS_IN_RECORDS = 4
"""One record in so many is of a patient who was not seen before."""


@dataclass(slots=True)
class Used:
    """Seconds by the clock, and on the processor: of this process, and of its session in PostgreSQL. On a machine
    that does something else beside, the processor is the better witness."""

    seconds: float = 0.0
    client: float = 0.0
    server: float = 0.0

    @property
    def processor(self) -> float:
        """Both together."""
        return self.client + self.server

    @contextmanager
    def by(self, session: psycopg.Connection) -> Iterator[None]:
        """Counts what is done inside."""
        begin, client, server = perf_counter(), process_time(), _processor(session)
        yield
        self.seconds += perf_counter() - begin
        self.client += process_time() - client
        self.server += _processor(session) - server


def _processor(session: psycopg.Connection) -> float:
    """Seconds on the processor of the session's own process, in hundredths."""
    fields = Path(f"/proc/{session.info.backend_pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _share(seconds: float, batches: int) -> float:
    return round(seconds * 1000 / batches, 1)


def main() -> None:
    """Measures and prints."""
    asked = _asked()
    with running_postgres(asked.place) as server:
        template = _evaluated()
        if asked.bytes:
            template = replace(template, input=os.urandom(asked.bytes), output=b"")
        print(json.dumps(_measured(server, template, asked.batches), indent=2))


def _measured(server: PostgresServer, template: NewRecord, batches: int) -> dict[str, object]:
    """One batch after the other into each, so that a busy machine is busy for all of them."""
    ledger = Ledger("pactolus.example/bench", Keys(os.urandom(32)), lambda: datetime.now(UTC), os.urandom)
    log, copy, bare = (_tables(server, name) for name in ("log", "copied", "bare"))
    _strip(bare)
    packing: list[float] = []
    used = {"ledger": Used(), "copy": Used(), "bare": Used()}
    for number in range(batches + WARM_UP):
        begin = perf_counter()
        packed = _packed(template, number)
        packing.append(perf_counter() - begin)
        if number == WARM_UP:
            used = {name: Used() for name in used}
        with used["ledger"].by(log):
            made = _append(log, ledger, packed)
        for name, session in (("copy", copy), ("bare", bare)):
            with used[name].by(session):
                _copy(session, made)
    records = batches * BATCH_RECORDS
    return {
        "batch": BATCH_RECORDS,
        "records": records,
        "payload_bytes": len(made.sealed[0].ciphertext),
        "records_per_second": {name: round(records / one.seconds) for name, one in used.items()},
        "processor_milliseconds_a_batch": {
            name: {"client": _share(one.client, batches), "server": _share(one.server, batches)}
            for name, one in used.items()
        },
        "packing_milliseconds_a_batch": round(median(packing) * 1000, 1),
        "ledger_of_copy": round(used["copy"].seconds / used["ledger"].seconds, 3),
        "ledger_of_bare_copy": round(used["bare"].seconds / used["ledger"].seconds, 3),
        "ledger_of_copy_by_processor": round(used["copy"].processor / used["ledger"].processor, 3),
        "wanted": WANTED,
    }


def _append(session: psycopg.Connection, ledger: Ledger, batch: Sequence[PackedRecord]) -> Prepared:
    lock_log(session)
    rows = PostgresRows(session)
    prepared = ledger.prepare(rows, batch)
    ledger.write(rows, prepared)
    session.commit()
    assert len(prepared.sealed) == len(batch)
    return prepared


def _copy(session: psycopg.Connection, made: Prepared) -> None:
    PostgresRows(session).put(made.sealed, made.new_keys, {})
    session.commit()


def _evaluated() -> NewRecord:
    """A record of an evaluation with the input and the output of a real one."""
    with TemporaryDirectory() as data:
        settings = settings_from({}, data=Path(data), rules=ROOT / "rules")
        with wiring.open_house(settings) as house:
            content = (ROOT / "examples" / "negative-ngs.json").read_bytes()
            at = datetime(2026, 3, 1, 9, tzinfo=UTC)
            command = EvaluateCommand(
                resources=(content,), evaluation_time=at, client="bench", tenant="default"
            )
            stored = house.audit.read(house.hallway.evaluate(command).receipt.index)
    return NewRecord(
        event=stored.event,
        tenant="default",
        client="bench",
        patient_key="",
        request_id="",
        request_digest="",
        instant="2026-03-01T09:00:00.000Z",
        commitment={"pack_id": "midas-consolidation", "pack_version": "1.0.0", "pack_digest": "ab" * 32},
        input=stored.input,
        output=stored.output,
        outcome=stored.outcome,
        rules=stored.rules,
    )


def _packed(template: NewRecord, batch: int) -> list[PackedRecord]:
    return [
        pack_content(
            replace(
                template,
                request_id=f"{batch}-{number}",
                request_digest=f"{batch:032x}{number:032x}",
                patient_key=f"Patient/{batch}-{number // PATIENTS_IN_RECORDS}",
            ),
            os.urandom,
        )
        for number in range(BATCH_RECORDS)
    ]


def _tables(server: PostgresServer, name: str) -> psycopg.Connection:
    session = open_writer(fresh_database(server, name))
    migrate(session, LATEST)
    session.autocommit = False
    return session


def _strip(session: psycopg.Connection) -> None:
    """Leaves the primary keys of the tables and nothing else."""
    rows = session.execute(
        "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname NOT LIKE '%_pkey'"
    ).fetchall()
    for (index,) in rows:
        session.execute(f"DROP INDEX {index}".encode())
    for table in ("audit_entry", "audit_index", "audit_payload", "audit_patient_name"):
        session.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
    session.commit()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--batches", type=int, default=100)
    parser.add_argument("--bytes", type=int, default=0, help="of payload [those of a real evaluation]")
    parser.add_argument(
        "--place", type=Path, default=Path("/var/tmp"), help="folder for the cluster [/var/tmp]"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
