"""Faults that are planted into good answers and good requests; each must be caught by somebody.

The first ones are those that `fhir.resources` is known to accept. A fault changes a parsed Bundle in
place. FHIR R4's names of the broken invariants stand in the names of the faults.
"""

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pactolus_engine.decision import Outcome

__all__ = [
    "CONTROLS",
    "INPUT_FAULTS",
    "MANGLED",
    "OUTPUT_FAULTS",
    "WELL_WRITTEN",
    "Fault",
    "first",
    "plant_decimal",
]

Json = dict[str, Any]

WELL_WRITTEN = "0.00001000"
MANGLED = ("1e-05", "0.00001", "0.000010000000000000001")
"""What a binary float makes of that number: written back, shortened, and after a multiplication."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: what it is, how it is planted, and the outcome whose answer it is planted into."""

    name: str
    plant: Callable[[Json], None]
    into: Outcome = Outcome.OFFER


def first(bundle: Json, kind: str) -> Json:
    """The first resource of this type in the Bundle."""
    found: Json = next(
        entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind
    )
    return found


def _set(kind: str, element: str, value: Any) -> Callable[[Json], None]:
    """Sets one element of the first resource of that type."""

    def plant(bundle: Json) -> None:
        first(bundle, kind)[element] = copy.deepcopy(value)

    return plant


def _without(kind: str, element: str) -> Callable[[Json], None]:
    def plant(bundle: Json) -> None:
        del first(bundle, kind)[element]

    return plant


def _added(resource: Json) -> Callable[[Json], None]:
    """Adds one more resource to the Bundle."""

    def plant(bundle: Json) -> None:
        url = "urn:uuid:6d0f1c1e-2c5c-4a3b-9b55-0a4b6f2b7a10"
        bundle["entry"].append({"fullUrl": url, "resource": copy.deepcopy(resource)})

    return plant


_CODE = {"coding": [{"system": "http://loinc.org", "code": "93021-4"}]}
_OTHER = {"coding": [{"system": "http://loinc.org", "code": "38257-2"}]}
_QUANTITY = {"value": 3, "unit": "/10*6", "system": "http://unitsofmeasure.org", "code": "/10*6"}
_ABSENT = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/data-absent-reason", "code": "error"}]
}
_OBSERVATION: Json = {"resourceType": "Observation", "id": "seeded", "status": "final", "code": _CODE}
_ORPHAN = [{"resourceType": "Device", "id": "nobody"}]
_OBS_6 = {**_OBSERVATION, "valueQuantity": _QUANTITY, "dataAbsentReason": _ABSENT}
_OBS_7 = {
    **_OBSERVATION,
    "valueQuantity": _QUANTITY,
    "component": [{"code": _CODE, "valueQuantity": _QUANTITY}],
}
_TILDE = {**_QUANTITY, "comparator": "~"}
_INVERTED = {"start": "2026-02-02", "end": "2026-02-01"}


def _activity_twice(bundle: Json) -> None:
    first(bundle, "CarePlan")["activity"][0]["detail"] = {"status": "not-started"}


def _leaf(bundle: Json) -> Json:
    action: Json = first(bundle, "RequestGroup")["action"][0]
    while "action" in action:
        action = action["action"][0]
    return action


def _leaf_without_resource(bundle: Json) -> None:
    del _leaf(bundle)["resource"]


def _action_with_both(bundle: Json) -> None:
    first(bundle, "RequestGroup")["action"][0]["resource"] = _leaf(bundle)["resource"]


def _markup(bundle: Json) -> None:
    text = first(bundle, "CarePlan")["text"]
    text["div"] = text["div"].replace("</div>", "<script>1</script></div>")


def _same_url(bundle: Json) -> None:
    bundle["entry"][1]["fullUrl"] = bundle["entry"][0]["fullUrl"]
    bundle["entry"][1]["resource"] = copy.deepcopy(bundle["entry"][0]["resource"])


def _nothing_in_entry(bundle: Json) -> None:
    bundle["entry"].append({"fullUrl": "urn:uuid:6d0f1c1e-2c5c-4a3b-9b55-0a4b6f2b7a10"})


def _contained(bundle: Json) -> None:
    plan = first(bundle, "CarePlan")
    plan |= {"contained": copy.deepcopy(_ORPHAN), "author": {"reference": "#nobody"}}


def _filter_with_path(bundle: Json) -> None:
    _filter_without_path(bundle)
    first(bundle, "GuidanceResponse")["dataRequirement"][0]["codeFilter"][0]["path"] = "code"


def _filter_without_path(bundle: Json) -> None:
    requirement = first(bundle, "GuidanceResponse")["dataRequirement"][0]
    requirement["codeFilter"] = [{"code": [{"system": "http://loinc.org", "code": "93021-4"}]}]


OUTPUT_FAULTS = (
    Fault('CarePlan.intent "suggestion"', _set("CarePlan", "intent", "suggestion")),
    Fault('Quantity.comparator "~"', _set("ServiceRequest", "quantityQuantity", _TILDE)),
    Fault("obs-6: a value beside a reason for its absence", _added(_OBS_6)),
    Fault("obs-7: a component repeats the code of a value", _added(_OBS_7)),
    Fault("cpl-3: an activity with reference and detail", _activity_twice),
    Fault("dom-3: contained and referred to from nowhere", _set("CarePlan", "contained", _ORPHAN)),
    Fault("rqg-1: a leaf action without a resource", _leaf_without_resource),
    Fault("rqg-1: an action with a resource and actions", _action_with_both),
    Fault("ref-1: a local reference to nothing", _set("CarePlan", "author", {"reference": "#nobody"})),
    Fault("bdl-7: one fullUrl twice", _same_url),
    Fault("bdl-5: an entry without a resource", _nothing_in_entry),
    Fault("txt-1: a script in the narrative", _markup),
    Fault("per-1: a period that ends before it starts", _set("CarePlan", "period", _INVERTED)),
    Fault("drq-1: a filter without a path", _filter_without_path, Outcome.NEED_DATA),
    Fault('CarePlan.status "offered"', _set("CarePlan", "status", "offered")),
    Fault('RequestGroup.intent "suggestion"', _set("RequestGroup", "intent", "suggestion")),
    Fault('ServiceRequest.intent "suggestion"', _set("ServiceRequest", "intent", "suggestion")),
    Fault('MedicationRequest.intent "suggestion"', _set("MedicationRequest", "intent", "suggestion")),
    Fault('GuidanceResponse.status "done"', _set("GuidanceResponse", "status", "done")),
    Fault('AuditEvent.action "X"', _set("AuditEvent", "action", "X")),
    Fault('DetectedIssue.severity "severe"', _set("DetectedIssue", "severity", "severe"), Outcome.CONFLICT),
    Fault("CarePlan.subject missing", _without("CarePlan", "subject")),
    Fault("Provenance.target missing", _without("Provenance", "target")),
    Fault("an element that R4 does not have", _set("CarePlan", "suggestion", "yes")),
    Fault("an author who is an Observation", _set("CarePlan", "author", {"reference": "Observation/1"})),
    Fault("one value where an array belongs", _set("CarePlan", "addresses", {"reference": "Condition/1"})),
    Fault("a date that is none", _set("CarePlan", "created", "1 March 2026")),
    Fault(
        "a value[x] twice", _set("MedicationRequest", "medicationReference", {"reference": "Medication/1"})
    ),
)


CONTROLS = (
    Fault("a Quantity", _set("ServiceRequest", "quantityQuantity", {**_QUANTITY, "comparator": "<"})),
    Fault("a value", _added({**_OBSERVATION, "valueQuantity": _QUANTITY})),
    Fault("a reason for the absence of a value", _added({**_OBSERVATION, "dataAbsentReason": _ABSENT})),
    Fault("a component", _added({**_OBS_7, "component": [{"code": _OTHER, "valueQuantity": _QUANTITY}]})),
    Fault("contained and referred to", _contained),
    Fault("a period", _set("CarePlan", "period", {"start": "2026-02-01", "end": "2026-02-02"})),
    Fault("a filter with a path", _filter_with_path, Outcome.NEED_DATA),
    Fault("an answer with an issue", lambda bundle: None, Outcome.CONFLICT),
)
"""What the faults come with, without being faults."""


def _mrd(bundle: Json) -> Json:
    """The MRD result: the only Observation with a Quantity and components."""
    found: Json = next(
        entry["resource"]
        for entry in bundle["entry"]
        if {"valueQuantity", "component"} <= entry["resource"].keys()
    )
    return found


def _in_mrd(element: str, value: Any) -> Callable[[Json], None]:
    def plant(bundle: Json) -> None:
        _mrd(bundle)[element] = copy.deepcopy(value)

    return plant


def _comparator(bundle: Json) -> None:
    _mrd(bundle)["valueQuantity"]["comparator"] = "~"


def _component_absent(bundle: Json) -> None:
    component = next(part for part in _mrd(bundle)["component"] if any("value" in key for key in part))
    component["dataAbsentReason"] = _ABSENT


def _component_repeats(bundle: Json) -> None:
    mrd = _mrd(bundle)
    mrd["component"][0]["code"] = copy.deepcopy(mrd["code"])


INPUT_FAULTS = (
    Fault('Quantity.comparator "~"', _comparator),
    Fault("obs-6: a value beside a reason for its absence", _in_mrd("dataAbsentReason", _ABSENT)),
    Fault("obs-6, of a component", _component_absent),
    Fault("obs-7: a component repeats the code of a value", _component_repeats),
    Fault("dom-3: contained and referred to from nowhere", _in_mrd("contained", _ORPHAN)),
    Fault("ref-1: a local reference to nothing", _in_mrd("specimen", {"reference": "#nobody"})),
    Fault("per-1: a period that ends before it starts", _set("Specimen", "collection", {"collectedPeriod": _INVERTED})),
    Fault('Observation.status "done"', _in_mrd("status", "done")),
    Fault("Observation.status missing", lambda bundle: _mrd(bundle).pop("status")),
    Fault("an element that R4 does not have", _in_mrd("valueDecimal", 1)),
    Fault("a value[x] twice", _in_mrd("valueString", "3")),
    Fault("a day that is none", _set("Patient", "birthDate", "1968-02-30")),
    Fault("one value where an array belongs", _set("Patient", "name", {"family": "Testpatient"})),
    Fault('Patient.gender "f"', _set("Patient", "gender", "f")),
)  # fmt: skip


def plant_decimal(bundle: Json, written: str) -> str:
    """The Bundle as text, with this number in it as it is written here."""
    changed = copy.deepcopy(bundle)
    first(changed, "ServiceRequest")["quantityQuantity"] = {**_QUANTITY, "value": "NUMBER"}
    return json.dumps(changed).replace('"NUMBER"', written)
