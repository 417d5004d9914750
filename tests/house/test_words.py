"""Words that must stand in no file: where this was built, and where packages are fetched from."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, text_files

# Written in pieces, so that this file does not hold them.
_PIECES = (
    ("/wo", "rk/"),
    ("../sha", "red"),
    ("/opt/whe", "els"),
    ("/ro", "ot/"),
    ("pypi", r"\.org"),
    ("pypi", r"\.python\.org"),
    ("pythonhos", r"ted\.org"),
    ("registry\\.npm", r"js\.org"),
    ("proxy\\.gol", r"ang\.org"),
    ("--index-", "url"),
    ("--find-", "links"),
)
# `(?<![\w.])` keeps relative paths such as "network/" and "framework/" out.
FORBIDDEN = [re.compile(rf"(?<![\w.-]){''.join(pieces)}") for pieces in _PIECES]


def _offences(text: str) -> list[int]:
    """Line numbers on which a forbidden word stands."""
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if any(word.search(line) for word in FORBIDDEN)
    ]


def test_no_file_names_the_workplace_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in text_files()
        for number in _offences(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "pieces", [("see /wo", "rk/notes"), ("https://pypi", ".org/simple"), (" ../sha", "red/x")]
)
def test_the_check_sees_an_offence(pieces: tuple[str, str]) -> None:
    assert _offences("".join(pieces)) == [1]


def test_the_check_passes_plain_words(tmp_path: Path) -> None:
    assert _offences("a framework/ folder, the shared/ cache, network/") == []
