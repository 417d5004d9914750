"""The audit log in memory keeps the contract."""

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from tests.contract.audit_log import AuditLogContract, fixed_clock, new_record
from tests.contract.audit_trail import AuditTrailContract, MakeTrail


class TestMemoryAuditLog(AuditLogContract, AuditTrailContract):
    """The contract, in memory."""

    @pytest.fixture
    def make_log(self) -> MakeTrail:
        return MemoryAuditLog


def test_it_is_healthy_until_closed() -> None:
    log = MemoryAuditLog(fixed_clock)
    assert log.healthy
    log.close()
    assert not log.healthy


def test_it_takes_the_name_it_is_given_or_makes_one() -> None:
    assert MemoryAuditLog(fixed_clock, origin="example.org/log").append(new_record())[0].log_origin == (
        "example.org/log"
    )
    made = {MemoryAuditLog(fixed_clock).append(new_record())[0].log_origin for _ in range(2)}
    assert len(made) == 2
    assert all(name.startswith("pactolus.example/log/") for name in made)
