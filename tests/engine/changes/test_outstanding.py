"""What unknown facts could bring: for every value the answers that are then possible."""

from pactolus_engine.changes.nearest import Question
from pactolus_engine.changes.outstanding import Outstanding, outstanding
from pactolus_engine.compiled import compile_pack
from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import Pack
from tests.support.small_packs import (
    INSTANT,
    a_code,
    a_date,
    a_flag,
    a_fraction,
    codes,
    compared,
    derived,
    is_one_of,
    pack_of,
    patient,
    point,
    reading,
    rule,
    stands,
)


def _outstanding(pack: Pack, *readings: Reading) -> tuple[Outstanding, ...]:
    return outstanding(Question(compile_pack(pack), patient(*readings), INSTANT))


def _told(found: tuple[Outstanding, ...]) -> dict[str, list[tuple[str, list[str]]]]:
    return {
        one.fact: [
            (each.value, [" ".join([answer.outcome, *answer.options]) for answer in each.answers])
            for each in one.brings
        ]
        for one in found
    }


_RULES = (
    rule("low", "offer", compared("mrd", "below", "1e-5"), "one"),
    rule("high", "offer", compared("mrd", "at-least", "1e-5"), "two"),
    rule("out", "exclude", is_one_of("flag", "true")),
)


def test_each_value_of_a_missing_fact_with_the_answers_it_leaves() -> None:
    pack = pack_of([a_fraction(), a_flag()], _RULES)
    assert _told(_outstanding(pack)) == {
        "flag": [("false", ["OFFER one", "OFFER two"]), ("true", ["OUT_OF_SCOPE"])],
        "mrd": [
            ("below 1e-5", ["OFFER one", "OUT_OF_SCOPE"]),
            ("at or above 1e-5", ["OFFER two", "OUT_OF_SCOPE"]),
        ],
    }


def test_nothing_is_outstanding_of_a_decided_answer_but_what_could_turn_it() -> None:
    facts = [a_fraction(), a_flag(), a_code(absence="optional")]
    caution = rule("stop", "conflict", is_one_of("code", "c"))
    known = [reading("mrd", point("3e-6")), reading("flag", codes("false"))]
    assert _told(_outstanding(pack_of(facts, _RULES), *known)) == {}
    assert _told(_outstanding(pack_of(facts, [*_RULES, caution]), *known)) == {
        "code": [("a or b", ["OFFER one"]), ("c", ["CONFLICT"])]
    }


def test_values_that_bring_the_same_are_told_together() -> None:
    caveats = [rule("care", "caveat", compared("mrd", "below", "1e-6"))]
    (mrd,) = _outstanding(pack_of([a_fraction()], [*_RULES[:2], *caveats]))
    assert [each.value for each in mrd.brings] == ["below 1e-5", "at or above 1e-5"]


def test_a_derived_fact_names_what_must_be_sent_for_it() -> None:
    age = derived("age", "years-between", "born", "ill")
    pack = pack_of(
        [a_date("born"), a_date("ill"), age], [rule("old", "exclude", compared("age", "at-least", "66"))]
    )
    pack = pack_of(
        pack.facts.values(),
        [*pack.rules.values(), rule("in", "offer", compared("age", "below", "66"), "one")],
    )
    (found,) = _outstanding(pack)
    assert found.from_facts == ("born", "ill")
    assert [each.value for each in found.brings] == ["at or below 65 a", "at or above 66 a"]


def test_a_value_is_asked_as_one_that_is_known() -> None:
    """A rule about a fact that nobody sent does not stay true when the fact is supposed to be there."""
    rules = [
        rule("none", "exclude", stands("code", "missing")),
        rule("in", "offer", is_one_of("code", "a", "b", "c"), "one"),
    ]
    (code,) = _outstanding(pack_of([a_code(absence="optional")], rules))
    assert _told((code,)) == {"code": [("a or b or c", ["OFFER one"])]}
