"""One resource of a request: its JSON as it was sent, and what it is called."""

import json
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pactolus_engine.facts import PassedOver, Source

__all__ = ["Json", "Resource", "canonical", "named", "objects", "text"]

Json = dict[str, Any]

_NAMELESS = uuid.UUID("6b1f8a52-5d0e-5c8f-9a43-0f6f3f1d7c21")


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """A resource with its place in the request.

    `reference` is `Type/id`, else the `fullUrl` of its entry, else a UUID made of its content.
    `within` is the FHIRPath of a contained resource in the resource that `reference` names.
    """

    type: str
    body: Json
    field: str
    full_url: str
    reference: str
    within: str = ""

    @property
    def version(self) -> str:
        """`meta.versionId`, or empty."""
        return text(self.body.get("meta"), "versionId")

    @property
    def id(self) -> str:
        """The logical id, or empty."""
        return text(self.body, "id")

    @property
    def status(self) -> str:
        """The status code, or empty."""
        return text(self.body, "status")

    def source(self, path: str = "") -> Source:
        """Where an element of this resource stands; `path` is relative to the resource."""
        root = self.within or self.type
        return Source(self.reference, f"{root}.{path}" if path else root, self.version)

    def passed_over(self, reason: str, path: str = "") -> PassedOver:
        """The trace of an element, or the whole resource, that is not read."""
        return PassedOver(self.source(path), reason)

    def contained(self) -> "dict[str, Resource]":
        """The resources that this one contains, by id; of two with one id the first."""
        found: dict[str, Resource] = {}
        for position, one in enumerate(objects(self.body, "contained")):
            if isinstance(local := one.get("id"), str) and local not in found:
                path = f"{self.type}.contained[{position}]"
                kind = str(one.get("resourceType", ""))
                found[local] = Resource(kind, one, self.field, "", self.reference, path)
        return found


def named(kind: str, body: Json, field: str, full_url: str) -> Resource:
    """The resource under the name it has: id, else `fullUrl`, else a UUID made of its content."""
    own = text(body, "id")
    made = full_url or f"urn:uuid:{uuid.uuid5(_NAMELESS, canonical(body))}"
    return Resource(kind, body, field, full_url, f"{kind}/{own}" if own else made)


def canonical(value: Any) -> str:
    """One text for equal JSON, whatever the order of its members; numbers as they were written."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_number)


def _number(value: Decimal) -> str:
    """A number's own text; the NUL, which the reader lets into no text, tells it from a text."""
    return f"\0{getattr(value, 'text', value)}"


def objects(body: Any, key: str) -> list[Json]:
    """The objects in an array element; empty when there is none."""
    found = body.get(key) if isinstance(body, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(body: Any, key: str) -> str:
    """A string element, or empty."""
    found = body.get(key) if isinstance(body, dict) else None
    return found if isinstance(found, str) else ""
