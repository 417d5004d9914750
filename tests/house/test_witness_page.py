"""The page about the witness: its ten minutes work as they stand, on a port of their own."""

import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.house.pages import blocks, looks_like_a_clone, run_block
from tests.house.tree import ROOT

_PAGE = ROOT / "docs/audit/witness.md"
_PORT = "8650"


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Path]:
    """A fresh clone; a witness that a failing block left behind ends with the test."""
    yield looks_like_a_clone(tmp_path)
    if (tmp_path / "witness.pid").exists():
        with suppress(ProcessLookupError):
            os.kill(int((tmp_path / "witness.pid").read_text()), signal.SIGTERM)


def test_the_ten_minutes_work(workplace: Path) -> None:
    found = blocks(_PAGE, "sh")
    assert len(found) == 4
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    for block in found:
        run_block(block.replace(_PORT, port), workplace)
    assert "OFFER" in (workplace / "answer.txt").read_text()


def test_the_page_tells_lines_that_the_code_tells() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "adapters/pactolus_adapters/witness").glob("*.py")
    )
    for line in re.findall(r"^\| `(.+?)` \|", _PAGE.read_text(encoding="utf-8"), re.MULTILINE):
        for words in re.split(
            r"w1|…|`, `|log …|warning: witness|ALARM: witness|REFUSED: the checkpoint of", line
        ):
            assert words.strip() in source, words
