"""One cohort on disk for all the tests that only read it."""

from pathlib import Path

import pytest

from pactolus_adapters.cohort.write_folder import write_cohort
from tests.adapters.cohort.reading import SEED

__all__: list[str] = []


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort of one trial."""
    made = tmp_path_factory.mktemp("cohort") / "midas"
    write_cohort(made, SEED, 1)
    return made
