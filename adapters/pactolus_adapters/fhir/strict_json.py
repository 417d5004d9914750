"""Reads JSON strictly and exactly: what two readers could understand differently is refused.

RFC 8259 in UTF-8 without byte order mark; no duplicate names, no NaN or Infinity, no lone
surrogates, no NUL, bounded depth and bounded numbers. Numbers become exact decimals that remember
how they were written. Every failure becomes a violation; nothing here raises on bad input.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from pactolus_adapters.fhir.exact_number import Number
from pactolus_adapters.fhir.r4_shape import element_names
from pactolus_adapters.fhir.violations import Violations, child, item, typed

__all__ = ["MAX_DEPTH", "MAX_EXPONENT", "MAX_NUMBER_CHARACTERS", "Limits", "parse"]

MAX_DEPTH = 64
MAX_NUMBER_CHARACTERS = 40
MAX_EXPONENT = 30

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_STRINGS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_UNSAFE_TEXT = re.compile("[\x00\ud800-\udfff]")
_UNSAFE_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
"""All that makes an unsafe text: JSON has no raw NUL, UTF-8 no raw surrogate. A whole pair matches too."""

_EXPONENT = re.compile(r"[eE]([+-]?[0-9]+)\Z")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a request is read, in bytes: of one lone resource, and of all fields together."""

    resource_bytes: int = 1024 * 1024
    request_bytes: int = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Refused:
    """Stands in the tree where a number was refused, until its place is known."""

    why: str


class _Maker:
    """Makes numbers and objects for the parser, and remembers whether anything was odd about them.

    Each text of a number is made once: a document full of zeros costs little.
    """

    def __init__(self) -> None:
        self._made: dict[str, Number | _Refused] = {}
        self.is_odd = False

    def number(self, text: str) -> Number | _Refused:
        """The number, or what stands for one that is refused."""
        made = self._made.get(text)
        if made is None:
            made = self._made[text] = _number(text)
            self.is_odd |= isinstance(made, _Refused)
        return made

    def constant(self, _word: str) -> _Refused:
        """NaN and the infinities."""
        self.is_odd = True
        return _Refused("is no number of JSON; NaN and Infinity are refused")

    def object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """The object; of members with one name the first."""
        made = dict(pairs)
        if len(made) == len(pairs):
            return made
        self.is_odd = True
        return _first_of_each(pairs)


def _number(text: str) -> Number | _Refused:
    if len(text) > MAX_NUMBER_CHARACTERS:
        return _Refused(f"is a number of more than {MAX_NUMBER_CHARACTERS} characters")
    exponent = _EXPONENT.search(text)
    if exponent and abs(int(exponent.group(1))) > MAX_EXPONENT:
        return _Refused(f"is a number with an exponent beyond {MAX_EXPONENT}")
    return Number(text)


class _Object(dict[str, Any]):
    """An object that remembers which of its names came more than once, and where."""

    duplicates: tuple[tuple[int, str], ...] = ()


def parse(content: bytes, field: str, found: Violations) -> Any:
    """The JSON value, with every violation added to `found`; None when there is no tree at all.

    After a violation the tree is fit for finding more violations, and for nothing else.
    """
    text = _decoded(content, field, found)
    if text is None:
        return None
    if _is_too_deep(content):
        found.add(field, f"is nested too deep; at most {MAX_DEPTH} levels are read")
        return None
    make = _Maker()
    try:
        tree = json.loads(
            text,
            object_pairs_hook=make.object,
            parse_float=make.number,
            parse_int=make.number,
            parse_constant=make.constant,
        )
    except json.JSONDecodeError as error:
        found.add(field, f"is not JSON: it breaks at line {error.lineno}, column {error.colno}")
        return None
    return _settled(tree, field, found) if make.is_odd or _UNSAFE_ESCAPE.search(text) else tree


def _decoded(content: bytes, field: str, found: Violations) -> str | None:
    if content.startswith(_BYTE_ORDER_MARK):
        found.add(field, "begins with a byte order mark; UTF-8 without one is expected")
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        found.add(field, f"is not UTF-8: the byte at offset {error.start} is not allowed there")
        return None


def _is_too_deep(content: bytes) -> bool:
    """Counts brackets outside of strings, so that the parser never recurses too far."""
    depth = 0
    for bracket in _STRINGS.sub(b"", content).translate(None, _NO_BRACKETS):
        depth += _STEPS[bracket]
        if depth > MAX_DEPTH:
            return True
        if depth < 0:
            return False  # the parser stops at this bracket
    return False


def _first_of_each(pairs: list[tuple[str, Any]]) -> _Object:
    made = _Object()
    duplicates: list[tuple[int, str]] = []
    for position, (key, value) in enumerate(pairs):
        if key in made:
            duplicates.append((position, key))
        else:
            made[key] = value
    made.duplicates = tuple(duplicates)
    return made


def _settled(tree: Any, path: str, found: Violations) -> Any:
    """The tree in plain objects, every refused part reported with its place."""
    match tree:
        case str():
            return _safe_text(tree, path, found)
        case _Refused():
            found.add(path, tree.why)
            return Number("0")
        case list():
            return [
                part if _is_plain(part) else _settled(part, item(path, at), found)
                for at, part in enumerate(tree)
            ]
        case dict():
            return _settled_object(tree, typed(path, tree), found)
        case _:
            return tree


def _settled_object(body: dict[str, Any], path: str, found: Violations) -> dict[str, Any]:
    for position, key in body.duplicates if isinstance(body, _Object) else ():
        found.add(_member(path, key, position), "stands more than once in the same object")
    plain = {}
    for position, (key, value) in enumerate(body.items()):
        if _is_plain(value) and _is_plain(key):
            plain[key] = value
            continue
        place = _member(path, key, position)
        _safe_text(key, place, found)
        plain[key] = _settled(value, place, found)
    return plain


def _member(path: str, key: str, position: int) -> str:
    """The place of a member; only the names that FHIR has are repeated."""
    is_known = key in element_names() or key == "resourceType"
    return f"{path}.{key}" if is_known else child(path, position)


def _is_plain(value: Any) -> bool:
    """Nothing can be wrong with it; saves making its place."""
    if isinstance(value, str):
        return not _UNSAFE_TEXT.search(value)
    return value is None or isinstance(value, Number | bool)


def _safe_text(text: str, path: str, found: Violations) -> str:
    if not _UNSAFE_TEXT.search(text):
        return text
    found.add(path, "holds a NUL or half of a surrogate pair")
    return _UNSAFE_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
