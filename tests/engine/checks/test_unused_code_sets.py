"""Code sets that no fact reads."""

from tests.engine.checks.findings import said


def test_a_code_set_without_a_fact_is_told() -> None:
    change = ("codes.yaml", "blood:", 'plasma:\n  codes: [{system: "local:mrd", code: plasma}]\nblood:')
    assert said("unused-code-sets", change) == ["code-set plasma: no fact is read by code set `plasma`"]


def test_codes_values_and_components_are_use() -> None:
    assert said("unused-code-sets") == []
