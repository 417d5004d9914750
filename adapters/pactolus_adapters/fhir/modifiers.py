"""Finds what FHIR lets change the meaning of a resource: it must be understood, and is not."""

from pactolus_adapters.fhir.resource import Json, objects

__all__ = ["MODIFIED", "has_modifier", "modified_by", "modifiers_of_entry"]

MODIFIED = "a modifier extension or implicit rule may change what the resource means"

_PARTS_OF_ENTRY = ("search", "request", "response")


def has_modifier(body: Json) -> bool:
    """Whether something in the resource may change its meaning in a way that is not understood."""
    if "implicitRules" in body or "modifierExtension" in body:
        return True
    for value in body.values():
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, dict) and has_modifier(part):
                return True
    return False


def modifiers_of_entry(bundle: Json, entry: Json) -> Json:
    """What a Bundle and its entry say that may change the meaning of the resource in the entry."""
    rules = {"implicitRules": bundle["implicitRules"]} if "implicitRules" in bundle else {}
    holders = (entry, *(entry.get(part) for part in _PARTS_OF_ENTRY))
    extensions = [one for holder in holders for one in objects(holder, "modifierExtension")]
    return rules | ({"modifierExtension": extensions} if extensions else {})


def modified_by(outer: Json, body: Json) -> Json:
    """The resource, or what modifies it, with what modifies it from outside; its own is kept.

    It stands in the resource as if it had been written there, so that a record keeps it too.
    """
    if not outer:
        return body
    extensions = [*objects(body, "modifierExtension"), *objects(outer, "modifierExtension")]
    return {**outer, **body, **({"modifierExtension": extensions} if extensions else {})}
