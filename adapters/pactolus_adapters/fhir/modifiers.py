"""Finds what FHIR lets change the meaning of a resource: it must be understood, and is not."""

from pactolus_adapters.fhir.resource import Json

__all__ = ["MODIFIED", "has_modifier"]

MODIFIED = "a modifier extension or implicit rule may change what the resource means"


def has_modifier(body: Json) -> bool:
    """Whether something in the resource may change its meaning in a way that is not understood."""
    if "implicitRules" in body or "modifierExtension" in body:
        return True
    parts = [part for value in body.values() for part in (value if isinstance(value, list) else [value])]
    return any(has_modifier(part) for part in parts if isinstance(part, dict))
