"""Sources that nothing rests on."""

from tests.engine.checks.findings import said


def test_a_source_without_a_rule_is_told() -> None:
    change = ("evidence.yaml", "trial:", "other:\n  citation: Another\n  statement: It shows more.\ntrial:")
    assert said("unused-evidence", change) == ["evidence other: nothing rests on evidence `other`"]


def test_rules_and_options_are_use() -> None:
    assert said("unused-evidence") == []
