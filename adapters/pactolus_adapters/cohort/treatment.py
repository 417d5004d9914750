"""The drugs and procedures of one patient, coded as different hospitals code them."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from pactolus_adapters.cohort.causes import Cause
from pactolus_adapters.cohort.codes import ATC, NCIT, RXNORM, SNOMED, Code, concept
from pactolus_adapters.cohort.courses import Planned
from pactolus_adapters.cohort.days import Days
from pactolus_adapters.cohort.resources import period, resource
from pactolus_adapters.fhir.exact_json import Tree

__all__ = ["consolidation", "induction", "marrow_aspiration"]

_DRUGS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "isatuximab": ((ATC, "L01FC02"), (NCIT, "C90578")),
        "carfilzomib": ((RXNORM, "1302966"), (ATC, "L01XG02"), (NCIT, "C52196"), (ATC, "L01XX45")),
        "lenalidomide": ((RXNORM, "342369"), (ATC, "L04AX04"), (NCIT, "C2668")),
        "dexamethasone": ((RXNORM, "3264"), (ATC, "H02AB02"), (NCIT, "C422")),
        "daratumumab": ((ATC, "L01FC01"), (NCIT, "C74007")),
        "pomalidomide": ((ATC, "L04AX06"),),
        "melphalan": ((ATC, "L01AA03"), (NCIT, "C642")),
    }
)
_ISA_KRD = ("isatuximab", "carfilzomib", "lenalidomide", "dexamethasone")
_BY_MOUTH = ("lenalidomide", "dexamethasone", "pomalidomide")
_BETWEEN_TRANSPLANTS = timedelta(days=100)
_CYCLE = timedelta(days=28)


def induction(one: Planned, days: Days) -> Iterator[Tree]:
    """The four drugs of Isa-KRd, over the days of the induction, and another one for whoever changed."""
    was_stopped = one.course.cause is Cause.STOPPED_EARLY or (
        one.course.arm is not None and one.dealer.one_in("stopped as planned", 25)
    )
    for drug in _ISA_KRD:
        status = "stopped" if was_stopped and drug == "lenalidomide" else "completed"
        if drug == "isatuximab" and one.dealer.one_in("day by day", 10):
            yield from _by_cycle(one, drug, days)
        else:
            yield _given(one, drug, drug, days.induction_start, days.induction_end, status)
    if one.course.cause is Cause.OTHER_DRUG:
        other = one.dealer.one_of("other drug", ("daratumumab", "pomalidomide"))
        yield _given(one, other, other, days.in_induction(6), days.induction_end)


def _by_cycle(one: Planned, drug: str, days: Days) -> Iterator[Tree]:
    """One administration for each cycle in place of one period."""
    day, cycle = days.induction_start, 1
    while day < days.induction_end - _CYCLE // 2:
        yield _given(one, drug, f"{drug}-{cycle}", day, None)
        day, cycle = day + _CYCLE, cycle + 1


def _given(
    one: Planned, drug: str, name: str, start: date, end: date | None, status: str = "completed"
) -> Tree:
    """A drug over a period, or on one day; by mouth as a statement, otherwise as an administration."""
    kind = "MedicationStatement" if drug in _BY_MOUTH else "MedicationAdministration"
    codes = _DRUGS[drug]
    form = one.dealer.below(f"{drug} code", len(codes) + 1)
    chosen = codes[:2] if form == len(codes) else codes[form : form + 1]
    medication = concept(*(Code(system, code, drug) for system, code in chosen), text=drug)
    when: Tree = {"effectivePeriod": period(start, end)} if end else {"effectiveDateTime": start.isoformat()}
    elements: Tree = {"status": status, "medicationCodeableConcept": medication, **when}
    return resource(kind, one.patient, name, end or start, elements)


def consolidation(one: Planned, days: Days) -> Iterator[Tree]:
    """The transplants that were done, each after melphalan, and Isa-KRd for all but the tandem arm."""
    transplant = Code(SNOMED, "709115004", "Transplantation of autologous hematopoietic stem cell")
    for number in range(one.course.transplants):
        day = days.consolidation_start + number * _BETWEEN_TRANSPLANTS
        yield _given(one, "melphalan", f"melphalan-{number + 1}", day - timedelta(days=1), None)
        yield _procedure(one, f"transplant-{number + 1}", transplant, day)
    if one.course.arm and one.course.arm.letter != "D":
        start = days.consolidation_start + one.course.transplants * _BETWEEN_TRANSPLANTS
        for drug in _ISA_KRD:
            yield _given(one, drug, f"{drug}-consolidation", start, days.consolidation_end)


def marrow_aspiration(one: Planned, name: str, day: date) -> Iterator[Tree]:
    """The procedure by which a marrow sample was taken; not every hospital sends it."""
    if one.dealer.one_in(f"{name} aspiration", 3):
        code = Code(SNOMED, "49401003", "Bone marrow aspiration")
        yield _procedure(one, f"{name}-aspiration", code, day)


def _procedure(one: Planned, name: str, code: Code, day: date) -> Tree:
    elements: Tree = {"status": "completed", "code": concept(code), "performedDateTime": day.isoformat()}
    return resource("Procedure", one.patient, name, day, elements)
