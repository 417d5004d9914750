"""A randomised patient as known when maintenance is due: what the second snapshot holds of one."""

from collections.abc import Iterator
from datetime import timedelta

from pactolus_adapters.cohort.causes import Ending
from pactolus_adapters.cohort.codes import LOINC, Code, concept, local
from pactolus_adapters.cohort.courses import Planned
from pactolus_adapters.cohort.days import Days
from pactolus_adapters.cohort.mrd_results import Sampling, mrd_result
from pactolus_adapters.cohort.person import response
from pactolus_adapters.cohort.post_induction import after_induction, own_days
from pactolus_adapters.cohort.report_forms import forms_before_maintenance
from pactolus_adapters.cohort.reports import Amount
from pactolus_adapters.cohort.resources import observation, period, resource, truth
from pactolus_adapters.cohort.treatment import consolidation, marrow_aspiration
from pactolus_adapters.fhir.exact_json import Tree

__all__ = ["before_maintenance"]

_END = local("consolidation-end", "End of consolidation")
_START = local("maintenance-start", "Start of maintenance")
_DAY = timedelta(days=1)
_LATE = timedelta(days=20)
_BETTER = ("sCR", "CR", "CR", "VGPR")


def before_maintenance(one: Planned) -> Iterator[Tree]:
    """Every resource of a randomised patient up to maintenance, those of the first snapshot included."""
    days, ending = own_days(one), one.course.ending
    died = days.consolidation_start + timedelta(days=90) if ending is Ending.DIED else None
    yield from after_induction(one, died)
    if died:
        return
    yield from consolidation(one, days)
    yield observation(one.patient, "consolidation-end", _END, days.consolidation_end, truth(True))
    yield _maintenance(one, days)
    category = "PD" if ending is Ending.PROGRESSED else one.dealer.one_of("later response", _BETTER)
    yield response(one, "later-response", days.consolidation_end, category)
    yield from _sample(one, days)


def _maintenance(one: Planned, days: Days) -> Tree:
    """The start of maintenance: its day, or the day until which it had surely not begun."""
    if one.dealer.one_in("not begun", 5) and one.course.ending is not Ending.LATE:
        when: Tree = {"effectivePeriod": period(days.maintenance)}
    else:
        when = {"effectiveDateTime": days.maintenance.isoformat()}
    elements: Tree = {"status": "final", "code": concept(_START), **truth(True), **when}
    return resource("Observation", one.patient, "maintenance-start", days.maintenance, elements)


def _sample(one: Planned, days: Days) -> Iterator[Tree]:
    ending = one.course.ending
    assert ending, "only the randomised are in this snapshot"
    forms = forms_before_maintenance(ending)
    if not forms:
        return
    day = days.maintenance + _LATE if ending is Ending.LATE else days.later_sample
    sampling = Sampling(
        one.patient,
        "later-mrd",
        one.dealer,
        day,
        days.consolidation_end,
        days.maintenance - _DAY,
        _before(ending),
    )
    yield from mrd_result(sampling, forms[one.course.rank % len(forms)])
    yield from marrow_aspiration(one, "later-mrd", day)
    if one.dealer.one_in("morphology", 4):  # percent of plasma cells is no MRD: in no code set
        code = Code(LOINC, "11118-7", "Plasma cells/100 cells in Bone marrow")
        cells: Tree = {"valueQuantity": Amount(str(one.dealer.between("plasma cells", 1, 4)), "%").quantity()}
        yield observation(one.patient, "morphology", code, day, cells)


def _before(ending: Ending) -> Amount | None:
    """What an earlier version of the result may have said: the other side of 1e-6."""
    match ending:
        case Ending.REACHED:
            return Amount("3", "/10*6")
        case Ending.NOT_REACHED:
            return Amount("0.5", "/10*6")
        case _:
            return None
