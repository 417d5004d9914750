"""Opens a request: bytes to checked resources, with every violation of the whole request.

A field may hold a resource, an array of resources or a Bundle; Bundles in Bundles are opened too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pactolus_adapters.fhir.modifiers import modified_by, modifiers_of_entry
from pactolus_adapters.fhir.r4_codes import R4_ONLY_TYPES
from pactolus_adapters.fhir.r4_models import check_r4
from pactolus_adapters.fhir.r4_shape import model_of
from pactolus_adapters.fhir.resource import Json, Resource, named, text
from pactolus_adapters.fhir.strict_json import Limits, parse
from pactolus_adapters.fhir.violations import READ_TYPES, Violations, item, typed
from pactolus_engine.facts import PassedOver, Source

__all__ = ["Opened", "open_request"]


@dataclass(slots=True)
class Opened:
    """What a request holds: the resources of the types that are read, and what was passed over."""

    resources: list[Resource] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)
    seen: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A resource of whatever type, before it is checked. `modifiers`: of the Bundles around it."""

    body: Any
    field: str
    full_url: str = ""
    modifiers: Json | None = None


def open_request(resources: Sequence[bytes], bundle: bytes, limits: Limits, found: Violations) -> Opened:
    """All resources of the request; what is wrong with it is added to `found`."""
    opened = Opened()
    if len(bundle) + sum(map(len, resources)) > limits.request_bytes:
        place = "resources_json" if resources else "bundle_json"
        found.add(place, f"the request holds more than {limits.request_bytes} bytes of FHIR JSON")
        return opened
    for position, content in enumerate(resources):
        place = item("resources_json", position)
        tree = _parsed(content, place, limits, found)
        for part in _parts(tree, place, found):
            _take(part, opened, found)
    if bundle:
        _open_bundle(bundle, opened, found)
    if not opened.seen and not len(found):
        found.add("resources_json", "no resource was sent; at least one is expected here or in `bundle_json`")
    return opened


def _parsed(content: bytes, place: str, limits: Limits, found: Violations) -> Any:
    """The JSON of one field; the size of a lone resource is limited, arrays and Bundles by the whole."""
    tree = parse(content, place, found)
    is_alone = not isinstance(tree, list) and text(tree, "resourceType") != "Bundle"
    if is_alone and len(content) > limits.resource_bytes:
        found.add(place, f"is a resource of more than {limits.resource_bytes} bytes")
    return tree


def _open_bundle(content: bytes, opened: Opened, found: Violations) -> None:
    tree = parse(content, "bundle_json", found)
    if tree is None:
        if not found.is_place_taken("bundle_json"):
            found.add("bundle_json", "is null where a Bundle is expected")
    elif text(tree, "resourceType") != "Bundle":
        found.add("bundle_json", "is no FHIR resource of type Bundle, which this field requires")
        opened.seen += 1
    else:
        _take(_Found(tree, "bundle_json"), opened, found)


def _parts(tree: Any, place: str, found: Violations) -> Iterator[_Found]:
    if tree is None:
        if not found.is_place_taken(place):
            found.add(place, "is null where a FHIR resource is expected")
    elif isinstance(tree, list):
        for position, part in enumerate(tree):
            yield _Found(part, item(place, position))
    else:
        yield _Found(tree, place)


def _take(one: _Found, opened: Opened, found: Violations) -> None:
    """Checks one resource and keeps it, opens it (a Bundle), or passes it over (another type)."""
    body = one.body
    if not isinstance(body, dict) or not text(body, "resourceType"):
        found.add(one.field, "is no FHIR resource: an object with a `resourceType` is expected")
        opened.seen += 1
        return
    kind, place = body["resourceType"], typed(one.field, body)
    if kind == "Bundle":
        check_r4(body, place, found)
        _take_entries(one, place, opened, found)
        return
    opened.seen += 1
    if kind in READ_TYPES:
        check_r4(body, place, found)
        opened.resources.append(named(kind, modified_by(one.modifiers or {}, body), place, one.full_url))
    elif kind in R4_ONLY_TYPES or model_of(kind) is not None:
        opened.passed_over.append(_other_type(body))
    else:
        found.add(one.field, "is of a `resourceType` that FHIR R4 does not have")


def _take_entries(holder: _Found, place: str, opened: Opened, found: Violations) -> None:
    bundle: Json = holder.body
    for position, entry in enumerate(bundle["entry"] if isinstance(bundle.get("entry"), list) else []):
        if isinstance(entry, dict) and "resource" in entry:
            field_ = f"{place}.entry[{position}].resource"
            modifiers = modified_by(holder.modifiers or {}, modifiers_of_entry(bundle, entry))
            _take(_Found(entry["resource"], field_, text(entry, "fullUrl"), modifiers), opened, found)


def _other_type(body: Json) -> PassedOver:
    """The trace of a resource of a type that is not read."""
    made = named(body["resourceType"], body, "", "")
    source = Source(made.reference, body["resourceType"], made.version)
    return PassedOver(source, "resources of this type are not read")
