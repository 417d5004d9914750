"""Looks a PostgreSQL log over after a fault: is everything there that was acknowledged, once, and whole?"""

from collections.abc import Mapping
from pathlib import Path

import psycopg

from pactolus_adapters.audit.postgres import PostgresAuditLog
from pactolus_adapters.clock import system_clock
from pactolus_engine.record import leaf_hash
from tests.support.merkle import recursive_root

__all__ = ["look_over"]

_TWICE = """
    SELECT count(*) FROM (SELECT FROM audit_index WHERE request_id <> ''
    GROUP BY tenant, client, request_id HAVING count(*) > 1) AS twice
"""


def look_over(database: str, directory: Path, acknowledged: Mapping[int, bytes]) -> int:
    """Reads every record, recomputes the tree, looks for requests that were recorded twice; how many records there
    are. `acknowledged`: index to leaf hash, as the receipts said. Raises `AssertionError`."""
    log = PostgresAuditLog(database, directory, system_clock)
    try:
        size = log.size()
        leaves = {entry.index: leaf_hash(entry.leaf) for entry in log.entries(0, size)}
        assert list(leaves) == list(range(size)), "there are gaps"
        lost = [index for index, leaf in acknowledged.items() if leaves.get(index) != leaf]
        assert lost == [], f"acknowledged and lost: {lost}"
        wrong = [result for _, result in log.opened(0, size) if isinstance(result, Exception)]
        assert wrong == []
        assert log.root(size) == recursive_root(list(leaves.values()))
    finally:
        log.close()
    with psycopg.connect(database) as connection:
        assert connection.execute(_TWICE).fetchall() == [(0,)], "a request was recorded twice"
    return size
