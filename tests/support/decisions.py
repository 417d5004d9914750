"""Decisions of every outcome, built by hand for a small pack; the patients are synthetic."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from pactolus_engine.decision import (
    Assumption,
    BlockedOption,
    Caveat,
    Conclusion,
    Decision,
    Evidence,
    FactTrace,
    FactUsed,
    Missing,
    OfferedOption,
    Outcome,
    PackIdentity,
    PossibleOutcome,
    Reason,
    Trace,
)
from pactolus_engine.facts import FactSet, PassedOver, PatientIdentity, Reading, Source, Standing
from pactolus_engine.pack.model import (
    Absence,
    Binding,
    CodeSet,
    Coding,
    Derivation,
    Fact,
    FactType,
    Option,
    Pack,
    Place,
    Request,
)
from pactolus_engine.values import Codes, Members, Value, exactly

__all__ = ["a_decision", "a_pack", "some_facts"]

_HERE = Place("facts.yaml", 1, 1)
_TRIAL = Evidence("midas", "Perrot A et al. 2025", "studied <both> & reported", doi="10.1056/NEJMoa2505133")
_REGISTRY = Evidence("registry", "registry entry", "design only", url="https://registry.example/midas")
_CAVEAT = Caveat("imaging-unknown", "no imaging was sent", (_TRIAL,))
_MRD_SOURCE = Source("Observation/mrd-1", "Observation.value", "3")
_CONDITION = Source("Condition/mm", "Condition.code", "1")
_AT = "2026-03-01T09:00:00.000Z"


def a_pack() -> Pack:
    """A pack with facts of every kind of binding and two options; it has no rules."""
    facts = (
        _fact("mrd", FactType.FRACTION, Binding(("Observation",), ("mrd",), "clone-fraction", {}, {})),
        _fact("specimen", FactType.CODE, Binding((), (), "specimen-type", {}, {}), of="mrd"),
        _fact("diagnosis", FactType.BOOLEAN, Binding(("Condition",), ("myeloma",), "presence", {}, {})),
        _fact("diagnosis-date", FactType.DATE, Binding((), (), "onset", {}, {}), of="diagnosis"),
        _fact("birth-date", FactType.DATE, Binding(("Patient",), (), "birth-date", {}, {})),
        _fact(
            "regimen",
            FactType.SET,
            Binding(
                ("MedicationAdministration", "MedicationStatement"), (), "drug", {"isatuximab": "isa"}, {}
            ),
        ),
        _fact(
            "age",
            FactType.INTEGER,
            None,
            derivation=Derivation("years-between", ("birth-date", "diagnosis-date")),
        ),
    )
    code_sets = (
        CodeSet("mrd", (Coding("local:mrd", "mrd-ngs", "MRD"), Coding("http://loinc.org", "93021-4"))),
        CodeSet("myeloma", (Coding("http://snomed.info/sct", "109989006", "Multiple myeloma"),)),
        CodeSet("isa", (Coding("http://www.whocc.no/atc", "L01FC02", "isatuximab"),)),
    )
    return Pack(
        id="midas-consolidation",
        version="1.0.0",
        language="1",
        title="Consolidation",
        description="What was studied.",
        evidence_as_of=date(2026, 1, 1),
        review_by=date(2027, 1, 1),
        facts={fact.id: fact for fact in facts},
        code_sets={one.name: one for one in code_sets},
        parameters={},
        parameter_values={},
        options={option.id: option for option in _options()},
        rules={},
        evidence={},
        digest="ab" * 32,
        content_digest="c" * 64,
    )


def some_facts(patient: str = "Patient/p1") -> FactSet:
    """Readings of a patient whose diagnosis is known, with one provisional one beside it."""
    readings = (
        _reading("mrd", _MRD_SOURCE, exactly(Decimal("3e-6"))),
        _reading("specimen", Source("urn:uuid:0b9c6b5c-37c1-4a55-8a4f-1f2f3a4b5c6d", "Specimen.type"), None),
        _reading("diagnosis", _CONDITION, Codes(frozenset({"true"}))),
        _reading(
            "diagnosis", Source("Condition/maybe", "Condition.code"), Codes(frozenset({"true", "false"}))
        ),
        _reading("regimen", Source("MedicationStatement/isa", ""), Members(frozenset({"isatuximab"}))),
    )
    unknown = Source("Observation/else", "Observation.code", "9")
    return FactSet(
        PatientIdentity(patient, patient),
        readings,
        (*(reading.source for reading in readings), unknown),
        (PassedOver(unknown, "its code is in no code set of the pack"),),
    )


def a_decision(outcome: Outcome, patient: str = "Patient/p1", shown: str = "3e-6 1") -> Decision:
    """A decision of this outcome; `shown` is the MRD as a reader sees it."""
    offers = outcome is Outcome.OFFER
    open_ = outcome is Outcome.NEED_DATA
    concludes = outcome in {Outcome.OFFER, Outcome.CONCLUDED}
    return Decision(
        decision_id="cd" * 32,
        outcome=outcome,
        options=tuple(map(_offered, _options())) if offers else (),
        conclusions=(Conclusion("mrd-status", "negative", "MRD status", (_TRIAL,)),) if concludes else (),
        reasons=_reasons(outcome, shown),
        missing=_missing() if open_ else (),
        minimal_missing_sets=(("mrd", "specimen"), ("age",)) if open_ else (),
        possible_outcomes=(PossibleOutcome(Outcome.OFFER, ("isa-krd-x6",)),) if open_ else (),
        possible_outcomes_complete=not open_,
        assumptions=(Assumption("relapse", "false", "no relapse is recorded"),),
        caveats=(_CAVEAT,),
        blocked_options=(BlockedOption("tandem", "one-graft", "one graft only"),),
        trace=Trace(
            (), (FactTrace("diagnosis", "known", "true", ("true",), (_CONDITION,)),), some_facts().passed_over
        ),
        pack=PackIdentity("midas-consolidation", "1.0.0", "ab" * 32),
        patient=patient,
        evaluation_time=_AT,
    )


def _fact(
    name: str, kind: FactType, binding: Binding | None, of: str = "", derivation: Derivation | None = None
) -> Fact:
    fact = Fact(name, f"the {name}", kind, Absence.REQUIRED, _HERE, binding=binding, derivation=derivation)
    return replace(fact, of=of)


def _reading(fact: str, source: Source, value: Value | None) -> Reading:
    standing = Standing.UNUSABLE if value is None else Standing.FINAL
    return Reading(fact, source, source.reference, value, standing)


def _options() -> tuple[Option, ...]:
    shared = (
        Request("service", "a course", None),
        Request("medication", "isatuximab", Coding("http://www.whocc.no/atc", "L01FC02", "isatuximab")),
        Request("medication", "site drug", Coding("local:drug", "d1")),
    )
    return (
        Option("isa-krd-x6", "Six cycles", "Six further cycles.", ("midas",), shared, _HERE),
        Option("bare", "Nothing named", "No request named.", (), (), _HERE),
    )


def _offered(option: Option) -> OfferedOption:
    evidence = (_TRIAL, _REGISTRY) if option.evidence else ()
    return OfferedOption(option.id, option.title, option.description, (_CAVEAT,), evidence)


def _missing() -> tuple[Missing, ...]:
    names = ("mrd", "specimen", "age", "regimen")
    return tuple(Missing(name, f"the {name}", "nobody sent it", f"send the {name}") for name in names)


def _reasons(outcome: Outcome, shown: str) -> tuple[Reason, ...]:
    effects = {
        Outcome.OFFER: "offer",
        Outcome.HOLD: "hold",
        Outcome.OUT_OF_SCOPE: "exclude",
        Outcome.CONFLICT: "conflict",
    }
    effect = effects.get(outcome)
    used = (FactUsed("mrd", "MRD", shown, (_MRD_SOURCE,)), FactUsed("age", "Age", "unknown: missing", ()))
    unknown = Reason("other-subject", "conflict", "unknown", "Another subject", "whose is it", (), used)
    if effect is None:
        return (unknown,)
    return (Reason("the-rule", effect, "true", "The rule", "because", (_TRIAL,), used), unknown)
