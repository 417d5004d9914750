"""What may still come out, by hand; the property over generated packs is in `tests/properties`."""

import pytest

from pactolus_engine.compiled import compile_pack
from pactolus_engine.completions import Completions, Skeleton, complete
from pactolus_engine.decision import Outcome
from pactolus_engine.pack.model import All, Any, Not, Pack, Rule
from tests.support.small_packs import (
    a_flag,
    a_fraction,
    compared,
    is_one_of,
    pack_of,
    range_of,
    reading,
    rule,
    weighed,
)

_NEGATIVE = compared("mrd", "below", "1e-5")
_A, _B, _C = (is_one_of(name, "true") for name in "abc")
_FACTS = (a_fraction(), a_flag("a"), a_flag("b"), a_flag("c", "optional"))
_OFFERS = (rule("offer-one", "offer", _NEGATIVE, "one"), rule("offer-two", "offer", Not(_NEGATIVE), "two"))


def _complete(pack: Pack, steps: int = 20_000, **known: str) -> Completions:
    compiled = compile_pack(pack)
    readings = [reading(name, range_of(value)) for name, value in known.items()]
    return complete(compiled, compiled.vector(weighed(pack, *readings)), steps)


_ONE, _TWO = Skeleton(Outcome.OFFER, ("one",)), Skeleton(Outcome.OFFER, ("two",))
_NONE, _WAIT = Skeleton(Outcome.OUT_OF_SCOPE), Skeleton(Outcome.HOLD)


@pytest.mark.parametrize(
    ("more", "skeletons", "depends_on"),
    [
        ((), [_ONE, _TWO], ["mrd"]),
        ((rule("x", "exclude", _A),), [_ONE, _TWO, _NONE], ["a", "mrd"]),
        ((rule("x", "exclude", All((_A, Not(_A)))),), [_ONE, _TWO], ["mrd"]),
        ((rule("x", "exclude", Any((_A, Not(_A)))),), [_NONE], []),
        ((rule("x", "hold", _A), rule("y", "hold", Not(_A))), [_WAIT], []),
        ((rule("x", "hold", _A), rule("y", "exclude", Not(_A))), [_WAIT, _NONE], ["a"]),
        ((rule("x", "hold", _A), rule("y", "exclude", _B)), [_ONE, _TWO, _WAIT, _NONE], ["a", "b", "mrd"]),
        ((rule("x", "exclude", _C),), [_ONE, _TWO], ["mrd"]),
        ((rule("x", "exclude", Not(_C)),), [_ONE, _TWO], ["mrd"]),
        ((rule("x", "block", _A, "one"),), [_ONE, _TWO, _NONE], ["a", "mrd"]),
        ((rule("x", "block", _C, "one"),), [_ONE, _TWO], ["mrd"]),
        ((rule("x", "caveat", _A),), [_ONE, _TWO], ["mrd"]),
        ((rule("x", "offer", Any((_A, Not(_A))), "one"), rule("y", "block", Not(_NEGATIVE), "one")), [_ONE, _TWO], ["mrd"]),
        ((rule("x", "offer", _NEGATIVE, "two"), rule("y", "offer", Not(_NEGATIVE), "one")), [Skeleton(Outcome.OFFER, ("one", "two"))], []),
    ],
)  # fmt: skip
def test_what_may_still_come_out(
    more: tuple[Rule, ...], skeletons: list[Skeleton], depends_on: list[str]
) -> None:
    found = _complete(pack_of(_FACTS, (*_OFFERS, *more)))
    assert set(found.skeletons) == set(skeletons)
    assert list(found.depends_on) == depends_on
    assert found.is_complete


def test_a_known_fact_is_not_completed() -> None:
    found = _complete(pack_of(_FACTS, _OFFERS), mrd="[0, 1e-5)")
    assert found == Completions((_ONE,), (), True)


def test_a_fact_that_matters_only_in_some_completions_is_named() -> None:
    pack = pack_of(_FACTS, (*_OFFERS, rule("x", "exclude", All((_NEGATIVE, _A, _B)))))
    assert _complete(pack).depends_on == ("a", "b", "mrd")
    assert _complete(pack, mrd="[1e-5, 1]").depends_on == ()


_STAGE = (
    rule("one-a", "conclude", _A, "stage", value="I"),
    rule("one-b", "conclude", Not(_A), "stage", value="I"),
    rule("one-c", "conclude", _B, "stage", value="I"),
)


def test_findings_count_once_however_many_rules_state_them() -> None:
    found = _complete(pack_of(_FACTS, _STAGE, ()))
    assert found.skeletons == (Skeleton(Outcome.CONCLUDED, (), (("stage", "I"),)),)
    assert found.depends_on == ()


def test_a_pack_without_options_must_agree_on_its_findings() -> None:
    found = _complete(pack_of(_FACTS, (rule("x", "conclude", _A, "stage", value="I"),), ()))
    assert set(found.skeletons) == {Skeleton(Outcome.CONCLUDED, (), (("stage", "I"),)), _NONE}
    assert found.depends_on == ("a",)


def test_findings_beside_options_are_not_waited_for() -> None:
    found = _complete(pack_of(_FACTS, (*_OFFERS, *_STAGE)), mrd="[0, 1e-5)")
    assert found.skeletons == (_ONE,)


@pytest.mark.parametrize("steps", [0, 1, 2, 5])
def test_a_search_that_met_its_bound_says_so_and_names_all_that_is_open(steps: int) -> None:
    pack = pack_of(_FACTS, (*_OFFERS, rule("x", "hold", _A), rule("y", "exclude", _B)))
    whole, found = _complete(pack), _complete(pack, steps)
    assert not found.is_complete
    assert set(found.skeletons) < set(whole.skeletons)
    assert found.depends_on == ("a", "b", "mrd")


def test_the_bound_counts_nodes() -> None:
    pack = pack_of(_FACTS, _OFFERS)
    assert not _complete(pack, 2).is_complete
    assert _complete(pack, 3).is_complete
