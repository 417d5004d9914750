"""The victim of `test_kill_writer.py`: appends without end and prints what was acknowledged.

Run as `python kill_writer.py DIRECTORY FIRST`. A line `INDEX LEAF_HASH REQUEST_ID` is printed in one
write after `append` has returned, so that a whole line is an acknowledgement that was given.
"""

import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Thread

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from tests.contract.audit_log import new_record

__all__: list[str] = []

WRITERS = 8


def _append_for_ever(log: SqliteAuditLog, name: str) -> None:
    for number in count():
        request_id = f"{name}-{number}"
        receipt, _ = log.append(new_record(request_id, patient=f"Patient/{number % 5}"))
        os.write(1, f"{receipt.index} {receipt.leaf_hash.hex()} {request_id}\n".encode())


def _main(directory: str, run: str) -> None:
    log = SqliteAuditLog(Path(directory), lambda: datetime.now(UTC))
    threads = [Thread(target=_append_for_ever, args=(log, f"{run}-{number}")) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    _main(sys.argv[1], sys.argv[2])
