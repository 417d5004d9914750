"""An MRD result as FHIR: the Observation in all its versions, and the Specimen it was measured in."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from pactolus_adapters.cohort.codes import (
    INTERPRETATION,
    LOINC,
    METHOD,
    SNOMED,
    SPECIMEN_TYPE,
    Code,
    concept,
    local,
)
from pactolus_adapters.cohort.dealing import Dealer
from pactolus_adapters.cohort.reports import FLOW, SEQUENCING, Amount, Report
from pactolus_adapters.cohort.resources import period, resource, zoned
from pactolus_adapters.fhir.exact_json import Tree

__all__ = ["Sampling", "mrd_result"]

_FLOW_CODE = Code(
    LOINC, "93021-4", "Plasma cells.abnormal marker pattern/Cells counted in Bone marrow by Flow cytometry"
)
_NGS_CODE = local("mrd-ngs", "MRD by sequencing, clonal cells per nucleated cells")
_CELLS_CODE = Code(LOINC, "38257-2", "Cells counted.total")
_SEQUENCED = Code(METHOD, SEQUENCING, "Next-generation sequencing")
_BY_FLOW = Code(METHOD, FLOW, "Next-generation flow cytometry")
_WORDS = MappingProxyType({"260415000": "Not detected", "260385009": "Negative"})
_FLAGS = MappingProxyType({"POS": "Positive", "NEG": "Negative", "DET": "Detected", "ND": "Not detected"})
_ASPIRATE = Code(SNOMED, "396997002", "Specimen from bone marrow obtained by aspiration")
_SPECIMENS = (
    (_ASPIRATE,),
    (_ASPIRATE,),
    (_ASPIRATE, Code(SPECIMEN_TYPE, "BMA", "Bone marrow aspirate")),
    (Code(SPECIMEN_TYPE, "BMA", "Bone marrow aspirate"),),
    (Code(SNOMED, "119359002", "Bone marrow specimen"),),
)
_REPORTING_DAYS = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Sampling:
    """When and of whom the sample was taken.

    `name` tells the samples of a patient apart. The day may be written as its month where all of the month lies from
    `first` to `last`, so that it makes no difference. `earlier`: what an earlier version of the result said, if there
    may have been one.
    """

    patient: str
    name: str
    dealer: Dealer
    day: date
    first: date
    last: date
    earlier: Amount | None = None


def mrd_result(sampling: Sampling, report: Report) -> Iterator[Tree]:
    """The Specimen, if one is sent, and the Observation, older versions first."""
    dealer, name = sampling.dealer, sampling.name
    has_specimen = report.method != FLOW or not dealer.one_in(f"{name} without specimen", 8)
    if has_specimen:
        yield _specimen(sampling)
    final = _elements(sampling, report, has_specimen)
    versions = [final | {"status": "final"}]
    if sampling.earlier and dealer.one_in(f"{name} preliminary", 6):
        versions.insert(0, _before(final, sampling.earlier) | {"status": "preliminary"})
    elif sampling.earlier and dealer.one_in(f"{name} corrected", 14):
        word = dealer.one_of(f"{name} change", ("corrected", "amended"))
        versions = [_before(final, sampling.earlier) | {"status": "final"}, final | {"status": word}]
    for version, elements in enumerate(versions, start=1):
        written = sampling.day + _REPORTING_DAYS
        yield resource("Observation", sampling.patient, name, written, elements, version=version)


def _before(final: Tree, earlier: Amount) -> Tree:
    """The result as it stood before, with another value."""
    values = ("valueQuantity", "valueCodeableConcept", "interpretation")
    return {key: one for key, one in final.items() if key not in values} | {
        "valueQuantity": earlier.quantity()
    }


def _elements(sampling: Sampling, report: Report, has_specimen: bool) -> Tree:
    laboratory = Code(
        "http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "Laboratory"
    )
    made: Tree = {
        "category": [concept(laboratory)],
        "code": concept(_FLOW_CODE if report.method == FLOW else _NGS_CODE),
        "effectiveDateTime": _written_day(sampling),
        "issued": zoned(sampling.day + _REPORTING_DAYS, 15),
        **_value(sampling, report),
    }
    if report.flag:
        made["interpretation"] = [concept(Code(INTERPRETATION, report.flag, _FLAGS[report.flag]))]
    if report.names_method:
        made["method"] = concept(_BY_FLOW if report.method == FLOW else _SEQUENCED)
    if has_specimen:
        made["specimen"] = {"reference": f"Specimen/{sampling.patient}-{sampling.name}-marrow"}
    components = _components(report)
    return made | {"component": components} if components else made


def _value(sampling: Sampling, report: Report) -> Tree:
    if report.absent:
        system = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
        return {"dataAbsentReason": concept(Code(system, report.absent, report.absent))}
    if report.word:
        return {"valueCodeableConcept": concept(Code(SNOMED, report.word, _WORDS[report.word]))}
    number = sampling.dealer.one_of(f"{sampling.name} number", report.numbers)
    return {"valueQuantity": Amount(number, report.unit, report.comparator).quantity()}


def _components(report: Report) -> list[Tree]:
    unit = report.limit_unit or report.unit
    low, high = report.ci or ("", "")
    limits = (
        (local("lod", "Limit of detection"), report.lod),
        (local("lloq", "Lower limit of quantification"), report.lloq),
        (local("ci-low", "Lower limit of the confidence interval"), low),
        (local("ci-high", "Upper limit of the confidence interval"), high),
    )
    amounts = [(code, Amount(number, unit)) for code, number in limits if number]
    if report.cells:
        amounts.append((_CELLS_CODE, Amount(str(report.cells), "{cells}")))
    found: list[Tree] = [{"code": concept(code), "valueQuantity": one.quantity()} for code, one in amounts]
    for name, is_so in report.remarks.items():
        code = local(name, name.replace("-", " ").capitalize())
        found.append({"code": concept(code), "valueBoolean": is_so})
    return found


def _specimen(sampling: Sampling) -> Tree:
    elements: Tree = {
        "status": "available",
        "type": concept(*sampling.dealer.one_of(f"{sampling.name} specimen", _SPECIMENS)),
        "receivedTime": zoned(sampling.day, 13),
        "collection": _collection(sampling),
    }
    return resource("Specimen", sampling.patient, f"{sampling.name}-marrow", sampling.day, elements)


def _collection(sampling: Sampling) -> Tree:
    written = _written_day(sampling)
    is_exact = len(written) == len("2024-01-01") and sampling.dealer.one_in(f"{sampling.name} period", 5)
    return (
        {"collectedPeriod": period(sampling.day, sampling.day)}
        if is_exact
        else {"collectedDateTime": written}
    )


def _written_day(sampling: Sampling) -> str:
    """The day of the sample with its hour, as a day, or as its month where that makes no difference."""
    day, form = sampling.day, sampling.dealer.below(f"{sampling.name} day", 5)
    month = day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    if form == 0 and sampling.first <= month[0] and month[1] <= sampling.last:
        return f"{day.year}-{day.month:02d}"
    return day.isoformat() if form == 1 else zoned(day, 9)
