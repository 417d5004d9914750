"""The commands on the pages of the project: found, run as they stand, and held to what they promise.

A block ```sh after the line `<!-- run -->` is run, block after block in one folder, with a data
directory and an environment of its own. What follows `# prints:` must be printed.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT

__all__ = ["blocks", "environment", "looks_like_a_clone", "promised", "run_block"]

_BLOCK = re.compile(r"^<!-- run -->\n+```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    """The marked blocks of a page in this language, in their order."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [block for written_in, block in found if written_in == language]


def promised(block: str) -> list[str]:
    """What the block says that it prints."""
    return re.findall(r"# prints: (.+)$", block, re.MULTILINE)


def environment(data: Path) -> dict[str, str]:
    """This environment without the settings of whoever runs the test."""
    mine = {name: text for name, text in os.environ.items() if not name.startswith("PACTOLUS_")}
    return mine | {"PACTOLUS_DATA": str(data)}


def looks_like_a_clone(place: Path) -> Path:
    """A folder as a fresh clone is after `make setup`; what runs there leaves this tree alone."""
    for name in ("examples", "rules", "docs"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    (place / ".venv").symlink_to(Path(sys.prefix))
    return place


def run_block(block: str, place: Path) -> str:
    """Runs a block of commands, sees that it prints what it promises, and gives back all that it prints."""
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=place,
        env=environment(place / "data"),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    for words in promised(block):
        assert words in result.stdout, result.stdout + result.stderr
    return result.stdout
