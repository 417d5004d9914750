"""Somebody reads the database for a long time, a backup for one: records are taken all the same, an erasure
too, and what was erased leaves the disk when the reader does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import apsw

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_engine.ports import DestroyKey
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event
from tests.faults.figures import tell
from tests.faults.intact import look_over
from tests.support.process import until

QUICK = 2.0
"""Seconds; a writer that waited for the reader would take longer."""


@contextmanager
def _reading(directory: Path) -> Iterator[apsw.Connection]:
    """A connection that goes on reading the state that it found."""
    connection = apsw.Connection(str(directory / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY)
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM audit_entry").fetchall()
    try:
        yield connection
    finally:
        connection.close()


def _is_on_disk(directory: Path, piece: bytes) -> bool:
    return any(piece in path.read_bytes() for path in directory.glob(f"{DATABASE_FILE}*"))


def test_a_long_reader_holds_up_nobody(tmp_path: Path) -> None:
    directory = tmp_path / "data"
    log = SqliteAuditLog(directory, fixed_clock)
    receipts = [log.append(new_record(str(number)))[0] for number in range(3)]
    (key_id,) = log.keys_of("north", ("Patient/p1",))
    with _reading(directory) as reader:
        ((wrapped,),) = reader.execute("SELECT wrapped FROM data_key WHERE key_id = ?", (key_id,)).fetchall()
        begin = monotonic()
        receipts.append(log.append(event("erasure", change=DestroyKey(key_id)))[0])
        receipts += [
            log.append(new_record(f"then-{number}", patient="Patient/p2"))[0] for number in range(50)
        ]
        took = monotonic() - begin
        assert log.healthy
        assert _is_on_disk(directory, bytes(wrapped)), "the reader still has it"
        assert reader.execute("SELECT count(*) FROM audit_entry").fetchall() == [(3,)]
    assert took < QUICK
    left = until(lambda: not _is_on_disk(directory, bytes(wrapped)), 10)
    log.close()
    found = look_over(directory, {receipt.index: receipt.leaf_hash for receipt in receipts})
    tell("a long reader", records=found.size, seconds=f"{took:.2f}")
    assert left, "what was erased stays on the disk"
    assert found.intact, found
