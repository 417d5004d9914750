"""One truth for every rule, or no answer."""

from collections.abc import Mapping

import pytest

from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.errors import EnginesDisagree
from pactolus_engine.kleene import Truth
from pactolus_engine.match.agree import agreed_truths, truths_by_definition, truths_by_engine
from pactolus_engine.match.definition import Definition
from tests.support.small_packs import a_flag, codes, is_one_of, pack_of, reading, rule, weighed

_PACK = pack_of(
    (a_flag("x"), a_flag("y")),
    (rule("first", "exclude", is_one_of("x", "true")), rule("second", "hold", is_one_of("y", "true"))),
)


def _engines(x: str, y: str) -> tuple[CompiledPack, Definition]:
    readings = [reading(name, codes(value)) for name, value in (("x", x), ("y", y)) if value]
    compiled = compile_pack(_PACK)
    return compiled, Definition(_PACK.facts, compiled.definitions, weighed(_PACK, *readings))


@pytest.mark.parametrize(
    ("fired", "first"),
    [
        ({"r0t0"}, Truth.TRUE),
        ({"r0f0"}, Truth.FALSE),
        (set(), Truth.UNKNOWN),
        ({"r0t0", "r0f0"}, None),
    ],
)
def test_the_truth_that_the_engine_proved(fired: set[str], first: Truth | None) -> None:
    assert truths_by_engine(compile_pack(_PACK), frozenset(fired)) == {
        "first": first,
        "second": Truth.UNKNOWN,
    }


def test_the_truth_by_definition() -> None:
    compiled, definition = _engines("true", "")
    expected: Mapping[str, Truth] = {"first": Truth.TRUE, "second": Truth.UNKNOWN}
    assert truths_by_definition(compiled, definition) == expected
    assert agreed_truths(compiled, definition, frozenset({"r0t0"})) == expected


@pytest.mark.parametrize(
    ("fired", "differing"),
    [
        (set(), ("first",)),
        ({"r0f0"}, ("first",)),
        ({"r0t0", "r0f0"}, ("first",)),
        ({"r0t0", "r1t0"}, ("second",)),
        ({"r1f0"}, ("first", "second")),
    ],
)
def test_any_difference_is_an_error_that_names_the_rules(fired: set[str], differing: tuple[str, ...]) -> None:
    compiled, definition = _engines("true", "")
    with pytest.raises(EnginesDisagree) as refused:
        agreed_truths(compiled, definition, frozenset(fired))
    assert refused.value.rules == differing
