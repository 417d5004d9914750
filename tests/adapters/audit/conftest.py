"""What tests of stores share."""

from pathlib import Path

import pytest

__all__: list[str] = []


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "data"
