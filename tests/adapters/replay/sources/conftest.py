"""A log and its export, made once, for tests that read or damage it."""

import shutil
from pathlib import Path

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from tests.adapters.trail.logs import fill
from tests.contract.audit_log import fixed_clock
from tests.support.parquet_exports import exported


@pytest.fixture(scope="package")
def log() -> MemoryAuditLog:
    """Six hundred records of three patients."""
    made = MemoryAuditLog(fixed_clock)
    fill(made, 600)
    return made


@pytest.fixture(scope="package")
def whole(log: MemoryAuditLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of them, in three row groups."""
    return exported(log, tmp_path_factory.mktemp("whole") / "records.parquet", 0, 600)


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copy(whole, tmp_path))
