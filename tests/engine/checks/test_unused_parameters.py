"""Parameters that change nothing."""

from tests.engine.checks.findings import said

UNUSED = "parameter {0}: nothing depends on parameter `{0}`: a site that sets it changes nothing"


def _renamed(name: str) -> tuple[str, str, str]:
    more = f"{name}:\n  title: T\n  unit: d\n  default: 5\n  at-least: 1\n  at-most: 9\n  set-by: site\n"
    return "parameters.yaml", "minimum-cycles:", f"{more}  sign-off: needed\n  rationale: r\nminimum-cycles:"


def test_a_parameter_that_nothing_names_is_told() -> None:
    assert said("unused-parameters", _renamed("spare")) == [UNUSED.format("spare")]


def test_a_condition_and_needs_are_use() -> None:
    assert said("unused-parameters") == []
    assert said("unused-parameters", switched=True) == [UNUSED.format("laboratory-limit")]


def test_what_the_reader_looks_up_is_used() -> None:
    assert said("unused-parameters", _renamed("lod-events")) == []
