"""Collects everything that is wrong with a request, and how places in it are named.

A place is the request field, then the JSON written as FHIRPath, with the resource type where a
resource begins: `resources_json[0].Observation.valueQuantity.comparator`,
`resources_json[1][2].Observation.status` (second entry of the request, third item of its array),
`bundle_json.Bundle.entry[2].resource.Observation.status`. An element whose name is no FHIR element
name is not repeated (it may be a patient's), it is counted: `….Observation.children()[3]`.
"""

from typing import Any

from pactolus_engine.errors import InputInvalid, Violation

__all__ = ["READ_TYPES", "Violations", "child", "item", "typed"]

READ_TYPES = frozenset(
    {
        "Condition",
        "DiagnosticReport",
        "Medication",
        "MedicationAdministration",
        "MedicationStatement",
        "Observation",
        "Patient",
        "Procedure",
        "Specimen",
    }
)
"""The resource types that are read; a Bundle is opened, every other type is passed over."""

_MOST = 1000


def child(path: str, position: int) -> str:
    """The place of a member of an object whose name must not be repeated."""
    return f"{path}.children()[{position}]"


def item(path: str, position: int) -> str:
    """The place of an item of an array."""
    return f"{path}[{position}]"


def typed(path: str, body: dict[str, Any]) -> str:
    """The place of a resource, with its type when it is one that is read."""
    kind = body.get("resourceType")
    if isinstance(kind, str) and (kind in READ_TYPES or kind == "Bundle"):
        return f"{path}.{kind}"
    return path


class Violations:
    """The violations of one request, at most a thousand, each place and text once."""

    def __init__(self) -> None:
        self._found: dict[Violation, None] = {}
        self._more = False

    def __len__(self) -> int:
        return len(self._found)

    @property
    def is_full(self) -> bool:
        """Whether more was found than is kept: whoever looks for more need not go on."""
        return self._more

    def add(self, field: str, description: str) -> None:
        """Remembers one violation; the description never holds a value of the request."""
        if len(self._found) < _MOST:
            self._found[Violation(field, description)] = None
        else:
            self._more = True

    def is_place_taken(self, field: str) -> bool:
        """Whether something was already found at this place or inside it."""
        return any(
            found.field == field or found.field.startswith((f"{field}.", f"{field}["))
            for found in self._found
        )

    def raise_if_any(self) -> None:
        """Raises `InputInvalid` with everything that was found."""
        if not self._found:
            return
        found = list(self._found)
        if self._more:
            found.append(Violation("", f"more was found than the {_MOST} violations listed here"))
        raise InputInvalid(found)
