"""One of several processes that record in one log: `python append_postgres.py DATABASE DIRECTORY HOW NAME`.

Opens the log, prints `ready`, and waits for a line on its standard input. HOW is `distinct` (16 threads, 20 records
each), `same` (16 threads, one request id, each with an output of its own) or `endless`. Prints a line
`INDEX LEAF_HASH REQUEST_ID OUTPUT` for each acknowledgement, and `failed REQUEST_ID` where the log was not available.
"""

import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import sleep

from pactolus_adapters.audit.postgres import PostgresAuditLog
from pactolus_adapters.clock import system_clock
from pactolus_engine.errors import AuditUnavailable
from tests.contract.audit_log import new_record

__all__: list[str] = []

THREADS = 16
RECORDS = 20
RETRY_SECONDS = 0.05


def _append(log: PostgresAuditLog, request_ids: Iterable[str], output: str) -> None:
    for request_id in request_ids:
        record = replace(
            new_record(request_id, patient=f"Patient/{len(request_id) % 5}"), output=output.encode()
        )
        while True:
            try:
                receipt, answer = log.append(record)
            except AuditUnavailable:
                os.write(1, f"failed {request_id}\n".encode())
                sleep(RETRY_SECONDS)
                continue
            line = f"{receipt.index} {receipt.leaf_hash.hex()} {request_id} {answer.decode()}\n"
            os.write(1, line.encode())
            break


def _requests(how: str, name: str, thread: int) -> Iterable[str]:
    match how:
        case "same":
            return ["same"]
        case "distinct":
            return [f"{name}-{thread}-{number}" for number in range(RECORDS)]
        case _:
            return (f"{name}-{thread}-{number}" for number in count())


def main(database: str, directory: str, how: str, name: str) -> None:
    """Appends."""
    log = PostgresAuditLog(database, Path(directory), system_clock)
    os.write(1, b"ready\n")
    sys.stdin.readline()
    with ThreadPoolExecutor(THREADS) as pool:
        done = [
            pool.submit(_append, log, _requests(how, name, thread), f"{name}-{thread}")
            for thread in range(THREADS)
        ]
        for one in done:
            one.result()
    log.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
