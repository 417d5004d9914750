"""One wrong thing at a time: each gives exactly the issues, with place and advice, that the table says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.engine.pack.minimal import changed, issues_of

TABLE = Path(__file__).parent / "mutations.txt"


@dataclass
class Mutation:
    file: str
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)


def _mutations() -> Iterator[Mutation]:
    for block in TABLE.read_text(encoding="ascii").split("\n@ ")[1:]:
        file, *lines = block.rstrip("\n").split("\n")
        mutation = Mutation(file)
        for line in filter(None, lines):
            text = line[1:].encode().decode("unicode_escape")
            {"-": mutation.old, "+": mutation.new, "=": mutation.issues}[line[0]].append(text)
        yield mutation


MUTATIONS = list(_mutations())


def test_the_table_is_not_empty() -> None:
    assert len(MUTATIONS) > 140


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m.file}: {' '.join(m.new).strip()[:60]}")
def test_one_change_gives_exactly_these_issues(mutation: Mutation) -> None:
    files = changed((mutation.file, "\n".join(mutation.old), "\n".join(mutation.new)))

    assert issues_of(files) == [issue.strip() for issue in mutation.issues]
    assert mutation.issues
