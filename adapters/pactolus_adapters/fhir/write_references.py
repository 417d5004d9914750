"""References from what is written to what was sent.

A resource that was sent is not in the Bundle that goes back. `Type/id` and web addresses are
referred to literally, with the version where one is known; a `urn:` name means something only
within the Bundle it came in, so it becomes a logical reference (FHIR R4, Reference.identifier) and
the new Bundle holds no literal reference that leads nowhere.
"""

import re
from collections.abc import Iterable

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_context import Context
from pactolus_engine.decision import Decision, FactUsed
from pactolus_engine.facts import Reading, Source, Standing
from pactolus_engine.pack.model import Absence, Fact
from pactolus_engine.values import Codes

__all__ = [
    "condition_references",
    "decision_references",
    "fact_references",
    "named_reference",
    "read_references",
    "source_reference",
    "subject_reference",
    "used_references",
]

_URI = "urn:ietf:rfc:3986"
_LITERAL = re.compile(r"(https?://[^\s|#?]+/)?[A-Z][A-Za-z]{1,63}/[A-Za-z0-9\-.]{1,64}")
_WEB = re.compile(r"https?://[^\s]+")
_VERSIONED = re.compile(_LITERAL.pattern + r"/_history/[A-Za-z0-9\-.]{1,64}")
_VERSION = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def subject_reference(context: Context) -> Tree:
    """The patient as the request named it, or the plain statement that nobody did."""
    if not context.decision.patient.strip():
        return {"display": "patient not identified in the request"}
    return {**named_reference(context.decision.patient), "type": "Patient"}


def source_reference(source: Source) -> Tree:
    """A resource that was sent, in the version that was read where it has one."""
    found = named_reference(source.reference)
    if _LITERAL.fullmatch(source.reference) and _VERSION.fullmatch(source.version):
        return {"reference": f"{source.reference}/_history/{source.version}"}
    return found


def used_references(context: Context) -> list[Node]:
    """Every resource that spoke of a fact of the pack, each once, sorted."""
    return _references(reading.source for reading in context.facts.readings)


def read_references(context: Context) -> list[Node]:
    """Every resource that was sent, those passed over too, each once, sorted."""
    readings = (reading.source for reading in context.facts.readings)
    return _references((*context.facts.resources, *readings))


def fact_references(facts: Iterable[FactUsed]) -> list[Node]:
    """The resources behind these facts, each once, sorted."""
    return _references(source for fact in facts for source in fact.sources)


def decision_references(decision: Decision) -> list[Node]:
    """The resources behind every fact that a decision looked at, each once, sorted."""
    traced = [source for fact in decision.trace.facts for source in fact.sources]
    told = [source for reason in decision.reasons for fact in reason.facts for source in fact.sources]
    return _references([*traced, *told])


def condition_references(context: Context) -> list[Node]:
    """The Conditions that establish the diagnosis the pack is about, as such and in no version.

    That is each required fact which the pack reads as the presence of a Condition, where the reading
    is final and surely true; a provisional or refuted diagnosis is nothing to plan for.
    """
    diagnoses = frozenset(fact.id for fact in context.pack.facts.values() if _is_diagnosis(fact))
    sure = (r.source for r in context.facts.readings if r.fact in diagnoses and _is_sure(r))
    names = {source.reference for source in sure if _is_in_force(context, diagnoses, source)}
    return [named_reference(name) for name in sorted(names)]


def _is_diagnosis(fact: Fact) -> bool:
    binding = fact.binding
    if binding is None or fact.absence is not Absence.REQUIRED:
        return False
    return binding.resources == ("Condition",) and binding.element == "presence"


def _is_sure(reading: Reading) -> bool:
    return reading.standing is Standing.FINAL and reading.value == Codes(frozenset({"true"}))


def _is_in_force(context: Context, facts: frozenset[str], source: Source) -> bool:
    """Whether the rules saw this source: an older version of a resource was set aside before them."""
    traced = [trace for trace in context.decision.trace.facts if trace.fact in facts and trace.sources]
    return not traced or any(source in trace.sources for trace in traced)


def _references(sources: Iterable[Source]) -> list[Node]:
    by_name = {(source.reference, source.version): source for source in sources}
    return [source_reference(by_name[name]) for name in sorted(by_name)]


def named_reference(text: str) -> Tree:
    """A reference to what is known by this text: literal where it leads somewhere, else logical."""
    if any(form.fullmatch(text) for form in (_LITERAL, _VERSIONED, _WEB)):
        return {"reference": text}
    if text.startswith("urn:"):
        return {"identifier": {"system": _URI, "value": text}}
    return {"identifier": {"value": text}}
