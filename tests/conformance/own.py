"""Our own check of answers: what the validators of others leave out.

The two FHIRPath engines take txt-1 (the narrative holds no active content) for granted, nobody looks
whether a `value[x]` is given twice, and nobody can see that a decimal went through a binary float.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree

from pactolus_adapters.fhir.r4_shape import check_resource, model_of
from pactolus_adapters.fhir.strict_json import parse
from pactolus_adapters.fhir.violations import Violations
from pactolus_engine.errors import InputInvalid
from tests.conformance.numbers import unstated

__all__ = ["own_errors"]

_XHTML = "{http://www.w3.org/1999/xhtml}"
_ALLOWED = {"div", "h2", "h3", "p", "b", "ul", "li", "table", "tr", "th", "td"}
"""What the writer uses; R4 allows more, and no script, form, frame or event."""


def own_errors(bundle: bytes, stated: Iterable[str]) -> list[str]:
    """What is wrong with an answer; `stated` holds the text of every decimal that it may hold."""
    decimals = [f"the decimal {text} was stated by nobody" for text in unstated(bundle, stated)]
    narratives = [error for text in _narratives(json.loads(bundle)) for error in _narrative_errors(text)]
    return [*decimals, *narratives, *_shape_errors(bundle)]


def _shape_errors(bundle: bytes) -> list[str]:
    """By the tables of the reader, which know the choices."""
    found = Violations()
    tree = parse(bundle, "answer", found)
    for position, entry in enumerate(tree["entry"]):
        body = entry.get("resource", {})
        model = model_of(body.get("resourceType"))
        if model is None:
            found.add(f"entry[{position}]", "is no resource of FHIR R4")
        else:
            check_resource(model, body, f"entry[{position}]", found)
    try:
        found.raise_if_any()
    except InputInvalid as refusal:
        return [f"{one.field}: {one.description}" for one in refusal.violations]
    return []


def _narratives(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("div"), str):
            yield node["div"]
        for part in node.values():
            yield from _narratives(part)
    elif isinstance(node, list):
        for part in node:
            yield from _narratives(part)


def _narrative_errors(div: str) -> list[str]:
    try:
        root = ElementTree.fromstring(div)
    except ElementTree.ParseError:
        return ["a narrative is not well-formed (txt-1)"]
    names = {element.tag.removeprefix(_XHTML) for element in root.iter()}
    found = [f"a narrative holds `{name}` (txt-1)" for name in sorted(names - _ALLOWED)]
    if any(element.attrib for element in root.iter()):
        found.append("a narrative has attributes (txt-1)")
    if not "".join(root.itertext()).strip():
        found.append("a narrative says nothing (txt-2)")
    return found
