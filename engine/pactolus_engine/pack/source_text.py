"""From the bytes of a pack file to its text: sizes, UTF-8, and no character that hides something.

Everything here is one pass over the bytes, so that a huge or hostile file is refused at once and
never reaches the YAML parser, whose time grows with what it is given.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping

from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Place

__all__ = ["MAX_FILE_BYTES", "MAX_PACK_BYTES", "MAX_RULES", "check_sizes", "source_text"]

MAX_FILE_BYTES = 256 * 1024
MAX_PACK_BYTES = 4 * 1024 * 1024
MAX_RULES = 4_096
MAX_NODES_OF_FILE = 20_000
MAX_NODES_OF_PACK = 100_000
"""A YAML parser in Python makes some 50,000 nodes a second; these bounds keep a refusal quick."""

# C0 but line feed, DEL, C1, line and paragraph separators, byte order mark, non-characters; and the marks
# that turn the direction of writing, with which a line can read otherwise than it is.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")
_MAX_LINES = 100
"""Lines with a refused character that are listed; a file with more is hostile or not text."""

_TOO_MUCH = "a pack is written by hand; keep data and generated text out of it"
_SPLIT = "split the pack by the question it answers"

_STRUCTURE = re.compile(rb"[\[{,:?]|-[ \n]")


def check_sizes(files: Mapping[str, bytes], issues: Issues) -> bool:
    """Whether the pack is small enough to be read at all; notes what is not."""
    before = issues.count
    for name, content in files.items():
        if len(content) > MAX_FILE_BYTES:
            issues.add(Place(name, 1, 1), f"the file is larger than {MAX_FILE_BYTES} bytes", _TOO_MUCH)
    _check_whole(files, issues)
    if issues.count == before:
        _check_structure(files, issues)
    return issues.count == before


def _check_whole(files: Mapping[str, bytes], issues: Issues) -> None:
    whole = Place("pack.yaml", 1, 1)
    if sum(map(len, files.values())) > MAX_PACK_BYTES:
        issues.add(whole, f"the files of the pack are together larger than {MAX_PACK_BYTES} bytes", _SPLIT)
    if sum(name.startswith("rules/") for name in files) > MAX_RULES:
        issues.add(whole, f"the pack has more than {MAX_RULES} rules", _SPLIT)


def _check_structure(files: Mapping[str, bytes], issues: Issues) -> None:
    """Bounds the nodes before parsing: each needs one of a few characters."""
    total = 0
    for name, content in files.items():
        if not name.endswith(".yaml"):
            continue
        nodes = len(_STRUCTURE.findall(content))
        total += nodes
        if nodes > MAX_NODES_OF_FILE:
            issues.add(
                Place(name, 1, 1), f"the file holds more than {MAX_NODES_OF_FILE} keys and values", _TOO_MUCH
            )
    if total > MAX_NODES_OF_PACK:
        whole = Place("pack.yaml", 1, 1)
        issues.add(whole, f"the pack holds more than {MAX_NODES_OF_PACK} keys and values", _SPLIT)


def source_text(file: str, content: bytes, issues: Issues) -> str | None:
    """The text of one file; None when a character in it is refused, which is noted."""
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        issues.add(Place(file, line, column), "the file is not UTF-8 from this byte on")
        return None
    before = issues.count
    _refuse_characters(file, text, issues)
    _refuse_directive(file, text, issues)
    return text if issues.count == before else None


def _refuse_directive(file: str, text: str, issues: Issues) -> None:
    """No content of a pack begins a line with `%`; looked for here, because parsers are slow on many."""
    found = re.search("^%", text, re.MULTILINE)
    if found:
        place = Place(file, text.count("\n", 0, found.start()) + 1, 1)
        issues.add(place, "the file has a directive", "delete the line that begins with `%`")


def _refuse_characters(file: str, text: str, issues: Issues) -> None:
    breaks = [position for position, character in enumerate(text) if character == "\n"]
    seen: set[int] = set()
    for match in re.finditer(f"\t|{_HIDDEN.pattern}", text):
        line = bisect_right(breaks, match.start())
        if line in seen:
            continue
        if len(seen) == _MAX_LINES:
            return
        seen.add(line)
        column = match.start() - (breaks[line - 1] + 1 if line else 0) + 1
        place = Place(file, line + 1, column)
        if match[0] == "\t":
            issues.add(place, "the line has a tab", "indent with spaces")
        else:
            issues.add(place, "the line has a control or invisible character", "delete it")
