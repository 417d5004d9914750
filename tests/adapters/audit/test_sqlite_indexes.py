"""What is asked for by an id is found by an index, however long the log is."""

from pathlib import Path

import apsw
import pytest

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.audit.sqlite_rows import SqliteRows
from pactolus_engine.trail import Selection
from tests.contract.audit_log import fixed_clock


@pytest.mark.parametrize(
    ("selection", "index"),
    [
        (Selection(decision_id="some", tenant="north"), "audit_index_decision"),
        (Selection(about=1), "audit_index_about"),
        (Selection(patient_pseudonyms=("ab",)), "audit_index_patient"),
        (Selection(patient_pseudonyms=("ab",)), "audit_patient_name_found"),
    ],
)
def test_a_list_that_asks_for_few_records_is_served_by_an_index(
    tmp_path: Path, selection: Selection, index: str
) -> None:
    SqliteAuditLog(tmp_path, fixed_clock).close()
    connection = apsw.Connection(str(tmp_path / DATABASE_FILE))
    asked: list[tuple[str, object]] = []
    connection.exec_trace = lambda _cursor, statement, values: asked.append((statement, values)) or True
    assert SqliteRows(connection).listed(selection, ("cd",), -1, 10) == []
    connection.exec_trace = None
    ((statement, values),) = asked
    plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    connection.close()
    assert any(f"INDEX {index} " in step for step in plan), plan
