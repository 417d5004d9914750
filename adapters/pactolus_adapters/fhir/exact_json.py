"""FHIR JSON with exact decimals: the only place where output becomes bytes.

The models of `fhir.resources` write 0.00001000 back as a binary float; here a decimal is written
from its own text, so that digits and precision stay as they were given. The same tree always gives
the same bytes: elements keep the order in which they were put in. Rules of the form: FHIR R4, JSON
representation (no null, no empty array, object or string).
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring

__all__ = ["Node", "Tree", "encode", "without_empties"]

Node = str | bool | int | Decimal | None | Sequence["Node"] | Mapping[str, "Node"]
Tree = dict[str, Node]

# What XML 1.0 forbids, lone surrogates included: it would make the narrative ill-formed or the
# bytes no UTF-8.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

# To ask an abstract class costs more than to write what it says yes to, so the plain ones come first.
_OBJECT = (dict, Mapping)
_ARRAY = (list, tuple)


def encode(tree: Mapping[str, Node]) -> bytes:
    """The tree as compact UTF-8 JSON.

    A character that may not stand in XML is replaced by U+FFFD. Raises `ValueError` on null, on
    anything empty, on a decimal that is not a number, and on any other kind (binary floats above all).
    """
    return _text_of(tree, _Texts()).encode("utf-8")


def without_empties(tree: Mapping[str, Node]) -> Tree:
    """The tree without nulls, blank strings, and arrays or objects that hold nothing else."""
    return {key: kept for key, value in tree.items() if (kept := _kept(value)) is not None}


def _kept(node: Node) -> Node:
    if isinstance(node, str):
        return None if not node or node.isspace() else node
    if isinstance(node, _OBJECT):
        return without_empties(node) or None
    if isinstance(node, _ARRAY):
        return [kept for part in node if (kept := _kept(part)) is not None] or None
    return node


class _Texts(dict[str, str]):
    """Texts and their JSON, each made once a document: a Bundle says most of its texts many times."""

    def __missing__(self, text: str) -> str:
        if not text.strip():
            raise ValueError("FHIR JSON holds no blank string")
        made = self[text] = encode_basestring(_FORBIDDEN.sub("\ufffd", text))
        return made


def _text_of(node: Node, texts: _Texts) -> str:
    """The JSON of a node. What there is most of is asked for first."""
    if isinstance(node, str):
        return texts[node]
    if isinstance(node, _OBJECT) and node:
        return f"{{{','.join([f'{texts[key]}:{_text_of(value, texts)}' for key, value in node.items()])}}}"
    if isinstance(node, _ARRAY) and node:
        return f"[{','.join([_text_of(part, texts) for part in node])}]"
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, int):
        return str(node)
    if isinstance(node, Decimal):
        return _number(node)
    raise ValueError("FHIR JSON holds text, booleans, whole and decimal numbers, and nothing empty")


def _number(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError("FHIR JSON holds no infinity and no not-a-number")
    return str(number)
