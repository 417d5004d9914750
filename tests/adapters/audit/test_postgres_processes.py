"""Several server processes record in one PostgreSQL log: no gap, no request twice, one tree."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from pactolus_adapters.audit.postgres import PostgresAuditLog
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.verify import verify_consistency
from tests.contract.audit_log import fixed_clock
from tests.support.appenders import Acknowledgement, appenders, lines_of
from tests.support.merkle import recursive_root

PROCESSES = 2
THREADS, RECORDS = 16, 20
"""Of each process, as `append_postgres.py` has them."""


def _all_at_once(database: str, directory: Path, how: str) -> list[Acknowledgement]:
    with appenders(database, directory, how, PROCESSES) as started:
        for one in started:
            one.go()
        printed = [one.process.communicate(timeout=60)[0] for one in started]
        assert [one.process.returncode for one in started] == [0] * PROCESSES
    return [line for text in printed for line in lines_of(text)]


def test_processes_share_the_numbers_without_gaps_and_grow_one_tree(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    database, data = new_database(), tmp_path / "data"
    PostgresAuditLog(database, data, fixed_clock).close()
    acknowledged = _all_at_once(database, data, "distinct")
    size = PROCESSES * THREADS * RECORDS
    assert sorted(one.index for one in acknowledged) == list(range(size))
    log = PostgresAuditLog(database, data, fixed_clock)
    leaves = [entry.leaf_hash for entry in log.entries(0, size)]
    assert all(leaves[one.index] == one.leaf_hash for one in acknowledged)
    assert log.size() == size
    assert log.root(size) == recursive_root(leaves)
    by_process = [one.output.startswith("process0") for one in sorted(acknowledged)]
    assert sum(first != second for first, second in pairwise(by_process)) > 1, "they never took turns"
    _checkpoints_agree(log, leaves)
    log.close()


def _checkpoints_agree(log: PostgresAuditLog, leaves: list[bytes]) -> None:
    """Each checkpoint, whoever signed it, is over the records of its size, and the beginning of the next."""
    found = [
        open_checkpoint(note, [NoteVerifier.from_text(log.verifier_key)])[0] for note in log.checkpoints()
    ]
    assert found[-1].size == len(leaves)
    for one in found:
        assert one.root == recursive_root(leaves[: one.size])
    for first, second in pairwise(found):
        proof = log.consistency_proof(first.size, second.size)
        verify_consistency(first.size, second.size, proof, first.root, second.root)


def test_a_race_of_processes_for_one_request_id_makes_one_record(
    new_database: Callable[[], str], tmp_path: Path
) -> None:
    database, data = new_database(), tmp_path / "data"
    PostgresAuditLog(database, data, fixed_clock).close()
    acknowledged = _all_at_once(database, data, "same")
    assert len(acknowledged) == PROCESSES * THREADS
    assert len(set(acknowledged)) == 1
    log = PostgresAuditLog(database, data, fixed_clock)
    assert log.size() == 1
    assert log.read(0).output == acknowledged[0].output.encode()
    log.close()
