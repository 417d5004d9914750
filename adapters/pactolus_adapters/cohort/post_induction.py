"""A patient as known when consolidation is decided: what the first snapshot holds of one."""

from collections.abc import Iterator
from datetime import date, timedelta

from pactolus_adapters.cohort.causes import Cause
from pactolus_adapters.cohort.codes import LOINC, SNOMED, Code, concept, local
from pactolus_adapters.cohort.courses import Level, Planned
from pactolus_adapters.cohort.days import Days, days_of
from pactolus_adapters.cohort.mrd_results import Sampling, mrd_result
from pactolus_adapters.cohort.person import at_diagnosis, patient, response
from pactolus_adapters.cohort.report_forms import forms_after_induction, forms_of_cause
from pactolus_adapters.cohort.reports import FLOW, Amount, Report
from pactolus_adapters.cohort.resources import observation, truth
from pactolus_adapters.cohort.treatment import induction, marrow_aspiration
from pactolus_adapters.fhir.exact_json import Tree

__all__ = ["after_induction", "own_days"]

_UNFINISHED = frozenset({Cause.PROGRESSED_EARLY, Cause.DIED_EARLY, Cause.TOXICITY})
_WITHOUT_END = frozenset({Cause.WITHDREW_EARLY, Cause.LOST})
_WITHOUT_SAMPLE = _UNFINISHED | _WITHOUT_END | {Cause.OTHER_DRUG, Cause.WITHDREW}
_LATE = timedelta(days=60)
_WINDOW = timedelta(days=-7), timedelta(days=42)
_HIGH = Amount("20", "/10*6")
_LOW = Amount("2", "/10*6")
_CONFIRMING = Report(FLOW, "%", ("0.004", "0.03"), lod="0.0004", cells=5_000_000)
_GOOD = ("sCR", "CR", "CR", "VGPR", "VGPR", "VGPR", "PR")


def own_days(one: Planned) -> Days:
    """The days of this patient; whoever did not complete induction had two to five cycles."""
    return days_of(one.dealer, _cycles(one))


def _cycles(one: Planned) -> int:
    return one.dealer.between("cycles", 2, 5) if one.course.cause in _UNFINISHED else 6


def after_induction(one: Planned, died: date | None = None) -> Iterator[Tree]:
    """Every resource of the patient up to the decision. `died`: later, during consolidation."""
    days, cause = own_days(one), one.course.cause
    if cause is Cause.DIED_EARLY:
        died = days.induction_end + timedelta(days=5)
    yield patient(one, days, died)
    yield from at_diagnosis(one, days)
    yield from induction(one, days)
    yield from _about_transplant(one, days)
    if cause not in _WITHOUT_END:
        yield _end_of_induction(one, days)
    if cause not in _WITHOUT_END and cause is not Cause.DIED_EARLY:
        yield response(one, "response", days.response, _category(one))
        yield from _imaging(one, days)
        yield from _organs(one, days)
    if cause is Cause.STOPPED_EARLY or one.course.arm:
        code = local("induction-as-planned", "The drugs of induction were given as planned")
        value = truth(cause is not Cause.STOPPED_EARLY)
        yield observation(one.patient, "as-planned", code, days.induction_end, value)
    if cause not in _WITHOUT_SAMPLE:
        yield from _sample(one, days)


def _end_of_induction(one: Planned, days: Days) -> Tree:
    """How many cycles, and when the last one ended; as a bare number or as a quantity."""
    code, cycles = local("induction-cycles", "Completed cycles of induction"), _cycles(one)
    value: Tree = {"valueInteger": cycles}
    if one.dealer.one_in("cycles as quantity", 4):
        value = {"valueQuantity": Amount(str(cycles), "{cycles}").quantity()}
    return observation(one.patient, "cycles", code, days.induction_end, value)


def _category(one: Planned) -> str:
    if one.course.cause in {Cause.PROGRESSED_EARLY, Cause.PROGRESSED}:
        return "PD"
    return one.dealer.one_of("response category", _GOOD)


def _about_transplant(one: Planned, days: Days) -> Iterator[Tree]:
    """Eligibility, always; a refusal and the grafts in store where they are recorded."""
    cause, day = one.course.cause, days.in_induction(5)
    eligible = local("transplant-eligible", "Eligible for autologous transplant")
    yield observation(one.patient, "eligible", eligible, days.diagnosis, truth(True))
    if cause is Cause.NOT_FIT:
        yield observation(one.patient, "not-eligible", eligible, days.response, truth(False))
    if cause is Cause.DECLINED or (one.course.arm and one.dealer.one_in("not declined", 6)):
        declined = local("transplant-declined", "Patient declines autologous transplant")
        yield observation(one.patient, "declined", declined, days.response, truth(cause is Cause.DECLINED))
    if cause is Cause.NO_GRAFT or not one.dealer.one_in("grafts unknown", 6):
        grafts = 0 if cause is Cause.NO_GRAFT else one.dealer.between("grafts", 2, 4)
        code = local("stem-cell-grafts", "Autologous grafts in store")
        yield observation(one.patient, "grafts", code, day, {"valueInteger": grafts})


def _imaging(one: Planned, days: Days) -> Iterator[Tree]:
    """A PET-CT, if there is one: positive only above 1e-5, or where it is what kept the patient out."""
    is_positive = one.course.cause is Cause.IMAGING or (
        one.course.level is Level.POSITIVE and one.dealer.one_in("positive imaging", 8)
    )
    if is_positive or not one.dealer.one_in("no imaging", 4):
        finding = (
            Code(SNOMED, "10828004", "Positive") if is_positive else Code(SNOMED, "260385009", "Negative")
        )
        code = local("pet-ct", "PET-CT after induction")
        yield observation(
            one.patient, "pet-ct", code, days.imaging, {"valueCodeableConcept": concept(finding)}
        )


def _organs(one: Planned, days: Days) -> Iterator[Tree]:
    """Heart and kidney; no rule looks at them before a site sets a limit."""
    if one.dealer.one_in("heart", 3):
        ejection = Amount(str(one.dealer.between("ejection", 52, 70)), "%")
        code = Code(LOINC, "10230-1", "Left ventricular ejection fraction")
        yield observation(one.patient, "lvef", code, days.response, {"valueQuantity": ejection.quantity()})
    if one.dealer.one_in("kidney", 3):
        clearance = Amount(str(one.dealer.between("clearance", 55, 120)), "mL/min")
        code = Code(LOINC, "2164-2", "Creatinine renal clearance")
        yield observation(
            one.patient, "clearance", code, days.response, {"valueQuantity": clearance.quantity()}
        )


def _sample(one: Planned, days: Days) -> Iterator[Tree]:
    """The MRD result that decides, and for a few a second one that says the same, or does not."""
    course, day = one.course, days.sample
    if course.cause is Cause.LATE_SAMPLE:
        day = days.induction_end + _LATE
    first, last = (days.induction_end + each for each in _WINDOW)
    earlier = None
    if course.level:
        earlier = _LOW if course.level is Level.POSITIVE else _HIGH
    sampling = Sampling(one.patient, "mrd", one.dealer, day, first, last, earlier)
    forms = _forms(one)
    yield from mrd_result(sampling, forms[course.rank % len(forms)])
    yield from marrow_aspiration(one, "mrd", day)
    is_confirmed = course.arm and course.level is Level.POSITIVE and one.dealer.one_in("confirmed", 15)
    if is_confirmed or course.cause is Cause.DISAGREE:
        yield from mrd_result(Sampling(one.patient, "mrd-flow", one.dealer, day, first, last), _CONFIRMING)


def _forms(one: Planned) -> tuple[Report, ...]:
    cause, level = one.course.cause, one.course.level
    if level:
        return forms_after_induction(level)
    assert cause, "whoever has a sample and was not randomised has a cause"
    return forms_of_cause(cause)
