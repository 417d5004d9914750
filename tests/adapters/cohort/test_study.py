"""Arms and completion are read back as they were written; a file that is none of ours is refused in plain words."""

from pathlib import Path

import pytest

from pactolus_adapters.cohort.courses import planned
from pactolus_adapters.cohort.study import CohortNotRead, Subject, subjects
from tests.adapters.cohort.reading import SEED


def test_every_subject_comes_back(folder: Path) -> None:
    expected = [
        Subject(one.patient, one.course.arm.name if one.course.arm else "", one.course.has_completed)
        for one in planned(SEED, 1)
    ]
    assert subjects(folder / "post-induction") == expected
    assert subjects(folder / "pre-maintenance") == [one for one in expected if one.arm]


@pytest.mark.parametrize(
    "line", ["{", "[]", "7", "{}", '{"individual": 1, "status": "x"}', '{"individual": {}}', "\udcff"]
)
def test_a_line_that_is_no_subject_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "ResearchSubject.ndjson").write_bytes(line.encode("utf-8", "surrogateescape"))
    with pytest.raises(CohortNotRead, match="no ResearchSubject of ours"):
        subjects(tmp_path)


def test_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortNotRead, match="cannot be read"):
        subjects(tmp_path)
