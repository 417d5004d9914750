"""The same seed and scale give the same bytes, in another process, under another hash seed, time zone and locale."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pactolus_adapters.cohort.courses import planned
from pactolus_adapters.cohort.post_induction import after_induction
from pactolus_adapters.cohort.write_folder import CohortNotWritten, write_cohort
from pactolus_adapters.fhir.exact_json import encode
from tests.adapters.cohort.reading import SEED

_WRITE = """
import sys
from pathlib import Path
from pactolus_adapters.cohort.write_folder import write_cohort
write_cohort(Path(sys.argv[1]), int(sys.argv[2]), 1)
"""


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_the_same_bytes_elsewhere(folder: Path, tmp_path: Path) -> None:
    elsewhere = {"PYTHONHASHSEED": "77", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    there = tmp_path / "again"
    subprocess.run(
        [sys.executable, "-c", _WRITE, str(there), str(SEED)], check=True, env=os.environ | elsewhere
    )
    assert _contents(there) == _contents(folder)


def test_another_seed_has_other_patients() -> None:
    one, other = next(planned(1, 1)), next(planned(2, 1))
    assert [encode(each) for each in after_induction(one)] != [
        encode(each) for each in after_induction(other)
    ]


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("mine")
    with pytest.raises(CohortNotWritten, match="is there already"):
        write_cohort(tmp_path, 1, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_half_a_cohort_is_not_left_behind(tmp_path: Path) -> None:
    def stopped(done: int, size: int) -> None:
        if (done, size) == (3, 791):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_cohort(tmp_path / "new", 1, 1, stopped)
    assert list(tmp_path.iterdir()) == []
