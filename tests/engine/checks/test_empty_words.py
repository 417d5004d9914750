"""Texts that say nothing."""

import pytest

from tests.engine.checks.findings import said


@pytest.mark.parametrize(
    "words", ["TODO", "todo: ask the board", "n/a", "tbd", "---", "Placeholder: the trial", "none"]
)
def test_a_text_that_stands_for_one(words: str) -> None:
    change = ("rules/relapsed.yaml", "the pack is about first-line treatment", f'"{words}"')
    assert said("empty-words", change) == ["rule relapsed: `rationale` of rule `relapsed` says nothing"]


@pytest.mark.parametrize("words", ["nobody knows", "none of the trials asked", "Not applicable to children"])
def test_words_that_say_something(words: str) -> None:
    change = ("rules/relapsed.yaml", "the pack is about first-line treatment", f'"{words}"')
    assert said("empty-words", change) == []


def test_parameters_and_evidence_are_looked_at() -> None:
    changes = [
        ("parameters.yaml", "an engineering proposal", "TBD"),
        ("evidence.yaml", "It shows what this pack needs.", "todo"),
    ]
    assert said("empty-words", *changes) == [
        "parameter minimum-cycles: `rationale` of parameter `minimum-cycles` says nothing",
        "evidence trial: `statement` of evidence `trial` says nothing",
    ]


def test_the_pack_and_its_options_are_looked_at() -> None:
    changes = [
        ("pack.yaml", "A small pack for the tests of the reader", "TBD"),
        ("pack.yaml", "Two options by MRD, one exclusion by age.", "todo"),
        ("options.yaml", "Autologous transplant.", "n/a"),
    ]
    told = said("empty-words", *changes)
    assert [line.split(": ")[1].split("` of ")[0] for line in told] == [
        "`title",
        "`description",
        "`description",
    ]
    assert told[2].startswith("option ") and "minimal" in told[0]
