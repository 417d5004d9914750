"""The invariants of FHIR R4 that the models do not check and a safe reading needs.

obs-6 (no value beside a reason for its absence; of components too), obs-7 (a component does not
repeat the code of an Observation that has a value), dom-2 and dom-3 (contained resources are flat
and referred to), ref-1 (a local reference is contained), per-1 (a Period does not end before it
starts). Source: FHIR R4 (4.0.1) resource and data type definitions.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pactolus_adapters.fhir.dates import is_inverted
from pactolus_adapters.fhir.resource import text
from pactolus_adapters.fhir.violations import READ_TYPES, Violations, item

__all__ = ["check_invariants"]


def check_invariants(body: dict[str, Any], path: str, found: Violations) -> None:
    """Adds a violation for each invariant that the resource breaks."""
    parts = list(_objects(body, path))
    for place, part in parts:
        if is_inverted(part):
            found.add(place, "ends before it starts (per-1)")
    contained = [one for one in _list(body.get("contained")) if isinstance(one, dict)]
    if contained:
        _check_contained(body, contained, path, found)
    _check_local_references(contained, parts, found)
    for place, resource in [(path, body), *_contained_places(contained, path)]:
        if resource.get("resourceType") == "Observation":
            _check_observation(resource, place, found)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        yield path, value
        for key, part in value.items():
            yield from _objects(part, f"{path}.{key}" if key.isalpha() else path)
    elif isinstance(value, list):
        for position, part in enumerate(value):
            yield from _objects(part, item(path, position))


def _contained_places(contained: list[dict[str, Any]], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for position, one in enumerate(contained):
        kind = text(one, "resourceType")
        suffix = f".{kind}" if kind in READ_TYPES else ""
        yield f"{path}.contained[{position}]{suffix}", one


def _check_observation(body: dict[str, Any], path: str, found: Violations) -> None:
    if _has_value(body) and "dataAbsentReason" in body:
        found.add(f"{path}.dataAbsentReason", "stands beside a value (obs-6)")
    codings = _codings(body.get("code"))
    for position, component in enumerate(_list(body.get("component"))):
        if not isinstance(component, dict):
            continue
        place = f"{path}.component[{position}]"
        if _has_value(component) and "dataAbsentReason" in component:
            found.add(f"{place}.dataAbsentReason", "stands beside a value (obs-6, of a component)")
        if _has_value(body) and codings & _codings(component.get("code")):
            found.add(f"{place}.code", "repeats the code of an Observation that has a value (obs-7)")


def _has_value(body: dict[str, Any]) -> bool:
    return any(key.startswith("value") for key in body)


def _codings(concept: Any) -> set[tuple[str, str]]:
    pairs = set()
    for coding in _list(concept.get("coding")) if isinstance(concept, dict) else []:
        if isinstance(coding, dict):
            system, code = coding.get("system"), coding.get("code")
            if isinstance(system, str) and isinstance(code, str):
                pairs.add((system, code))
    return pairs


def _check_contained(
    body: dict[str, Any], contained: list[dict[str, Any]], path: str, found: Violations
) -> None:
    outer = {key: value for key, value in body.items() if key != "contained"}
    within = [_local_references(one) for one in contained]
    # In how many of the resources each is referred to: one pass, however many are contained.
    times = Counter(_local_references(outer))
    for references in within:
        times.update(references)
    ids = Counter(one["id"] for one in contained if isinstance(one.get("id"), str))
    for position, one in enumerate(contained):
        place = f"{path}.contained[{position}]"
        if "contained" in one:
            found.add(place, "contains a resource itself (dom-2)")
        if not isinstance(one.get("id"), str) or ids[one["id"]] > 1:
            found.add(place, "has no `id` of its own among the contained resources")
            continue
        name, own = f"#{one['id']}", within[position]
        if times[name] == (name in own) and "#" not in own:
            found.add(place, "is referred to from nowhere in the resource (dom-3)")


def _check_local_references(
    contained: list[dict[str, Any]], parts: list[tuple[str, dict[str, Any]]], found: Violations
) -> None:
    known = {f"#{one.get('id')}" for one in contained} | {"#"}
    for place, part in parts:
        reference = part.get("reference")
        if isinstance(reference, str) and reference.startswith("#") and reference not in known:
            found.add(f"{place}.reference", "refers to nothing that the resource contains (ref-1)")


def _local_references(value: Any) -> set[str]:
    """Every text in it that has the form of a local reference."""
    found: set[str] = set()
    todo = [value]
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            if part.startswith("#"):
                found.add(part)
        else:
            todo += part.values() if isinstance(part, dict) else _list(part)
    return found
