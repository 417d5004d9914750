"""Every operator on a small pack: its mutant is killed by the case that tells its story, and lives without it."""

from functools import cache

import pytest

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.letters import LetterMatcher
from pactolus_adapters.authoring.mutation_bench import Bench, Fate
from pactolus_adapters.authoring.run_cases import run_case
from pactolus_engine.cases import Case
from pactolus_engine.mutants.operators import OPERATORS
from tests.support.tiny_pack import lone_result, tiny_draft

_KNOWN = "drugs: [isatuximab, carfilzomib], cycles: 6, specimen: marrow, sample-date: 2026-02-20"
_OFFER_MORE = "{outcome: OFFER, options: [more], conclusions: {status: negative}}"


def _case(facts: str, expect: str) -> str:
    return f"name: a story\nat: 2026-03-01T09:00:00Z\nfacts: {{{facts}}}\nexpect: {expect}\n"


def _sent(expect: str) -> str:
    return f"name: a story\nat: 2026-03-01T09:00:00Z\nresources: lone.json\nexpect: {expect}\n"


_PLAIN = _case("mrd: {standing: unreadable}, sample-date: 2026-02-20", "{outcome: CONFLICT}")
_OPEN = _case("cycles: 7, specimen: marrow, mrd: 1e-6, sample-date: 2026-02-20", "{outcome: NEED_DATA}")
"""Cases that a mistake of the table below does not show in: the second for mistakes about conflicts."""

_SAMPLES = (
    "drugs: [isatuximab, carfilzomib], cycles: 6, samples: ["
    "{mrd: 1e-6, specimen: marrow, sample-date: 2026-02-20}, {mrd: 2e-4, specimen: marrow, sample-date: 2026-02-10}]"
)
_TWO_SPECIMENS = _SAMPLES.replace("2e-4, specimen: marrow", "2e-4, specimen: blood")


def _traces(*traces: str, expect: str) -> str:
    """A case of nothing but traces, each `day result`."""
    samples = ", ".join(f"{{trace-date: {one.split()[0]}, trace: {one.split()[1]}}}" for one in traces)
    return _case(f"samples: [{samples}]", f"{{outcome: NEED_DATA, {expect}}}")


_CLEAR, _NOT_CLEAR = "fired: [traces-were-clear]", "not-fired: [traces-were-clear]"
_TWO_CLEAR = _traces("2026-01-10 negative", "2026-01-20 negative", expect=_CLEAR)

_KILLED_BY = {
    "rule/offer-more/boundary/when": _case(f"{_KNOWN}, mrd: 1e-5", "{outcome: OFFER, options: [transplant]}"),
    "rule/offer-more/turned/when": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "rule/offer-more/shift-up/when": _case(
        f"{_KNOWN}, mrd: 1.05e-5", "{outcome: OFFER, options: [transplant]}"
    ),
    "rule/offer-more/shift-down/when": _case(f"{_KNOWN}, mrd: 9.5e-6", _OFFER_MORE),
    "rule/look-at-it/all-any/when": _case(f"{_KNOWN}, mrd: {{standing: unreadable}}", "{outcome: CONFLICT}"),
    "rule/look-at-it/drop-part/when.1": _case(
        "cycles: {standing: unreadable}, mrd: 1e-6, specimen: marrow", "{outcome: CONFLICT}"
    ),
    "rule/too-few-cycles/negate/when": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "rule/offer-transplant/un-negate/when": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "rule/other-specimen/drop-code/when.blood": _case(
        "mrd: 1e-6, specimen: blood, sample-date: 2026-02-20", "{outcome: OUT_OF_SCOPE}"
    ),
    "rule/other-specimen/add-code/when.marrow": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "rule/relapse-recorded/replace-code/when": _case("relapse: true", "{outcome: OUT_OF_SCOPE}"),
    "rule/other-drugs/drop-member/when.not.any.0.isatuximab": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "rule/other-drugs/add-member/when.not.any.0.melphalan": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "rule/look-at-it/drop-status/when.any.0.disagreeing": _case(_SAMPLES, "{outcome: CONFLICT}"),
    "rule/look-at-it/replace-status/when.any.1": _case(
        "cycles: {standing: unreadable}", "{outcome: CONFLICT}"
    ),
    "rule/relapse-recorded/drop-rule": _case("relapse: true", "{outcome: OUT_OF_SCOPE}"),
    "rule/relapse-recorded/effect/hold": _case("relapse: true", "{outcome: OUT_OF_SCOPE}"),
    "rule/offer-more/other-option/transplant": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "rule/status-negative/other-value/positive": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "rule/imaging-against-marrow/caveat-options/with.transplant": _case(
        f"{_KNOWN}, mrd: 2e-4, imaging: positive",
        "{outcome: OFFER, caveats: {transplant: []}}",
    ),
    "fact/cycles/absence/optional": _case(
        "mrd: 1e-6, specimen: marrow, sample-date: 2026-02-20",
        "{outcome: NEED_DATA, missing: [cycles, drugs]}",
    ),
    "fact/relapse/absence/optional": _case(f"{_KNOWN}, mrd: 1e-6", "{outcome: OFFER, assumed: [relapse]}"),
    "fact/relapse/assumed-value/true": _case(f"{_KNOWN}, mrd: 1e-6", _OFFER_MORE),
    "fact/mrd/several/latest": _case(_SAMPLES, "{outcome: CONFLICT}"),
    "fact/mrd/drop-only/only": _case(
        "drugs: [isatuximab, carfilzomib], cycles: 6, mrd: 1e-6, specimen: marrow",
        "{outcome: NEED_DATA, missing: [mrd, specimen]}",
    ),
    "fact/mrd/drop-prefer/prefer.0": _case(_TWO_SPECIMENS, _OFFER_MORE),
    "fact/days-since-sample/swap-inputs/derive": _case(
        "mrd: 1e-6, specimen: marrow, sample-date: 2025-12-20", "{outcome: OUT_OF_SCOPE}"
    ),
    "rule/clear-trace/replace-code/when": _TWO_CLEAR,
    "fact/traces-clear/negate/all-of-last.when": _TWO_CLEAR,
    "fact/traces-clear/sample-count/more": _TWO_CLEAR,
    "fact/traces-clear/sample-count/fewer": _traces(
        "2026-01-10 positive", "2026-02-20 negative", expect=_NOT_CLEAR
    ),
    "fact/traces-clear/days-apart/more": _TWO_CLEAR,
    "fact/traces-clear/days-apart/fewer": _traces(
        "2026-01-10 negative", "2026-01-19 negative", expect=_NOT_CLEAR
    ),
    "fact/mrd/drop-suspect/suspect-from": _sent("{outcome: CONFLICT}"),
    "codes/mrd-flow/drop-code/loinc.org.93021-4": _sent("{outcome: CONFLICT}"),
    "codes/mrd-flow/drop-implies/specimen": _sent("{outcome: NEED_DATA, missing: [drugs]}").replace(
        "lone.json", "implied.json"
    ),
    "parameter/window/shift-down": _case(
        f"{_KNOWN.replace('2026-02-20', '2026-01-18')}, mrd: 1e-6", _OFFER_MORE
    ),
    "parameter/window/shift-up": _case(
        f"{_KNOWN.replace('2026-02-20', '2026-01-17')}, mrd: 1e-6", "{outcome: OUT_OF_SCOPE}"
    ),
}
"""Mutant → the case that notices it."""


@cache
def _draft() -> Draft:
    """The pack with every story beside the two cases that notice nothing."""
    stories = {str(number): story for number, story in enumerate(_KILLED_BY.values())}
    cases = {f"story-{number}": story for number, story in stories.items()}
    files = {"lone.json": lone_result("0.06"), "implied.json": lone_result("2e-6")}
    return tiny_draft({**cases, "plain": _PLAIN, "open": _OPEN}, files)


@cache
def _case_of(name: str) -> Case:
    return next(case for case in _draft().cases() if case.place.file == f"cases/{name}.yaml")


def _fate(mutant: str, *names: str) -> Fate:
    return Bench(_draft(), tuple(map(_case_of, names))).verdict(mutant).fate


def test_every_operator_is_in_the_table() -> None:
    assert {mutant.split("/")[2] for mutant in _KILLED_BY} == set(OPERATORS)


def test_every_case_passes_as_the_pack_stands() -> None:
    results = [run_case(case, _draft(), LetterMatcher()) for case in _draft().cases()]
    assert {one.case.place.file: one.differences for one in results if not one.passed} == {}


@pytest.mark.parametrize(("number", "mutant"), tuple(enumerate(_KILLED_BY)))
def test_a_mutant_is_killed_by_its_case_and_lives_without_it(number: int, mutant: str) -> None:
    unnoticed = "open" if "look-at-it" in mutant else "plain"
    assert _fate(mutant, unnoticed, f"story-{number}") is Fate.KILLED
    assert _fate(mutant, unnoticed) is Fate.SURVIVED
