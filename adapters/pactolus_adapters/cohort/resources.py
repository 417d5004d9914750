"""The bare FHIR R4 resources of one patient: id, meta, subject; each is marked as test data."""

from datetime import date

from pactolus_adapters.cohort.codes import Code, concept
from pactolus_adapters.fhir.exact_json import Node, Tree

__all__ = ["observation", "period", "resource", "truth", "zoned"]

_TEST_DATA: Tree = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
_SUMMER = range(4, 11)


def resource(
    kind: str,
    patient: str,
    name: str,
    updated: date,
    elements: Tree,
    *,
    version: int = 1,
    whose: str = "subject",
) -> Tree:
    """A resource called `<patient>-<name>` (the Patient: by the id alone) as it was written on that day.

    `whose`: the element that refers to the patient. A later version was written later on the same day.
    """
    own: Tree = {
        "resourceType": kind,
        "id": f"{patient}-{name}" if name else patient,
        "meta": {
            "versionId": str(version),
            "lastUpdated": f"{updated.isoformat()}T{7 + version:02d}:00:00Z",
            "security": [_TEST_DATA],
        },
    }
    who: Tree = {whose: {"reference": f"Patient/{patient}"}} if name else {}
    return own | who | elements


def observation(patient: str, name: str, code: Code, day: date, value: Tree) -> Tree:
    """A final Observation of that day. `value`: the `value[x]` element, and what belongs beside it."""
    elements: Tree = {"status": "final", "code": concept(code), "effectiveDateTime": day.isoformat()}
    return resource("Observation", patient, name, day, elements | value)


def truth(value: bool) -> Tree:
    """A `value[x]` that says yes or no."""
    return {"valueBoolean": value}


def period(start: date, end: date | None = None) -> Node:
    """A Period of days; open when it has no end."""
    made: Tree = {"start": start.isoformat()}
    return made | {"end": end.isoformat()} if end else made


def zoned(day: date, hour: int) -> str:
    """An hour of that day as written in France, whose offset follows the season (by whole months)."""
    return f"{day.isoformat()}T{hour:02d}:15:00+{'02' if day.month in _SUMMER else '01'}:00"
