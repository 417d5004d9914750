"""The report of a small fixed replay, word for word: whoever changes it sees what readers will see."""

import pytest

from tests.adapters.replay.report.golden import GOLDEN, texts


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return texts()


@pytest.mark.parametrize("name", ["summary.json", "summary.md", "terminal.txt"])
def test_a_report_says_what_it_said(made: dict[str, str], name: str) -> None:
    assert made[name] == (GOLDEN / name).read_text(encoding="utf-8"), (
        "python -m tests.adapters.replay.report.golden, and look at what changed"
    )


def test_every_golden_file_is_made(made: dict[str, str]) -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(made)
