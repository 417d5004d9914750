"""Faults planted in the shipped pack: found, and shown by a Bundle that the reader and the core answer so."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.prove import prove_draft, through_fhir, witnesses_of
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.settings import Settings
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.evaluate import evaluate
from pactolus_engine.pack.claims import Code
from pactolus_engine.pack.model import All, Comparison, Condition, Operator, Rule
from pactolus_engine.proof.answer import Answer, answer
from pactolus_engine.proof.contradictions import contradictions
from pactolus_engine.proof.declared import properties
from pactolus_engine.proof.finding import Finding, Result
from pactolus_engine.proof.gaps import gaps
from pactolus_engine.proof.reach import reachable
from pactolus_engine.proof.search import Search
from tests.support.real_packs import CONSOLIDATION, ENDPOINT, real_pack
from tests.support.small_packs import InProcess, compared

_LIMIT = Decimal("1e-5")
_MATCHER = InProcess()

Check = Callable[[Search, Answer], Iterable[Result]]


def _planted(
    *, without: str = "", claims: tuple[str, ...] = (), **changes: Callable[[Rule], Rule]
) -> CompiledPack:
    """The shipped pack with some rules changed, one left out, and these of its properties."""
    pack = real_pack(CONSOLIDATION).pack
    rules = {name: rule for name, rule in pack.rules.items() if name != without}
    for word, change in changes.items():
        name = word.replace("_", "-")
        rules[name] = change(rules[name])
    kept = {name: one for name, one in pack.claims.properties.items() if name in claims}
    own = replace(pack.claims, properties=kept, monotone={})
    return compile_pack(replace(pack, rules=rules, claims=own))


def _when(condition: Condition) -> Callable[[Rule], Rule]:
    return lambda rule: replace(rule, condition=condition)


def _found(compiled: CompiledPack, check: Check) -> Finding:
    also = tuple(one.when for one in compiled.pack.claims.properties.values())
    search = Search(compiled, _MATCHER, also, carried=through_fhir(compiled.pack))
    results = check(search, answer(compiled.pack, compiled.conditions, search.space.patient))
    (finding,) = [one for one in results if isinstance(one, Finding)]
    return finding


def _shown(compiled: CompiledPack, finding: Finding) -> tuple[list[dict[str, Any]], Decision]:
    """The resources of the witness, and what the service decides on them."""
    (witness,) = witnesses_of(compiled.pack, finding)
    assert witness.bundle, witness.not_carried
    settings = Settings()
    limits = Limits(settings.resource_bytes, settings.request_bytes)
    base = settings.code_systems
    facts = read((witness.bundle,), b"", "", compiled.pack, local_base=base, limits=limits)
    decision = evaluate(facts, compiled, witness.patient.instant, _MATCHER)
    entries = json.loads(witness.bundle, parse_float=Decimal)["entry"]
    return [entry["resource"] for entry in entries], decision


def _mrd(finding: Finding) -> Decimal | None:
    (witness,) = finding.witnesses
    (value,) = [one.value for one in witness.statements if one.fact == "mrd"]
    return getattr(value, "low", None)


def test_the_shipped_packs_are_proved() -> None:
    for name in (CONSOLIDATION, ENDPOINT):
        report = prove_draft(Draft(name, {}, real_pack(name)), _MATCHER)
        assert report.open_findings == ()
        assert report.undecided == ()
        assert report.proved[Code.PROPERTY_VIOLATED] == len(real_pack(name).pack.claims.properties)


def test_above_in_place_of_at_least_leaves_a_gap_at_the_threshold() -> None:
    compiled = _planted(mrd_positive=_when(compared("mrd", "above", "1e-5")))
    finding = _found(compiled, gaps)
    assert finding.code is Code.GAP
    assert _mrd(finding) == _LIMIT
    _, decision = _shown(compiled, finding)
    assert decision.outcome is Outcome.OUT_OF_SCOPE
    assert not [one for one in decision.reasons if one.truth == "true"]


def test_at_most_in_place_of_below_contradicts_at_the_threshold() -> None:
    compiled = _planted(mrd_negative=_when(compared("mrd", "at-most", "1e-5")))
    finding = _found(compiled, contradictions)
    assert finding.code is Code.CONTRADICTION
    assert _mrd(finding) == _LIMIT
    _, decision = _shown(compiled, finding)
    assert {one.value for one in decision.conclusions} == {"negative", "positive"}


def test_a_swapped_option_violates_a_property() -> None:
    compiled = _planted(
        claims=("positive-never-offers-chemotherapy-alone",),
        offer_tandem_asct=lambda rule: replace(rule, target="isa-krd-x6"),
    )
    finding = _found(compiled, properties)
    assert (finding.code, finding.subject) == (
        Code.PROPERTY_VIOLATED,
        "positive-never-offers-chemotherapy-alone",
    )
    _, decision = _shown(compiled, finding)
    assert "isa-krd-x6" in {option.id for option in decision.options}
    assert ("mrd-status", "positive") in {(one.id, one.value) for one in decision.conclusions}


def test_a_dropped_exclusion_violates_a_property() -> None:
    compiled = _planted(without="specimen-is-blood", claims=("offered-only-from-marrow",))
    finding = _found(compiled, properties)
    resources, decision = _shown(compiled, finding)
    assert decision.outcome is Outcome.OFFER
    (specimen,) = [one for one in resources if one["resourceType"] == "Specimen"]
    (coding,) = specimen["type"]["coding"]
    blood = {code.code for code in compiled.pack.code_sets["specimen-blood"].codings}
    assert coding["code"] in blood


def test_an_age_that_is_let_in_violates_a_property() -> None:
    """The solver bounds years by days; the witness has a real date of birth, 66 years before diagnosis."""
    compiled = _planted(
        claims=("another-age-never-offers",),
        age_66_or_over=_when(compared("age-at-diagnosis", "above", "66")),
    )
    finding = _found(compiled, properties)
    _, decision = _shown(compiled, finding)
    assert decision.outcome is Outcome.OFFER
    assert {one.shown for one in decision.trace.facts if one.fact == "age-at-diagnosis"} == {"66 a"}


def test_a_rule_that_asks_for_both_sides_is_unreachable() -> None:
    both = All(
        (
            Comparison("age-at-diagnosis", Operator.BELOW, Decimal(18)),
            Comparison("age-at-diagnosis", Operator.AT_LEAST, Decimal(18)),
        )
    )
    compiled = _planted(age_under_18=_when(both))
    finding = _found(compiled, lambda search, _: [reachable(search, compiled.pack.rules["age-under-18"])])
    assert finding.code is Code.UNREACHABLE_RULE
