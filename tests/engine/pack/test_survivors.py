"""`mutants.yaml`: read strictly, with every mistake and its place, and without a bearing on any decision."""

import pytest

from pactolus_engine.pack.model import StatedSurvivor
from pactolus_engine.pack.read import read_pack
from tests.engine.pack.minimal import issues_of, minimal_files


def _files(text: str) -> dict[str, bytes]:
    return minimal_files() | {"mutants.yaml": text.encode()}


def test_a_pack_states_its_survivors_in_their_order() -> None:
    text = (
        "- mutant: rule/b/negate/when\n  reason: it is so\n- {mutant: fact/a/several/any, reason: harmless}\n"
    )
    stated = read_pack("minimal", _files(text)).survivors
    assert [(type(one), one.mutant, one.reason, one.place.line) for one in stated] == [
        (StatedSurvivor, "rule/b/negate/when", "it is so", 1),
        (StatedSurvivor, "fact/a/several/any", "harmless", 3),
    ]


def test_a_pack_without_the_file_states_none() -> None:
    assert read_pack("minimal", minimal_files()).survivors == ()


def test_they_are_part_of_the_digest() -> None:
    one = read_pack("minimal", _files("- {mutant: a, reason: b}\n"))
    assert one.digest != read_pack("minimal", minimal_files()).digest


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("mutant: a\n", "mutants.yaml:1:1: expected a list, found a map"),
        ("- a\n", "mutants.yaml:1:3: expected a map, found a text"),
        ("- {mutant: a}\n", "mutants.yaml:1:3: missing key `reason`"),
        ("- {reason: a}\n", "mutants.yaml:1:3: missing key `mutant`"),
        ("- {mutant: a, reason: ' '}\n", "mutants.yaml:1:23: expected a text, found a blank one"),
        ("- {mutant: a, reason: b, by: c}\n", "mutants.yaml:1:26: unknown key `by`"),
        (
            "- {mutant: a, reason: b}\n- {mutant: a, reason: c}\n",
            "mutants.yaml:2:4: this mutant is stated twice",
        ),
        ("- {mutant: &x a, reason: b}\n", "mutants.yaml:1:12: anchors are not allowed"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, issue: str) -> None:
    (found,) = issues_of(_files(text))
    assert found.startswith(issue)


def test_all_mistakes_are_told_at_once() -> None:
    assert len(issues_of(_files("- a\n- {mutant: b}\n- {reason: c}\n"))) == 3
