"""Resources as an audit record keeps them: found again, told apart, and written as they were.

They were checked when they came; here they are only opened. A resource is the same if its name is,
and unchanged if its content is, whatever the order of its members.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from pactolus_adapters.fhir.modifiers import modified_by, modifiers_of_entry
from pactolus_adapters.fhir.resource import Json, Resource, canonical, named, objects, text
from pactolus_adapters.fhir.strict_json import parse
from pactolus_adapters.fhir.versions import Stamp, in_order, newest, stamp
from pactolus_adapters.fhir.violations import READ_TYPES, Violations
from pactolus_adapters.fhir.withdrawal import is_withdrawn

__all__ = ["Seen", "is_superseded", "seen", "stored_resources", "written_bundle"]


@dataclass(frozen=True, slots=True)
class Seen:
    """One version of a resource: enough to see whether another one is the same, older or newer."""

    type: str
    digest: str
    stamp: Stamp
    is_withdrawn: bool


def seen(resource: Resource) -> Seen:
    """What is remembered of a resource; nothing of its content."""
    digest = sha256(canonical(resource.body).encode()).hexdigest()
    return Seen(resource.type, digest, stamp(resource), is_withdrawn(resource))


def is_superseded(incoming: Seen, known: Seen) -> bool:
    """Whether the version that is known stays in force although the other one came later.

    The dates and numbers of the versions decide. Where they cannot, what came later counts; but a
    resource that was withdrawn stays so, because a result is harmful by coming back.
    """
    if incoming.digest == known.digest:
        return False
    order = in_order(known.stamp, incoming.stamp)
    return order > 0 or (order == 0 and known.is_withdrawn and not incoming.is_withdrawn)


def stored_resources(contents: Sequence[bytes]) -> list[Resource]:
    """The newest version of each resource in contents that were read before."""
    found = Violations()
    opened = [one for content in contents for one in _opened(parse(content, "", found), "", {})]
    return newest(opened, found)[0]


def _opened(tree: Any, full_url: str, modifiers: Json) -> Iterator[Resource]:
    if isinstance(tree, list):
        for part in tree:
            yield from _opened(part, "", modifiers)
    elif text(tree, "resourceType") == "Bundle":
        for entry in objects(tree, "entry"):
            around = modified_by(modifiers, modifiers_of_entry(tree, entry))
            yield from _opened(entry.get("resource"), text(entry, "fullUrl"), around)
    elif text(tree, "resourceType") in READ_TYPES:
        yield named(tree["resourceType"], modified_by(modifiers, tree), "", full_url)


def written_bundle(resources: Iterable[Resource]) -> bytes:
    """These resources as a Bundle; every number keeps the text that it was written as."""
    entries = [{"fullUrl": one.full_url, "resource": one.body} for one in resources]
    for entry in entries:
        if not entry["fullUrl"]:
            del entry["fullUrl"]
    return _json({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _json(value: Any) -> str:
    match value:
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{_json(part)}" for key, part in value.items()) + "}"
        case list():
            return "[" + ",".join(map(_json, value)) + "]"
        case Decimal():
            return str(getattr(value, "text", value))
        case _:
            return json.dumps(value)
