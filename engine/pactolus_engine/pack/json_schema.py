"""JSON Schema, draft 2020-12, of the files of a pack, for editors: made from the table that the loader checks by.

The schema never refuses what the loader takes, but for a word with white space around it in quotes. It takes more: names,
units, references and what depends on other keys are for the loader. YAML is read as its core schema says, so a text that
looks like a number or `true` is one here.
"""

from typing import Any

from pactolus_engine.pack.shape import (
    Date,
    Either,
    Id,
    Key,
    Kind,
    ListOf,
    MapOf,
    Named,
    Number,
    Shape,
    Text,
    Word,
)
from pactolus_engine.pack.shapes import FILES, NAMED, PackFile

__all__ = ["json_schema", "json_schemas"]

Json = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
_PLAIN: dict[str, object] = {"true": True, "false": False}
"""Words that YAML reads as something else than a text."""


def json_schemas() -> dict[str, Json]:
    """Name of a kind of file → its schema."""
    return {file.name: json_schema(file) for file in FILES}


def json_schema(file: PackFile) -> Json:
    """The schema of one kind of file, whole: it refers to no other."""
    content = _kind(file.content)
    head: Json = {"$schema": _DIALECT, "title": f"Pactolus rule pack: {file.files}", "description": file.says}
    named = {name: _kind(kind) for name, kind in NAMED.items()}
    used = {"$defs": named} if "#/$defs/" in repr(content) else {}
    return {**content, **head, **used}


def _kind(kind: Kind) -> Json:
    match kind:
        case Named(name):
            return {"$ref": f"#/$defs/{name}"}
        case Either(kinds):
            return {"anyOf": [_kind(one) for one in kinds]}
        case ListOf(item, least, most):
            limits = {"minItems": least} | ({"maxItems": most} if most else {})
            return {"type": "array", "items": _kind(item), "uniqueItems": True} | limits
        case MapOf(value, names, keys):
            return {"type": "object", "propertyNames": _kind(names)} | _properties(keys, _kind(value))
        case Shape():
            return _shape(kind)
        case _:
            return _scalar(kind)


def _scalar(kind: Text | Id | Number | Date | Word) -> Json:
    match kind:
        case Text():
            return _text(kind)
        case Id():
            return {"type": ["string", "boolean"], "pattern": _ID, "maxLength": 64}
        case Number():
            return {"type": "number"}
        case Date():
            return {"type": "string", "pattern": r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$"}
        case Word(words):
            return {"enum": [value for word in words for value in _values(word)]}


def _text(kind: Text) -> Json:
    """A text may be written without quotes and then look like a number, or like true and false."""
    types = ["string", "number", "boolean"]
    if kind.grammar:
        return {"type": types, "pattern": rf"^\s*(?:{kind.grammar})\s*$"}
    return {"type": types, "pattern": r"\S"}


def _values(word: str) -> list[object]:
    """What a word is once YAML is read: with and without quotes."""
    text = str(word)
    if text.isdecimal():
        return [text, int(text)]
    return [text, *([_PLAIN[text]] if text in _PLAIN else [])]


def _shape(shape: Shape) -> Json:
    schema: Json = {"type": "object", "description": shape.says, **_properties(shape.keys, False)}
    if shape.required:
        schema["required"] = list(shape.required)
    if shape.one_of:
        schema["oneOf"] = [{"required": [str(name)]} for name in shape.one_of]
    return schema


def _properties(keys: tuple[Key, ...], others: object) -> Json:
    properties = {str(key.name): {**_kind(key.kind), "description": key.says} for key in keys}
    return ({"properties": properties} if keys else {}) | {"additionalProperties": others}
