"""Any one byte of any cell of a store is another one: it is found, or is one of the few that prove nothing."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import apsw
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.trail.verify import verify
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import DestroyKey
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event

EXAMPLES = 150
PHASES = [phase for phase in Phase if phase is not Phase.shrink]
"""A cell is as small as an example gets."""

RECORDS, PATIENTS = 262, 4
"""More than a tile holds, so that there is a level above the leaves."""

WITNESS = Cosigner("witness.example", bytes(range(32)))

TABLES = (
    *("audit_entry", "audit_index", "audit_payload", "audit_patient_name"),
    *("data_key", "tile", "checkpoint", "cosignature", "log_meta"),
)

PROVES_NOTHING = {
    ("checkpoint", "signed_at"): "when a checkpoint was signed is told nowhere and bears on nothing",
    ("cosignature", "witness"): "the line itself names the witness",
}
MAY_GO = {("cosignature", "size"), ("cosignature", "line")}
"""A witness's line that belongs to no checkpoint any more, or to a stranger, is lost and not forged."""
OF_ERASED = {"tenant", "client", "request_id"}
"""Of an erased record these stay in the index, for repeated request ids, and their copy in the payload is gone."""


@dataclass(frozen=True)
class Cell:
    """A place in the database."""

    table: str
    column: str
    row: int


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store: several patients with two names each, one of them erased, a cosigned checkpoint."""
    directory = tmp_path_factory.mktemp("original") / "data"
    log = SqliteAuditLog(directory, fixed_clock)
    for number in range(RECORDS):
        record = new_record(f"request-{number}", patient=f"Patient/{number % PATIENTS}")
        names = (f"Patient/{number % PATIENTS}", f"mrn|{number % PATIENTS}")
        log.append(replace(record, patient_names=names))
        if number == 200:
            log.add_cosignature(201, "witness.example", cosignature_line(log.publish(), WITNESS, 1))
    (key_id,) = log.keys_of("north", ("Patient/1",))
    log.append(event("erasure", change=DestroyKey(key_id)))
    log.close()
    return directory


def _verified(directory: Path) -> bool:
    """Whether the store passes for whole."""
    try:
        reader = SqliteAuditReader(directory, fixed_clock)
    except AuditUnavailable:
        return False
    with closing(reader):
        try:
            return verify(
                reader, payloads=True, verifiers=[NoteVerifier.from_text(WITNESS.verifier_key)]
            ).is_whole
        except AuditUnavailable:
            return False


def _cells(directory: Path) -> Iterator[Cell]:
    connection = apsw.Connection(str(directory / DATABASE_FILE))
    for table in TABLES:
        count = connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
        for column in connection.execute(f"PRAGMA table_info({table})"):
            yield Cell(table, str(column[1]), int(str(count)))
    connection.close()


def _altered(value: object, byte: int, bit: int) -> object:
    """The value with one bit of one byte turned over; a number instead of none."""
    if value is None:
        return byte
    if isinstance(value, int):
        return value ^ (1 << bit)
    content = bytearray(value.encode() if isinstance(value, str) else value)  # type: ignore[arg-type]
    assume(content)
    content[byte % len(content)] ^= 1 << bit
    return bytes(content)


def _edit(directory: Path, cell: Cell, byte: int, bit: int) -> bool:
    """Alters the cell; whether what it says now is no proof of anything by design."""
    connection = apsw.Connection(str(directory / DATABASE_FILE))
    with closing(connection):
        for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        keys = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({cell.table})") if row[5]]
        ((*key, value),) = connection.execute(
            f"SELECT {', '.join(keys)}, {cell.column} FROM {cell.table} LIMIT 1 OFFSET ?", (cell.row,)
        ).fetchall()
        proves_nothing = _proves_nothing(connection, cell, key[0])
        cast = "CAST(? AS TEXT)" if isinstance(value, str) else "?"
        where = " AND ".join(f"{name} = ?" for name in keys)
        try:
            connection.execute(
                f"UPDATE {cell.table} SET {cell.column} = {cast} WHERE {where}",
                (_altered(value, byte, bit), *key),
            )
        except apsw.ConstraintError:
            assume(False)
    return proves_nothing


def _proves_nothing(connection: apsw.Connection, cell: Cell, seq: object) -> bool:
    if (cell.table, cell.column) in PROVES_NOTHING:
        return True
    if cell.table == "data_key" and cell.column == "wrapped_by":
        gone = connection.execute("SELECT destroyed_by FROM data_key WHERE key_id = ?", (seq,)).fetchall()
        return gone[0][0] is not None  # there is nothing wrapped any more
    if cell.table == "audit_index" and cell.column in OF_ERASED:
        gone = connection.execute("SELECT erased_by FROM audit_payload WHERE seq = ?", (seq,)).fetchall()
        return gone[0][0] is not None
    return False


def test_the_original_is_whole(original: Path) -> None:
    assert _verified(original)


@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES)
@given(data=st.data())
def test_any_other_byte_is_found(original: Path, data: st.DataObject) -> None:
    column = data.draw(st.sampled_from(list(_cells(original))))
    cell = Cell(column.table, column.column, data.draw(st.integers(0, column.row - 1)))
    byte, bit = data.draw(st.integers(0, 2000)), data.draw(st.integers(0, 7))
    directory = original.parent / "altered"
    shutil.rmtree(directory, ignore_errors=True)
    shutil.copytree(original, directory)
    proves_nothing = _edit(directory, cell, byte, bit)
    if (cell.table, cell.column) in MAY_GO:
        return
    if proves_nothing and bit < 7:  # else it is no text any more, and its record cannot be read
        assert _verified(directory), "what proves nothing makes no false alarm"
    elif not proves_nothing:
        assert not _verified(directory)
