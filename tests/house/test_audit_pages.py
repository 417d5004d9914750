"""The pages for auditors tell the truth: their commands run as they stand and print what is promised."""

from pathlib import Path

import pytest

from tests.house.pages import blocks, looks_like_a_clone, promised, run_block
from tests.house.tree import ROOT


@pytest.mark.parametrize(
    "page", ["audit/verify", "audit/prove", "audit/backup", "replay/replay", "replay/cohort"]
)
def test_the_commands_of_a_page_do_what_it_says(page: str, tmp_path: Path) -> None:
    found = blocks(ROOT / f"docs/{page}.md", "sh")
    assert any(promised(block) for block in found)
    workplace = looks_like_a_clone(tmp_path)
    for block in found:
        run_block(block, workplace)
