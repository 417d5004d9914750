"""Resources in which every element that FHIR R4 has is filled, each with values that occur nowhere else.

Made from the reader's own tables, so that an element which they know cannot be forgotten. One resource per
top-level element: the required ones and that one, filled as deep as a person would.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pactolus_adapters.fhir.r4_codes import CODES, CONCEPTS
from pactolus_adapters.fhir.r4_models import check_r4
from pactolus_adapters.fhir.r4_shape import _Element, _Shape, _shape, model_of
from pactolus_adapters.fhir.strict_json import parse
from pactolus_adapters.fhir.violations import READ_TYPES, Violations
from tests.support.canaries import Canaries

__all__ = ["Filled", "every_field"]

_DEEPEST = 3
_ELSEWHERE = {"contained", "resourceType"}
"""What is no element to be filled like the others."""
_AGAINST_OBS_6 = ("ObservationComponent", "dataAbsentReason")


@dataclass(frozen=True)
class Filled:
    """A resource with one of its elements filled, as JSON; `is_good`: the reader's check takes it."""

    kind: str
    element: str
    text: str
    is_good: bool


class _Literal(str):
    """A number as it is written in JSON."""


def every_field(canaries: Canaries) -> Iterator[Filled]:
    """One resource for each element of each type that is read."""
    for kind in sorted(READ_TYPES):
        shape = _shape(model_of(kind))
        for name in sorted(shape.elements):
            if name not in _ELSEWHERE:
                body = _filled(shape, canaries, name)
                body = {"resourceType": kind, **body, "id": canaries.new()}
                text = _json(body)
                yield Filled(kind, name, text, _is_good(kind, text))


def _is_good(kind: str, text: str) -> bool:
    found = Violations()
    check_r4(parse(text.encode(), kind, found), kind, found)
    return len(found) == 0


def _filled(shape: _Shape, canaries: Canaries, name: str) -> dict[str, Any]:
    """What the resource must have, and one element more, deep."""
    chosen = shape.chosen.get(name)
    needed = [
        one for one in _needed(shape) if one != name and (chosen is None or shape.chosen.get(one) != chosen)
    ]
    deep = {name: _element(shape, name, canaries, 1)}
    return {one: _element(shape, one, canaries, _DEEPEST) for one in needed} | deep


def _needed(shape: _Shape) -> list[str]:
    return [*shape.required, *(names[0] for names, needed in shape.choices.values() if needed)]


def _element(shape: _Shape, name: str, canaries: Canaries, depth: int) -> Any:
    element = shape.elements[name]
    if element.kind == "object":
        value: Any = _object(shape, name, element, canaries, depth)
    else:
        value = _primitive(shape, name, element, canaries)
    return [value] if element.many else value


def _object(shape: _Shape, name: str, element: _Element, canaries: Canaries, depth: int) -> dict[str, Any]:
    inner = _shape(element.model)
    if inner.name == "FHIRPrimitiveExtension":
        return {"extension": [_extension(canaries)]}
    if inner.name == "Extension":
        return _extension(canaries)
    if (bound := CONCEPTS.get((shape.name, name))) is not None:
        coding = {"system": bound[0], "code": min(bound[1]), "display": canaries.new()}
        return {"coding": [coding], "text": canaries.new('{} \u00e9 "')}
    if inner.name == "Period":
        return {"start": canaries.date(), "end": "1999-01-01"}
    if inner.name == "Reference" and depth >= _DEEPEST:
        return {"reference": canaries.new("Patient/{}"), "display": canaries.new()}
    names = _needed(inner) if depth >= _DEEPEST else _all(inner)
    body = {one: _element(inner, one, canaries, depth + 1) for one in names or _first(inner)}
    if inner.name == "Reference":
        body["reference"] = canaries.new("Patient/{}")
    return body


def _extension(canaries: Canaries) -> dict[str, Any]:
    return {"url": canaries.new("https://{}.example/x"), "valueString": canaries.new()}


def _all(shape: _Shape) -> list[str]:
    """Every element, and of a choice the first."""
    firsts = {names[0] for names, _ in shape.choices.values()}
    skipped = {"extension", "modifierExtension"}
    names = [
        name
        for name in shape.elements
        if name not in skipped and not name.startswith("_") and (shape.name, name) != _AGAINST_OBS_6
    ]
    return [name for name in names if name not in shape.chosen or name in firsts]


def _first(shape: _Shape) -> list[str]:
    """Something to say in an element that requires nothing: its first primitive."""
    simple = [n for n in _all(shape) if shape.elements[n].kind not in {"object", "resource"} and n != "id"]
    return (simple or _all(shape))[:1]


def _primitive(shape: _Shape, name: str, element: _Element, canaries: Canaries) -> Any:
    codes = CODES.get((shape.name, name))
    made = _MADE.get(element.kind)
    return min(codes) if codes else made(canaries) if made else canaries.new("{} \u00e9 \"'<&>\u2028")


def _whole(canaries: Canaries) -> _Literal:
    return _Literal(canaries.whole())


def _address(canaries: Canaries) -> str:
    return canaries.new("https://{}.example/x")


def _moment(canaries: Canaries) -> str:
    return f"{canaries.date()}T10:11:12Z"


_MADE: dict[str, Callable[[Canaries], Any]] = {
    "boolean": lambda _: True,
    "decimal": lambda canaries: _Literal(canaries.decimal()),
    **dict.fromkeys(("integer", "positiveInt", "unsignedInt", "integer64"), _whole),
    "date": lambda canaries: canaries.date(),
    **dict.fromkeys(("dateTime", "instant"), _moment),
    "time": lambda _: "10:11:12",
    "base64Binary": lambda canaries: b64encode(canaries.new().encode()).decode(),
    **dict.fromkeys(("uri", "url", "canonical"), _address),
    **dict.fromkeys(("code", "id"), Canaries.new),
    "xhtml": lambda canaries: f'<div xmlns="http://www.w3.org/1999/xhtml">{canaries.new()}</div>',
}
"""Kind of a primitive to a value of it; any other is a text with all that may need an escape."""


def _json(value: Any) -> str:
    """As `json.dumps`, with numbers as they were written."""
    if isinstance(value, _Literal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_json(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    return json.dumps(value)
