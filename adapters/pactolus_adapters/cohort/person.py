"""Who the patient is and what the disease is: Patient, Condition, and facts from the time of diagnosis.

Nothing here looks like a person: names say that they are synthetic, identifiers come from a system that does not exist.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from types import MappingProxyType

from pactolus_adapters.cohort.codes import ICD_10, ICD_10_CM, LOINC, SNOMED, Code, concept, local
from pactolus_adapters.cohort.courses import Planned
from pactolus_adapters.cohort.days import Days
from pactolus_adapters.cohort.reports import Amount
from pactolus_adapters.cohort.resources import observation, resource, truth
from pactolus_adapters.fhir.exact_json import Tree

__all__ = ["at_diagnosis", "patient", "response"]

_AGES = (36, 42, 46, 49, 51, 53, 55, 56, 57, 58, 59, 59, 60, 61, 62, 62, 63, 63, 64, 64, 65, 65)
"""Ages at diagnosis, each as often as it stands here; the median is the published 59 and none reaches 66."""

_SNOMED = Code(SNOMED, "109989006", "Multiple myeloma")
_ICD = Code(ICD_10, "C90.0", "Multiple myeloma")
_ICD_CM = Code(ICD_10_CM, "C90.00", "Multiple myeloma not having achieved remission")
_MYELOMA = ((_SNOMED,), (_SNOMED, _ICD), (_ICD,), (_ICD_CM,), (_SNOMED, _ICD_CM))
_RESPONSE = Code(LOINC, "88040-1", "Response to cancer treatment")
_RESPONSES = MappingProxyType(
    {
        "sCR": "Stringent complete response",
        "CR": "Complete response",
        "VGPR": "Very good partial response",
        "PR": "Partial response",
        "PD": "Progressive disease",
    }
)


def patient(one: Planned, days: Days, died: date | None) -> Tree:
    """The Patient. `died`: on which day, if so."""
    dealer, number = one.dealer, one.patient.rpartition("-")[2]
    elements: Tree = {
        "identifier": [
            {"system": "https://synthetic.example/identifiers/cohort", "value": f"SYNTHETIC-{number}"}
        ],
        "name": [{"family": "Synthetic", "given": [f"Patient {number}"]}],
        "gender": "male" if dealer.below("gender", 100) < 57 else "female",
        "birthDate": _birth_date(one, days),
    }
    if died:
        elements["deceasedDateTime"] = died.isoformat()
    return resource("Patient", one.patient, "", died or days.diagnosis, elements)


def _birth_date(one: Planned, days: Days) -> str:
    """A birth date, or the month or year of one where the age stays surely below 66.

    Surely: whatever day of its month the diagnosis, too, was made on.
    """
    age = _age(one)
    born = days.diagnosis.replace(year=days.diagnosis.year - age, day=min(days.diagnosis.day, 28))
    born -= timedelta(days=one.dealer.below("birthday", 360))
    form = one.dealer.below("birth date", 12)
    if form == 0 and age <= 63:
        return str(born.year)
    return born.isoformat()[:7] if form in {1, 2} and age <= 64 else born.isoformat()


def _age(one: Planned) -> int:
    """At diagnosis, in years."""
    return one.dealer.one_of("age", _AGES)


def at_diagnosis(one: Planned, days: Days) -> Iterator[Tree]:
    """The myeloma, and what may have been recorded with it."""
    yield _condition(one, "myeloma", _MYELOMA[one.dealer.below("myeloma", len(_MYELOMA))], "active", days)
    if one.dealer.one_in("precursor", 20):
        mgus = Code(SNOMED, "277577000", "Monoclonal gammopathy of uncertain significance")
        yield _condition(
            one, "gammopathy", (mgus,), one.dealer.one_of("gone", ("inactive", "resolved")), days
        )
    risk = one.dealer.below("cytogenetics", 12)
    if risk > 1:
        code = local("high-risk-cytogenetics", "High-risk cytogenetics at diagnosis")
        yield observation(one.patient, "cytogenetics", code, days.diagnosis, truth(risk == 2))
    if one.dealer.one_in("translocation", 4):
        code = Code(LOINC, "21801-6", "t(11;14) fusion transcript")
        found = (
            ("260373001", "Detected") if one.dealer.one_in("t(11;14)", 5) else ("260415000", "Not detected")
        )
        value: Tree = {"valueCodeableConcept": concept(Code(SNOMED, *found))}
        yield observation(one.patient, "t-11-14", code, days.diagnosis, value)
    if one.dealer.one_in("protein", 3):  # in no code set: it is passed over
        spike = Amount(str(one.dealer.between("spike", 5, 70)), "g/L")
        code = Code(LOINC, "51435-6", "M-protein")
        yield observation(one.patient, "m-protein", code, days.diagnosis, {"valueQuantity": spike.quantity()})


def _condition(one: Planned, name: str, codes: tuple[Code, ...], status: str, days: Days) -> Tree:
    clinical = Code("http://terminology.hl7.org/CodeSystem/condition-clinical", status, status.capitalize())
    verified = Code("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed", "Confirmed")
    elements: Tree = {
        "clinicalStatus": concept(clinical),
        "verificationStatus": concept(verified),
        "code": concept(*codes),
        "recordedDate": days.diagnosis.isoformat(),
    }
    form = one.dealer.below(f"{name} onset", 6)
    if form:  # else the day it was recorded counts
        day = days.diagnosis.isoformat()
        elements["onsetDateTime"] = day[:7] if form == 1 and _may_be_a_month(one, days) else day
    return resource("Condition", one.patient, name, days.diagnosis, elements)


def _may_be_a_month(one: Planned, days: Days) -> bool:
    """Whether the month of the diagnosis is enough: it came before the first drug, and before 66, in any case."""
    return days.diagnosis.replace(day=1) < days.induction_start.replace(day=1) and _age(one) <= 64


def response(one: Planned, name: str, day: date, category: str) -> Tree:
    """An assessment of the response, by IMWG category."""
    code = Code("https://pactolus.example/fhir/CodeSystem/imwg-response", category, _RESPONSES[category])
    return observation(one.patient, name, _RESPONSE, day, {"valueCodeableConcept": concept(code)})
