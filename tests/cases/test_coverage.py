"""The cases of the shipped packs show nearly all of them, and coverage sees what the decisions saw."""

import pytest

from pactolus_adapters.authoring.cover import case_states, counted_cases, new_tally
from pactolus_adapters.authoring.judge_cases import settled
from pactolus_adapters.authoring.run_cases import run_case
from pactolus_engine.coverage import Kind
from pactolus_engine.match.agree import truths_by_definition
from pactolus_engine.match.definition import Definition
from tests.cases.test_cases import draft
from tests.support.small_packs import InProcess

_LEAST = 980
"""Thousandths of each kind that the cases of a shipped pack must show."""

_TAKEN = {
    "cases/t02-retract-cancelled.yaml",
    "cases/t03-retract-amended-sent-alone.yaml",
    "cases/t04-older-version-after-newer.yaml",
}
"""Cases that are decided from more than was sent."""


@pytest.mark.parametrize("pack", ["master-like", "midas-consolidation", "midas-endpoint", "r-iss"])
def test_a_shipped_pack_is_covered(pack: str) -> None:
    own = draft(pack)
    tally = new_tally(own)
    assert sum(1 for _ in counted_cases(own, tally)) == len(own.cases())
    found = tally.coverage()
    least = {Kind.CONDITION: _LEAST - 5}
    short = [kind for kind in Kind if found.share(kind).permille < least.get(kind, _LEAST)]
    assert short == [], [(item.rule, item.text, item.lacking) for item in found.gaps]


def test_what_is_taken_from_earlier_requests_is_seen_as_the_decision_saw_it() -> None:
    own, matcher = draft("midas-consolidation"), InProcess()
    cases = [case for case in own.cases() if case.place.file in _TAKEN]
    assert len(cases) == len(_TAKEN)
    for case in cases:
        decision, states = run_case(case, own, matcher).decision, case_states(case, own)
        assert decision is not None and states is not None
        compiled = own.compiled_with(case.overlay)
        meaning = Definition(compiled.pack.facts, compiled.definitions, states)
        truths = truths_by_definition(compiled, meaning)
        told = {one.rule: one.truth for one in settled(decision).trace.rules}
        assert {rule: truth.value for rule, truth in truths.items()} == told, case.place.file
