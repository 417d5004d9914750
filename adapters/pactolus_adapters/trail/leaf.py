"""What a leaf says, read for checking it: apart from what writes leaves."""

import json
from typing import Final

__all__ = ["LeafFields", "read_leaf"]

LeafFields = dict[str, str]

_VERSION: Final = "1"
_DECODER: Final = json.JSONDecoder()


def read_leaf(leaf: bytes) -> LeafFields | None:
    """The fields of a leaf of this log: one JSON object of texts with the `schema_version` that is known here.

    None when it is something else.
    """
    try:
        text = leaf.decode("utf-8")
        document, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if end != len(text) or type(document) is not dict or set(map(type, document.values())) != {str}:
        return None
    return document if document.get("schema_version") == _VERSION else None
