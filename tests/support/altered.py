"""Resources of the examples found, rewritten, and joined by others that were never in them."""

import copy
from decimal import Decimal
from typing import Any

from tests.support.real_packs import Resource

__all__ = [
    "EARLIER_SAMPLE",
    "LOCAL",
    "a_condition",
    "a_quantity",
    "a_response",
    "a_transplant",
    "codes_of",
    "local_code",
    "mrd_of",
    "name_of",
    "with_value",
]

LOCAL = "https://pactolus.example/fhir/CodeSystem/"
EARLIER_SAMPLE = {"Observation/mrd-ngs-after-induction", "Specimen/testpatient-reached-marrow-induction"}
"""The earlier sample in the example of the endpoint: it does not count there."""


def name_of(resource: Resource) -> str:
    """`Type/id` of a resource."""
    return f"{resource['resourceType']}/{resource['id']}"


def codes_of(resource: Resource) -> set[str]:
    """The codes of what the resource is about."""
    concept = resource.get("code") or resource.get("medicationCodeableConcept") or {}
    return {coding["code"] for coding in concept.get("coding", [])}


def mrd_of(resources: list[Resource]) -> Resource:
    """The MRD result that counts."""
    found = [
        r for r in resources if codes_of(r) & {"mrd-ngs", "93021-4"} and name_of(r) not in EARLIER_SAMPLE
    ]
    assert len(found) == 1
    return found[0]


def a_quantity(value: Decimal, unit: str, comparator: str = "") -> dict[str, Any]:
    """A Quantity in this UCUM unit, exact."""
    known = {"comparator": comparator} if comparator else {}
    return {"value": value, **known, "system": "http://unitsofmeasure.org", "code": unit}


def with_value(resources: list[Resource], quantity: dict[str, Any], **more: Any) -> list[Resource]:
    """The same patient with another MRD result."""
    changed = copy.deepcopy(resources)
    mrd = mrd_of(changed)
    mrd.pop("valueCodeableConcept", None)
    mrd.update(valueQuantity=quantity, **more)
    return changed


def a_response(subject: str, category: str, day: str) -> Resource:
    """An IMWG response assessed on that day."""
    return {
        "resourceType": "Observation",
        "id": f"response-{category}-{day}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "88040-1"}]},
        "subject": {"reference": f"Patient/{subject}"},
        "effectiveDateTime": day,
        "valueCodeableConcept": {"coding": [{"system": f"{LOCAL}imwg-response", "code": category}]},
    }


def a_transplant(subject: str) -> Resource:
    """An autologous transplant before the examples' samples."""
    return {
        "resourceType": "Procedure",
        "id": "transplant",
        "status": "completed",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "709115004"}]},
        "subject": {"reference": f"Patient/{subject}"},
        "performedDateTime": "2026-01-10",
    }


def a_condition(subject: str, code: str) -> Resource:
    """A diagnosis by its ICD-10-CM code."""
    return {
        "resourceType": "Condition",
        "id": f"condition-{code}",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]},
        "subject": {"reference": f"Patient/{subject}"},
        "recordedDate": "2026-02-01",
    }


def local_code(code: str) -> dict[str, Any]:
    """A concept of the local system `mrd`."""
    return {"coding": [{"system": f"{LOCAL}mrd", "code": code}]}
