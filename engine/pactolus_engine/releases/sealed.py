"""A signed statement as a file: canonical JSON, one form in bytes, and the message that a key signs.

The statement says in `format` what it is, and the message begins with that, so that a signature given
for one purpose means nothing for another. Whatever is not canonical is refused: a repeated key or
another spelling could be read in two ways.
"""

import json
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import rfc8785

__all__ = [
    "ALGORITHM",
    "Sealed",
    "SealUnreadable",
    "canonical",
    "message",
    "parsed",
    "read_sealed",
    "sealed_bytes",
]

ALGORITHM: Final = "Ed25519"
_SIGNATURE_BYTES: Final = 64


class SealUnreadable(Exception):
    """The file is no signed statement of this format; the text says why."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A statement and the signature over its message."""

    statement: Mapping[str, Any]
    signature: bytes


def canonical(document: Any) -> bytes:
    """The one form of a JSON document in bytes (RFC 8785)."""
    return rfc8785.dumps(document)


def parsed(content: bytes) -> Any:
    """JSON without numbers but whole ones. Raises `ValueError` and `RecursionError` for anything else."""
    return json.loads(content, parse_float=_no_number, parse_constant=_no_number)


def _no_number(_text: str) -> Any:
    raise ValueError("a fraction stands in no signed document")


def message(statement: Mapping[str, Any]) -> bytes:
    """What is signed: the format, a line feed, the canonical statement."""
    return str(statement["format"]).encode("ascii") + b"\n" + canonical(statement)


def sealed_bytes(sealed: Sealed) -> bytes:
    """The content of the file, one line."""
    signature = b64encode(sealed.signature).decode("ascii")
    return canonical({"statement": sealed.statement, "signature": signature}) + b"\n"


def read_sealed(content: bytes, format_: str) -> Sealed:
    """The statement and its signature, which is not verified here. Raises `SealUnreadable`."""
    try:
        document = parsed(content)
        signature = b64decode(document["signature"], validate=True)
        sealed = Sealed(document["statement"], signature)
        stated = sealed.statement["format"], sealed.statement["algorithm"]
        same = sealed_bytes(sealed) == content
    except (ValueError, TypeError, LookupError, RecursionError, NotBase64) as error:
        raise SealUnreadable("the file is no signed statement") from error
    if not same:
        raise SealUnreadable("the file is not in canonical form")
    if stated != (format_, ALGORITHM) or len(signature) != _SIGNATURE_BYTES:
        raise SealUnreadable(f"expected the format `{format_}` and the algorithm `{ALGORITHM}`")
    return sealed
