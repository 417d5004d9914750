"""The pages for auditors and operators tell the truth: their marked commands run and print what they promise."""

from pathlib import Path

import pytest

from tests.house.pages import blocks, looks_like_a_clone, run_block
from tests.house.tree import ROOT

_PAGES = [page for page in sorted((ROOT / "docs/audit").glob("*.md")) if blocks(page, "sh")]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_do_what_it_says(page: Path, tmp_path: Path) -> None:
    place = looks_like_a_clone(tmp_path / "clone")
    for block in blocks(page, "sh"):
        run_block(block, place)
