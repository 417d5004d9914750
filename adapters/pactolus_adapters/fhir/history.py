"""Reads Conditions, Procedures and the birth date: what the patient has, had, and had done."""

from pactolus_adapters.fhir.dates import days_of
from pactolus_adapters.fhir.resource import Resource, objects, text
from pactolus_adapters.fhir.times import date_word, time_key, timed
from pactolus_adapters.fhir.withdrawal import verification
from pactolus_adapters.fhir.words import BOTH, Reader, Word, boolean
from pactolus_engine.pack.model import Fact
from pactolus_engine.values import Codes

__all__ = ["read_condition", "read_patient", "read_procedure"]

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_ACTIVE = frozenset({"active", "recurrence", "relapse"})
_RELAPSED = frozenset({"recurrence", "relapse"})
_PERFORMED = {"completed": boolean(True), "not-done": boolean(False)}


def read_condition(reader: Reader, fact: Fact, resource: Resource, code_sets: frozenset[str]) -> list[Word]:
    """Presence (whatever the clinical status: a myeloma in remission is one), status, or onset."""
    element = fact.binding.element if fact.binding else ""
    if element == "presence":
        shown = reader.book.shown(resource.body.get("code"), code_sets)
        return [Word(resource.source("code"), _presence(resource), shown=shown)]
    if element == "active":
        return [_clinical(resource, _ACTIVE)]
    if element == "relapsed":
        return [_clinical(resource, _RELAPSED)] if "clinicalStatus" in resource.body else []
    return _onset(reader, resource) if element == "onset" else []


def _clinical(resource: Resource, asked: frozenset[str]) -> Word:
    """Whether the clinical status of what is present is one of those asked; without one it may be."""
    codings = objects(resource.body.get("clinicalStatus"), "coding")
    stated = {text(one, "code") for one in codings if text(one, "system") == _CLINICAL}
    presence, source = _presence(resource), resource.source("clinicalStatus")
    if presence == boolean(False) or (stated and not stated & asked):
        return Word(source, boolean(False), shown=", ".join(sorted(stated)))
    if not stated:
        return Word(resource.source("code"), BOTH, note="the clinical status is not given")
    return Word(source, presence, shown=", ".join(sorted(stated)))


def _presence(resource: Resource) -> Codes:
    codes = verification(resource)
    if not codes or codes == {"confirmed"}:
        return boolean(True)
    return boolean(False) if codes == {"refuted"} else BOTH


def _onset(reader: Reader, resource: Resource) -> list[Word]:
    """The onset, else the day it was recorded; of a refuted condition neither."""
    if verification(resource) == {"refuted"}:
        return reader.pass_over(resource, "the condition is refuted; its dates date nothing", "onset")
    if key := time_key(resource.body, "onset"):
        return [date_word(resource.body, key, resource.source("onset"))]
    written = text(resource.body, "recordedDate")
    note = "no onset is given; the day it was recorded counts"
    source = resource.source("recordedDate")
    return [Word(source, days_of(written), shown=written, note=note)] if written else []


def read_procedure(reader: Reader, fact: Fact, resource: Resource, code_sets: frozenset[str]) -> list[Word]:
    """Presence (completed: yes, not done: no, anything else: either) or when it was performed.

    A procedure in preparation has not begun: it says nothing of what was done.
    """
    element = fact.binding.element if fact.binding else ""
    if resource.status == "preparation":
        return reader.pass_over(resource, "the procedure is planned and has not begun", "status")
    if element == "presence":
        shown = reader.book.shown(resource.body.get("code"), code_sets)
        value = _PERFORMED.get(resource.status, BOTH)
        return [Word(resource.source("code"), value, shown=shown)]
    return timed(resource, "performed") if element == "performed" else []


def read_patient(fact: Fact, resource: Resource) -> list[Word]:
    """The birth date, as written."""
    written = text(resource.body, "birthDate")
    if not written or not fact.binding or fact.binding.element != "birth-date":
        return []
    return [Word(resource.source("birthDate"), days_of(written), shown=written)]
