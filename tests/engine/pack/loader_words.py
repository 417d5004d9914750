"""What the loader says, as a table for the page of the rule language: made from the mistakes that the tests plant.

`python -m tests.engine.pack.loader_words` writes it into the page.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from pactolus_engine.pack.shape import Either, Kind, ListOf, MapOf, Shape, Word
from pactolus_engine.pack.shapes import FILES, NAMED
from tests.engine.pack.test_bad_input import BAD

__all__ = ["PAGE", "page_with", "table_lines"]

_HERE = Path(__file__).parent
PAGE = _HERE.parents[2] / "docs/rule-language.md"
_BEGIN, _END = "<!-- what the loader says -->", "<!-- end -->"
_TABLES = ("mutations.txt", "overlays.txt")
_ISSUE = re.compile(r"^= (\S+?):\d+:\d+: (.+)$", re.MULTILINE)
_ADVICE = re.compile(r" (\((?:[^()]|\([^()]*\))*\))$")
_TITLES = {
    "pack.yaml": "`pack.yaml`",
    "facts.yaml": "`facts.yaml`",
    "codes.yaml": "`codes.yaml`",
    "parameters.yaml": "`parameters.yaml`",
    "options.yaml": "`options.yaml`",
    "evidence.yaml": "`evidence.yaml`",
    "rules": "a rule, a condition",
    "cases": "a case",
    "site.yaml": "an overlay",
    "waivers.yaml": "`waivers.yaml`",
}
_SEVERAL = "any file"
_ANYWHERE = (
    "ten megabytes",
    "10,000 rules",
    "a Cyrillic file name",
    "a Cyrillic key",
    "a tab",
    "an anchor",
    "an alias",
)
_KEYS = re.compile(r"^(missing|unknown|duplicate) key `[^`]+`")
_FIRST = re.compile(r"^`[^`]+` is not (one of the words allowed here|well formed)")
_LIST = re.compile(r"`…`(?:, `…`)+")
_OTHER_FILE = re.compile(r"(?<=rules/)[a-z0-9-]+(?=\.yaml)")
_UNDEFINED = re.compile(r"^(undefined [a-z -]+) `[^`]+`")
_NAME = re.compile(r"(?<!hyphens, as )`([a-z][a-z0-9]*(?:-[a-z0-9]+)*)`")


def table_lines() -> list[str]:
    """The rows: what has the mistake, what the loader says, and its advice. `…` stands for a name of the pack."""
    files: dict[str, set[str]] = {}
    advised: dict[str, set[str]] = {}
    for file, said, advice in _said():
        files.setdefault(said, set()).add(file)
        advised.setdefault(said, set()).update({advice} - {""})
    order = [_SEVERAL, *_TITLES.values()]
    rows = sorted((order.index(_title(found)), said) for said, found in files.items())
    told = (f"| {order[place]} | {said} | {'; or: '.join(sorted(advised[said]))} |" for place, said in rows)
    return ["| in | it says | advice |", "|---|---|---|", *told]


def _title(files: set[str]) -> str:
    return _TITLES[next(iter(files))] if len(files) == 1 else _SEVERAL


def _said() -> Iterator[tuple[str, str, str]]:
    """Kind of file, message, advice, of every issue that a planted mistake must give."""
    words = set(_words([file.content for file in FILES] + list(NAMED.values()))) - {
        "birth-date"
    }  # a fact here
    texts = [(_HERE / table).read_text(encoding="utf-8").replace("\\u2192", "→") for table in _TABLES]
    planted = [found for text in texts for found in _ISSUE.findall(text)]
    # What is bad in any file is planted in one file there.
    for file, issue in [*planted, *((file, _issue(BAD[bad][1])) for bad in _ANYWHERE for file in _TITLES)]:
        advice = _ADVICE.search(issue)
        said = _general(_ADVICE.sub("", issue), words)
        yield file.split("/")[0], said, _general(advice[1][1:-1], words) if advice else ""


def _issue(line: str) -> str:
    """The issue without its place."""
    return line.split(": ", 1)[1]


def _general(text: str, words: set[str]) -> str:
    text = _KEYS.sub(r"\1 key `…`", text)
    text = _FIRST.sub(r"`…` is not \1", text)
    text = _UNDEFINED.sub(r"\1 `…`", _OTHER_FILE.sub("…", text))
    text = re.sub(r"^(known: ).*", r"\1…", text)
    text = re.sub(r"did you mean `[^`]+`", "did you mean `…`", text)
    text = re.sub(r"\bin line \d+|\bline \d+", lambda m: re.sub(r"\d+", "…", m[0]), text)
    text = re.sub(
        r"found \d|names \d|version `[0-9.]+`|allows \d+ to \d+",
        lambda m: re.sub(r"[0-9.]+", "…", m[0]),
        text,
    )
    text = _NAME.sub(lambda m: m[0] if m[1] in words else "`…`", text)
    return _LIST.sub("`…`, …", text.replace("` → `…` → `", "` → `"))


def _words(kinds: list[Kind]) -> Iterator[str]:
    """Every key and every word of the language."""
    for kind in kinds:
        match kind:
            case Word(words):
                yield from map(str, words)
            case Shape():
                yield from map(str, kind.names)
                yield from _words([key.kind for key in kind.keys])
            case Either(several):
                yield from _words(list(several))
            case ListOf(item):
                yield from _words([item])
            case MapOf(value, _, keys):
                yield from (key.name for key in keys)
                yield from _words([value, *(key.kind for key in keys)])
            case _:
                continue


def page_with(lines: list[str]) -> str:
    """The page with these lines between its marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(f"{_BEGIN}\n")
    _, _, after = rest.partition(f"{_END}\n")
    return "\n".join([f"{before}{_BEGIN}", *lines, f"{_END}\n{after}"])


if __name__ == "__main__":
    PAGE.write_text(page_with(table_lines()), encoding="utf-8")
