"""Rules that no case names."""

from tests.engine.checks.findings import said

CASE = b"""\
name: another
at: 2026-03-01T09:00:00Z
facts: {mrd: 1e-6}
expect:
  outcome: NEED_DATA
"""
TOLD = "rule status: no case names rule `status` under `fired` or `not-fired`"


def test_a_rule_that_no_case_names_is_told() -> None:
    assert TOLD in said("rules-without-case")
    assert not [line for line in said("rules-without-case") if "marrow" in line]  # a definition


def test_fired_and_not_fired_both_count() -> None:
    for word in (b"fired", b"not-fired"):
        case = CASE + b"  " + word + b": [status]\n"
        assert TOLD not in said("rules-without-case", more={"cases/another.yaml": case})
