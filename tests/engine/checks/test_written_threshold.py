"""Numbers in conditions that a parameter already holds."""

from tests.engine.checks.findings import rule, said


def test_the_default_written_out_beside_the_parameter_is_told() -> None:
    more = rule("few", "{any: [{fact: cycles, below: 6.0}]}", "{caveat: all}")
    assert said("written-threshold", more=more) == [
        "rule few: the number compared with `cycles` is the default of parameter `minimum-cycles`"
    ]


def test_another_number_and_another_fact_are_left_alone() -> None:
    more = rule("few", "{all: [{fact: cycles, below: 5}, {fact: age, above: 6}]}", "{caveat: all}")
    assert said("written-threshold", more=more) == []
