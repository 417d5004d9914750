"""Why, and why not: the rules that decided, and the parts of trees that settled them."""

from pactolus_engine.decision import Explanation, Outcome
from pactolus_engine.facts import Reading
from pactolus_engine.grounds import Grounds, grounds_of, settling_part
from pactolus_engine.pack.model import All, Any, Pack
from tests.support.small_packs import (
    a_flag,
    a_fraction,
    codes,
    compared,
    decided,
    is_one_of,
    pack_of,
    point,
    reading,
    rule,
)

_FACTS = (a_fraction(), a_flag("flag"), a_flag("other"))
_LOW, _FLAG, _OTHER = compared("mrd", "below", "1e-5"), is_one_of("flag", "true"), is_one_of("other", "true")


def _pack() -> Pack:
    rules = [
        rule("out", "exclude", Any((_FLAG, _OTHER))),
        rule("in", "offer", All((_LOW, is_one_of("flag", "false"))), "one"),
        rule("also", "offer", _LOW, "two"),
        rule("stop", "block", compared("mrd", "below", "1e-6"), "two"),
    ]
    return pack_of(_FACTS, rules)


def _grounds(mrd: str, flag: str = "false", other: str = "false") -> Grounds:
    known: list[Reading] = [
        reading("mrd", point(mrd)),
        reading("flag", codes(flag)),
        reading("other", codes(other)),
    ]
    pack = _pack()
    return grounds_of(decided(pack, *known), pack)


def test_the_rules_that_decided_stand_under_why() -> None:
    assert [one.rule for one in _grounds("3e-6").why] == ["also", "in"]
    (out,) = _grounds("3e-6", flag="true").why
    assert out.rule == "out" and [part.text for part in out.tree.children] == ["flag is true"]
    assert [(fact.fact, fact.shown) for fact in out.facts] == [("flag", "true")]


def test_an_option_that_is_blocked_tells_the_block_and_one_that_is_not_reached_tells_what_failed() -> None:
    (blocked,) = (one for one in _grounds("1e-7").why_not if one.option)
    assert (
        blocked.option == "two"
        and [one.rule for one in blocked.against] == ["stop"]
        and blocked.lacking == ()
    )
    one, two = (each for each in _grounds("1e-3").why_not if each.option)
    assert [ground.rule for ground in one.lacking] == ["in"]
    assert [part.text for part in one.lacking[0].tree.children] == ["mrd < 1e-5"]
    assert [ground.rule for ground in two.lacking] == ["also"]


def test_what_comes_first_stands_against_what_comes_later() -> None:
    for one in (each for each in _grounds("3e-6", other="true").why_not if each.option):
        assert [ground.rule for ground in one.against] == ["out"]
        assert [part.text for part in one.against[0].tree.children] == ["other is true"]


def test_every_other_outcome_is_told_and_one_without_rules_says_so() -> None:
    others = {one.outcome: one for one in _grounds("3e-6").why_not if not one.option}
    assert set(others) == {Outcome.CONFLICT, Outcome.HOLD, Outcome.OUT_OF_SCOPE}
    assert others[Outcome.HOLD].note == "this pack has no rule for it"
    assert [one.rule for one in others[Outcome.OUT_OF_SCOPE].lacking] == ["out"]


def test_an_open_answer_tells_the_rules_that_may_yet_be_true() -> None:
    grounds = grounds_of(decided(_pack(), reading("mrd", point("3e-6"))), _pack())
    assert [(one.rule, one.truth) for one in grounds.why] == [("in", "unknown"), ("out", "unknown")]


def test_only_the_parts_that_settle_a_tree_are_left() -> None:
    leaf = {truth: Explanation(f"is {truth}", truth) for truth in ("true", "false", "unknown")}
    tree = Explanation("all of", "false", (leaf["true"], leaf["unknown"], leaf["false"]))
    assert settling_part(tree).children == (leaf["false"],)
    assert settling_part(Explanation("any of", "true", (leaf["true"], leaf["false"]))).children == (
        leaf["true"],
    )
    unknown = Explanation("any of", "unknown", (leaf["unknown"], leaf["false"]))
    assert settling_part(unknown).children == (leaf["unknown"],)
    both = Explanation("any of", "false", (leaf["false"], leaf["false"]))
    assert settling_part(both).children == both.children
