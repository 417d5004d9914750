"""Validates one resource as FHIR R4: its shape by the tables of the models, and the invariants.

The R4B models of `fhir.resources` describe the R4 JSON of the types used here. A violation names the
place and says in fixed words what FHIR expects there, never what was sent.
"""

from typing import Any

from pactolus_adapters.fhir.r4_invariants import check_invariants
from pactolus_adapters.fhir.r4_shape import check_resource, element_names, model_of, warm_up_shapes
from pactolus_adapters.fhir.violations import READ_TYPES, Violations

__all__ = ["check_r4", "warm_up"]


def check_r4(body: dict[str, Any], path: str, found: Violations) -> None:
    """Adds every violation of FHIR R4 in a resource whose type is read, or in a Bundle.

    What the entries of a Bundle hold is not looked at: each is a resource of its own.
    """
    check_resource(model_of(body["resourceType"]), body, path, found)
    if not found.is_full:
        check_invariants(_without_entries(body), path, found)


def warm_up() -> None:
    """Makes the tables of all types that are read, so that no request waits for them."""
    warm_up_shapes(sorted({*READ_TYPES, "Bundle"}))
    element_names()


def _without_entries(body: dict[str, Any]) -> dict[str, Any]:
    entries = body.get("entry")
    if body["resourceType"] != "Bundle" or not isinstance(entries, list):
        return body
    kept = [
        {key: value for key, value in entry.items() if key != "resource"} if isinstance(entry, dict) else {}
        for entry in entries
    ]
    return {**body, "entry": kept}
