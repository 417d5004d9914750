"""The audit log in PostgreSQL keeps the contract."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from pactolus_adapters.audit.postgres import PostgresAuditLog
from tests.contract.audit_log import AuditLogContract, Clock
from tests.contract.audit_trail import AuditTrailContract, MakeTrail


class TestPostgresAuditLog(AuditLogContract, AuditTrailContract):
    """The contract, in PostgreSQL."""

    @pytest.fixture
    def make_log(self, new_database: Callable[[], str], tmp_path: Path) -> Iterator[MakeTrail]:
        made: list[PostgresAuditLog] = []
        numbers = count()

        def make(clock: Clock) -> PostgresAuditLog:
            made.append(PostgresAuditLog(new_database(), tmp_path / str(next(numbers)), clock))
            return made[-1]

        yield make
        for log in made:
            log.close()
