"""Two rules that say the same."""

from tests.engine.checks.findings import rule, said


def test_the_same_condition_in_another_form_is_told() -> None:
    when = "{any: [{any: [{fact: age, at-least: 66}, {fact: age, at-least: 66}]}]}"
    assert said("duplicate-rules", more=rule("senior", when, "exclude")) == [
        "rule too-old: rule `too-old` has the condition and the effect of rule `senior`"
    ]


def test_through_a_definition() -> None:
    more = rule(
        "again",
        "{all: [{fact: specimen, is: marrow-aspirate}, {fact: mrd, below: 0.00001}]}",
        "{conclude: mrd-status, value: negative}",
    )
    assert said("duplicate-rules", more=more) == [
        "rule status: rule `status` has the condition and the effect of rule `again`"
    ]


def test_another_effect_or_another_limit_is_no_duplicate() -> None:
    more = rule("senior", "{fact: age, at-least: 66}", "hold") | rule(
        "older", "{fact: age, at-least: 67}", "exclude"
    )
    assert said("duplicate-rules", more=more) == []


def test_caveats_that_tell_different_things_may_share_a_condition() -> None:
    when = "{fact: cycles, absent: true}"
    more = rule("one", when, "{caveat: [transplant]}", "Something else.")
    assert said("duplicate-rules", more=more) == []
    more = rule("one", when, "{caveat: [transplant]}", "Nobody sent the cycles.")
    assert len(said("duplicate-rules", more=more)) == 1
