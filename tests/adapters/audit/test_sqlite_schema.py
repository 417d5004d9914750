"""A SQLite log of an earlier schema is brought up to date, and the schema goes down again."""

import shutil
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from pactolus_adapters.audit.key_sources import KEY_FILE
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.audit.sqlite_schema import migrate
from pactolus_engine.errors import RequestIdReused
from pactolus_engine.trail import Selection
from tests.contract.audit_log import fixed_clock, new_record
from tests.support.merkle import recursive_root
from tests.support.sqlite_store import GOLDEN, query, unlogged


@pytest.fixture(params=[1, 2])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A store of an earlier schema: four records, of which the second has a patient of two names."""
    directory = tmp_path / "data"
    shutil.copytree(GOLDEN, directory)
    (directory / KEY_FILE).chmod(0o600)
    if request.param == 1:
        query(directory, "DROP TABLE audit_patient_name; PRAGMA user_version = 1")
    return directory


def test_a_store_of_an_earlier_schema_is_brought_up_to_date(
    older: Path, request: pytest.FixtureRequest
) -> None:
    first = request.node.callspec.params["older"] == 1
    log = SqliteAuditLog(older, fixed_clock)
    assert log.origin == "example.org/log-of-schema-2"
    assert log.history("north", ("Patient/p1",)).indexes == (0, 1)
    assert log.read(0).input == new_record().input
    assert log.append(new_record())[0].index == 0
    with pytest.raises(RequestIdReused):
        log.append(new_record("request-4", about=b"something else"))
    if not first:
        assert log.history("north", ("urn:oid:1.2|7",)).indexes == (1,)
    new = replace(new_record("request-5"), patient_names=("Patient/p1", "urn:oid:1.2|7"))
    assert log.append(new)[0].index == 4
    assert log.history("north", ("urn:oid:1.2|7",)).last == 4
    assert [one.pack_id for one in log.listed(Selection(), -1, 9)] == ["midas-consolidation"] * 5
    leaves = [entry.leaf_hash for entry in log.entries(0, 5)]
    assert log.root(5) == recursive_root(leaves)
    log.close()


def test_the_schema_goes_down_and_up_again(older: Path) -> None:
    SqliteAuditLog(older, fixed_clock).close()
    before = _schema(older)
    connection = apsw.Connection(str(older / DATABASE_FILE))
    migrate(connection, 2)
    connection.close()
    assert _schema(older) == _schema(GOLDEN)
    log = SqliteAuditLog(older, fixed_clock)
    assert log.read(3).input == new_record().input
    log.close()
    assert _schema(older) == before


def test_an_empty_store_goes_down_to_nothing_and_a_full_one_does_not(older: Path, tmp_path: Path) -> None:
    SqliteAuditLog(tmp_path / "empty", fixed_clock).close()
    connection = apsw.Connection(str(tmp_path / "empty" / DATABASE_FILE))
    migrate(connection, 0)
    assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchall() == [(0,)]
    connection.close()
    SqliteAuditLog(older, fixed_clock).close()
    connection = apsw.Connection(str(older / DATABASE_FILE))
    with pytest.raises(apsw.ConstraintError):
        migrate(connection, 0)
    connection.close()
    log = SqliteAuditLog(older, fixed_clock)
    assert log.size() == 4
    log.close()


def _schema(directory: Path) -> set[tuple[object, ...]]:
    """Every table, its columns and their types, and every index."""
    return set(
        unlogged(
            directory,
            "SELECT m.type, m.name, c.name, c.type FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c",
        )
    )
