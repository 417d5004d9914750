"""How single facts are written, and what is refused by name."""

import json
from decimal import Decimal
from typing import Any

import pytest

from pactolus_adapters.fhir.compose import NotCarried, Stated, compose_bundle
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.settings import Settings
from pactolus_engine.facts import Reading, Standing
from pactolus_engine.values import Codes, Interval, Members, Value, date_interval, exactly
from tests.cases.test_cases import draft

Json = dict[str, Any]

_BASE = Settings().code_systems
_PACK = draft("midas-consolidation").pack
_MRD = Stated(exactly(Decimal("3e-6")))
_DAY = Stated(date_interval(2026, 2, 10))


def _code(word: str) -> Stated:
    return Stated(Codes(frozenset({word})))


def _drugs(*names: str, perhaps: tuple[str, ...] = ()) -> Stated:
    return Stated(Members(frozenset(names), frozenset(perhaps)))


def _composed(*groups: dict[str, Stated]) -> list[Json]:
    bundle = json.loads(compose_bundle(_PACK, groups, local_base=_BASE), parse_float=str)
    assert bundle["type"] == "collection"
    return [entry["resource"] for entry in bundle["entry"]]


def _readings(*groups: dict[str, Stated]) -> list[Reading]:
    bundle = compose_bundle(_PACK, groups, local_base=_BASE)
    limits = Limits(1 << 20, 1 << 20)
    return list(read((), bundle, "", _PACK, local_base=_BASE, limits=limits).readings)


def _one(kind: str, *groups: dict[str, Stated]) -> Json:
    (found,) = [one for one in _composed(*groups) if one["resourceType"] == kind]
    return found


def test_nothing_known_is_a_patient_without_anything() -> None:
    assert _composed({}) == [{"resourceType": "Patient", "id": "synthetic-1"}]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date_interval(1968), "1968"),
        (date_interval(1968, 5), "1968-05"),
        (date_interval(1968, 2, 29), "1968-02-29"),
    ],
)
def test_a_birth_date_is_as_partial_as_it_is_known(value: Value, written: str) -> None:
    assert _one("Patient", {"birth-date": Stated(value)})["birthDate"] == written


def test_days_that_are_no_month_are_a_period() -> None:
    days = Interval(Decimal(739_000), True, Decimal(739_009), True)
    found = _one("Condition", {"diagnosis": _code("true"), "diagnosis-date": Stated(days)})
    assert found["onsetPeriod"] == {"start": "2024-04-24", "end": "2024-05-03"}
    with pytest.raises(NotCarried, match=r"`birth-date`.*period"):
        _composed({"birth-date": Stated(days)})


@pytest.mark.parametrize(
    ("value", "quantity"),
    [
        (exactly(Decimal("3e-6")), {"value": "0.000003"}),
        (Interval(Decimal(0), True, Decimal("1e-5"), False), {"comparator": "<", "value": "0.00001"}),
        (Interval(Decimal(0), True, Decimal("1e-5"), True), {"comparator": "<=", "value": "0.00001"}),
        (Interval(Decimal("1e-5"), True, Decimal(1), True), {"comparator": ">=", "value": "0.00001"}),
        (Interval(Decimal(0), False, Decimal(1), True), {"comparator": ">", "value": 0}),
    ],
)
def test_a_limit_is_a_comparator(value: Interval, quantity: Json) -> None:
    found = _one("Observation", {"mrd": Stated(value)})["valueQuantity"]
    assert (found["system"], found["code"]) == ("http://unitsofmeasure.org", "1")
    assert found.get("comparator") == quantity.get("comparator")
    assert Decimal(found["value"]) == Decimal(quantity["value"])


def test_a_code_does_not_imply_what_nobody_said() -> None:
    assert {one.fact for one in _readings({"mrd": _MRD})} == {"mrd", "mrd-level"}


def test_the_sample_stands_in_a_specimen() -> None:
    group = {
        "mrd": _MRD,
        "assay": _code("ngs"),
        "specimen": _code("marrow-aspirate"),
        "sample-date": _DAY,
        "specimen-unsatisfactory": _code("true"),
    }
    specimen, observation = (_one(kind, group) for kind in ("Specimen", "Observation"))
    assert specimen["status"] == "unsatisfactory"
    assert specimen["collection"] == {"collectedDateTime": "2026-02-10"}
    assert observation["specimen"] == {"reference": f"Specimen/{specimen['id']}"}
    assert "effectiveDateTime" not in observation


def test_two_groups_of_one_head_are_two_samples() -> None:
    found = _composed({"mrd": _MRD}, {"mrd": Stated(exactly(Decimal("4e-6")))})
    assert [one["resourceType"] for one in found] == ["Patient", "Observation", "Observation"]


def test_a_preliminary_result_is_preliminary_in_all_it_says() -> None:
    group = {"mrd": Stated(exactly(Decimal("3e-6")), Standing.NOT_FINAL), "assay": _code("ngs")}
    assert _one("Observation", group)["status"] == "preliminary"
    assert {one.standing for one in _readings(group)} == {Standing.NOT_FINAL}
    with pytest.raises(NotCarried, match=r"`assay`.*not final as a whole"):
        _composed({"mrd": _MRD, "assay": Stated(Codes(frozenset({"ngs"})), Standing.NOT_FINAL)})


@pytest.mark.parametrize("standing", [Standing.UNUSABLE, Standing.UNREADABLE])
def test_a_result_without_a_value_says_which_way(standing: Standing) -> None:
    found = _one("Observation", {"induction-cycles": Stated(None, standing)})
    assert ("dataAbsentReason" in found, "valueString" in found) == (
        standing is Standing.UNUSABLE,
        standing is Standing.UNREADABLE,
    )


def test_a_status_and_a_presence_are_of_one_disease() -> None:
    group = {"diagnosis": _code("true"), "diagnosis-date": _DAY, "relapse-status": _code("true")}
    found = _one("Condition", group)
    assert found["clinicalStatus"]["coding"][0]["code"] == "relapse"
    assert found["onsetDateTime"] == "2026-02-10"


def test_a_drug_that_was_stopped_is_one_of_those_given() -> None:
    known = {"induction-regimen": _drugs("isatuximab", "lenalidomide"), "drug-date": _DAY}
    found = _composed({**known, "drug-stopped-early": _code("true")})
    assert [one.get("status") for one in found[1:]] == ["stopped", "completed"]
    later = {"drug-stopped-early": _code("true"), "stopped-drug-date": Stated(date_interval(2026, 2, 20))}
    apart = _composed({**known, **later})[1:]
    given = {one["medicationCodeableConcept"]["coding"][0]["code"] for one in apart[:2]}
    assert apart[2]["medicationCodeableConcept"]["coding"][0]["code"] in given


def test_a_drug_that_was_perhaps_given_is_on_hold() -> None:
    found = _readings({"induction-regimen": _drugs("isatuximab", perhaps=("bortezomib",)), "drug-date": _DAY})
    values = [one.value for one in found if one.fact == "induction-regimen"]
    assert Members(frozenset(), frozenset({"bortezomib"})) in values


def test_somebody_else_is_named_as_subject() -> None:
    found = _composed({"other-subject": _code("true")})
    assert found[1]["subject"] == {"reference": "Patient/synthetic-1-other"}
    assert len(_composed({"other-subject": _code("false")})) == 1


@pytest.mark.parametrize(
    ("group", "fact", "reason"),
    [
        (
            {"age-at-diagnosis": Stated(exactly(50))},
            "age-at-diagnosis",
            "state birth-date and diagnosis-date",
        ),
        ({"nothing": _code("true")}, "nothing", "no such fact"),
        ({"assay": _code("ngs")}, "assay", "`mrd`, which is not stated"),
        ({"mrd": Stated(exactly(Decimal("0.2")))}, "mrd", "read back otherwise"),
        (
            {"mrd": Stated(Interval(Decimal("1e-6"), True, Decimal("1e-5"), False))},
            "mrd",
            "no comparator says these limits",
        ),
        ({"mrd": _MRD, "mrd-level": Stated(exactly(Decimal("4e-6")))}, "mrd-level", "contradicts"),
        ({"response": Stated(Codes(frozenset({"CR", "PR"})))}, "response", "several possible ones"),
        ({"diagnosis": _code("false"), "diagnosis-date": _DAY}, "diagnosis-date", "read back otherwise"),
        ({"induction-regimen": _drugs(), "drug-date": _DAY}, "induction-regimen", "without members"),
        (
            {"consolidation-begun": _code("false"), "consolidation-date": _DAY},
            "consolidation-begun",
            "no status of a MedicationAdministration says so",
        ),
        ({"diagnosis": Stated(None, Standing.NOT_FINAL)}, "diagnosis", "no status"),
    ],
)
def test_what_cannot_be_carried_is_refused_by_name(group: dict[str, Stated], fact: str, reason: str) -> None:
    with pytest.raises(NotCarried, match=reason) as refused:
        _composed(group)
    assert refused.value.fact == fact
