"""Checks the shape of a resource against the element tables of the FHIR R4 models.

Unknown, missing, empty and repeated-choice elements, JSON kinds (the models take `"6"` for 6 and a
string for an object), the form of primitives, dates, ids and required bindings. The tables are derived from the
models of `fhir.resources` once per class and never change.
"""

import re
import typing
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

from pactolus_adapters.fhir.dates import is_date, is_date_time
from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.r4_codes import CODES, CONCEPTS
from pactolus_adapters.fhir.r4_forms import Form, form_of
from pactolus_adapters.fhir.violations import READ_TYPES, Violations, child, item

__all__ = ["check_resource", "element_names", "model_of", "warm_up_shapes"]

_ADVISED = 100
"""Violations before which a near name is looked for: beyond them nobody mends names one by one."""

_LONGEST_NAME = 40
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ABSTRACT = frozenset({"DomainResource", "Resource"})
_NUMBERS = frozenset({"decimal", "integer", "integer64", "positiveInt", "unsignedInt"})


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of a type: its FHIR kind (a primitive, `object` or `resource`), and how often.

    `form` is that of a primitive; a boolean has none beyond being one.
    """

    kind: str
    many: bool
    required: bool
    model: Any = None
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class _Shape:
    """The elements of a type, and its choices (`value[x]`): names, and whether one is required.

    `required` names the elements that are; `chosen` says which choice a name belongs to.
    """

    name: str
    is_resource: bool
    elements: dict[str, _Element]
    choices: dict[str, tuple[tuple[str, ...], bool]]
    required: tuple[str, ...]
    chosen: dict[str, str]


def model_of(resource_type: object) -> Any:
    """The R4 model of a resource type, or None when FHIR has no such type."""
    if not isinstance(resource_type, str) or not resource_type.isidentifier():
        return None
    return _known_model(resource_type)


@lru_cache(maxsize=256)  # the name comes from the request: bounded
def _known_model(resource_type: str) -> Any:
    try:
        model = get_fhir_model_class(resource_type)
    except (LookupError, ImportError, AttributeError, ValueError):
        return None
    return model if _is_resource(model) and resource_type not in _ABSTRACT else None


def _is_resource(model: Any) -> bool:
    return any(base.__name__ == "Resource" for base in model.__mro__)


@cache
def element_names() -> frozenset[str]:
    """Every element name that can occur in a resource that is read, or in a Bundle."""
    known: dict[Any, _Shape] = {}
    waiting = [model_of(kind) for kind in (*READ_TYPES, "Bundle")]
    while waiting:
        model = waiting.pop()
        if model in known or model is None:
            continue
        known[model] = _shape(model)
        waiting += [e.model for e in known[model].elements.values() if e.kind == "object"]
    return frozenset(name for shape in known.values() for name in shape.elements)


def check_resource(model: Any, body: dict[str, Any], path: str, found: Violations) -> None:
    """Adds every violation of the shape of one resource (what it contains included)."""
    _check_object(_shape(model), body, path, found)


def warm_up_shapes(names: Iterable[str]) -> None:
    """Makes the tables of these types and of all that they hold."""
    seen: set[Any] = set()
    todo = [model_of(name) for name in names]
    while todo:
        model = todo.pop()
        if model is not None and model not in seen:
            seen.add(model)
            todo += [one.model for one in _shape(model).elements.values() if one.kind == "object"]


@cache
def _shape(model: Any) -> _Shape:
    elements: dict[str, _Element] = {}
    choices: dict[str, tuple[tuple[str, ...], bool]] = {}
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra or {}
        alias = info.alias or name
        if name == "fhir_comments":
            continue
        required = bool(extra.get("element_required")) or info.is_required()
        elements[alias] = _element(info, required)
        if group := extra.get("one_of_many"):
            names, needed = choices.get(group, ((), False))
            choices[group] = ((*names, alias), needed or bool(extra.get("one_of_many_required")))
    needed_names = tuple(name for name, element in elements.items() if element.required)
    chosen = {name: group for group, (names, _) in choices.items() for name in names}
    return _Shape(model.__name__, _is_resource(model), elements, choices, needed_names, chosen)


def _element(info: Any, required: bool) -> _Element:
    annotation = info.annotation
    many = _is_list(annotation)
    model = _model_in(annotation)
    if model is None:
        primitive = _primitive_in((annotation, *info.metadata))
        form = None if primitive == "boolean" else form_of(annotation)
        return _Element(primitive, many, required, form=form)
    kind = "resource" if model.__name__ == "Resource" else "object"
    return _Element(kind, many, required, model)


def _is_list(annotation: Any) -> bool:
    if typing.get_origin(annotation) is list:
        return True
    return any(typing.get_origin(part) is list for part in typing.get_args(annotation))


def _model_in(annotation: Any) -> Any:
    if hasattr(annotation, "get_model_klass"):
        return annotation.get_model_klass()
    for part in typing.get_args(annotation):
        if (model := _model_in(part)) is not None:
            return model
    return None


def _primitive_in(parts: tuple[Any, ...]) -> str:
    """The FHIR name of the primitive; a Boolean carries no mark in the models."""
    for part in parts:
        if isinstance(mark := getattr(part, "__visit_name__", None), str):
            return mark
        if part is bool:
            return "boolean"
        if inner := _primitive_in((*typing.get_args(part), *getattr(part, "__metadata__", ()))):
            return inner
    return ""


def _check_object(shape: _Shape, body: dict[str, Any], path: str, found: Violations) -> None:
    if not body:
        found.add(path, "is an empty object, which FHIR JSON does not allow")
    for position, (key, value) in enumerate(body.items()):
        if found.is_full:
            return
        if key == "resourceType" and shape.is_resource:
            continue
        if (element := shape.elements.get(key)) is None:
            found.add(child(path, position), _unknown(shape, key, len(found) < _ADVISED))
        else:
            _check_element(shape, key, element, value, f"{path}.{key}", found)
    _check_presence(shape, body, path, found)


def _unknown(shape: _Shape, key: str, is_advised: bool) -> str:
    """Names what was probably meant; the name that was sent may be a patient's."""
    near = get_close_matches(key[:_LONGEST_NAME], shape.elements, n=1) if is_advised else ()
    advice = f"; did you mean `{near[0]}`?" if near else ""
    return f"is no element of FHIR R4 `{shape.name}`; unknown elements are refused{advice}"


def _check_presence(shape: _Shape, body: dict[str, Any], path: str, found: Violations) -> None:
    for name in shape.required:
        if name not in body:
            found.add(f"{path}.{name}", f"is missing; FHIR R4 `{shape.name}` requires it")
    if not shape.choices:
        return
    present: dict[str, set[str]] = {}
    for key in body:
        name = key.removeprefix("_")
        if group := shape.chosen.get(name):
            present.setdefault(group, set()).add(name)
    for group, (_, needed) in shape.choices.items():
        names = present.get(group, ())
        if len(names) > 1:
            found.add(f"{path}.{group}", "is given more than once; one of its types is allowed")
        if needed and not names:
            found.add(f"{path}.{group}", f"is missing; FHIR R4 `{shape.name}` requires it")


def _check_element(
    shape: _Shape, key: str, element: _Element, value: Any, place: str, found: Violations
) -> None:
    if shape.name == "BundleEntry" and key == "resource":
        return  # the request's reader opens it as a resource of its own
    if not element.many:
        _check_value(shape, key, element, value, place, found)
    elif not isinstance(value, list) or not value:
        found.add(place, "is not an array with at least one item, which this element requires")
    else:
        for position, part in enumerate(value):
            if found.is_full:
                return
            if part is None and element.kind not in {"object", "resource"}:
                continue  # FHIR JSON: null keeps the place of an extension in the array beside it
            if part is None and key.startswith("_"):
                continue
            _check_value(shape, key, element, part, item(place, position), found)


def _check_value(
    shape: _Shape, key: str, element: _Element, value: Any, place: str, found: Violations
) -> None:
    if element.kind == "resource":
        _check_contained(value, place, found)
    elif element.kind == "object":
        if not isinstance(value, dict):
            found.add(place, "is not an object, which this element requires")
            return
        _check_object(_shape(element.model), value, place, found)
        _check_concept(shape, key, value, place, found)
    elif wrong := _wrong_primitive(element.kind, value):
        found.add(place, wrong)
    elif (codes := CODES.get((shape.name, key))) is not None and value not in codes:
        found.add(place, f"is none of the codes FHIR R4 requires: {_listed(codes)}")
    elif element.form and not element.form.fits(value):
        found.add(place, "does not have the form that its FHIR R4 data type requires")


def _check_contained(value: Any, place: str, found: Violations) -> None:
    model = model_of(value.get("resourceType")) if isinstance(value, dict) else None
    if model is None:
        found.add(place, "is not a resource of a type that FHIR R4 has")
        return
    kind = value["resourceType"]
    _check_object(_shape(model), value, f"{place}.{kind}" if kind in READ_TYPES else place, found)


def _check_concept(shape: _Shape, key: str, concept: dict[str, Any], place: str, found: Violations) -> None:
    bound = CONCEPTS.get((shape.name, key))
    if bound is None:
        return
    system, codes = bound
    codings = concept.get("coding")
    for coding in codings if isinstance(codings, list) else []:
        if isinstance(coding, dict) and coding.get("system") == system:
            code = coding.get("code")
            if isinstance(code, str) and code in codes:
                return
    found.add(place, f"has no coding of {system} with a code FHIR R4 requires: {_listed(codes)}")


def _wrong_primitive(kind: str, value: Any) -> str:
    """What is wrong with the JSON of a primitive; empty when nothing is."""
    if kind == "boolean":
        return "" if isinstance(value, bool) else "is not true or false, which this element requires"
    if kind in _NUMBERS:
        if not isinstance(value, Number):
            return "is not a number, which this element requires"
        is_whole = kind == "decimal" or _INTEGER.fullmatch(value.text)
        return "" if is_whole else "is not a whole number, which this element requires"
    if not isinstance(value, str):
        return "is not a string, which this element requires"
    if not value.strip():
        return "is empty"
    return _wrong_text(kind, value)


def _wrong_text(kind: str, value: str) -> str:
    if kind == "date" and not is_date(value):
        return "is not a date of the calendar, written YYYY, YYYY-MM or YYYY-MM-DD"
    if kind == "dateTime" and not is_date_time(value):
        return "is not a FHIR dateTime: a date, or a date with a time in seconds and an offset"
    if kind == "instant" and not (is_date_time(value) and "T" in value):
        return "is not a FHIR instant: a date with a time in seconds and an offset"
    if kind == "id" and not _ID.fullmatch(value):
        return "is not a FHIR id: 1 to 64 ASCII letters, digits, `-` and `.`"
    return ""


def _listed(codes: frozenset[str]) -> str:
    return ", ".join(f"`{code}`" for code in sorted(codes))
