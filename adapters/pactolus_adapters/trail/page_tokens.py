"""Tokens of pages: where the next page begins, bound to the question that the list answers.

A token names the last record of a page, so records that are added meanwhile move nothing. It holds no
secret: who makes one up gets a page of a list that the caller may ask for anyway.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import astuple
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pactolus_adapters.tlog.strict import MOST_SIZE
from pactolus_engine.errors import InputInvalid, Violation

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["page_token", "read_page_token"]

_PLACE_BYTES: Final = 8
_DIGEST_BYTES: Final = 16
_NO_PLACE: Final = bytes([0x80])
"""From here on it is no index: those are below 2^63."""


def page_token(question: "DataclassInstance", last: int) -> str:
    """The token of the page after the record `last`."""
    place = last.to_bytes(_PLACE_BYTES, "big")
    return urlsafe_b64encode(place + _digest(question, place)).decode("ascii")


def read_page_token(question: "DataclassInstance", token: str) -> int:
    """The record after which the page begins; -1 for the first page, whose token is empty.

    Raises `InputInvalid` for a token that was not given for this question.
    """
    if not token:
        return -1
    try:
        content = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        raise _refused() from None
    place = content[:_PLACE_BYTES]
    if place >= _NO_PLACE:
        raise _refused()
    if len(place) != _PLACE_BYTES or content[_PLACE_BYTES:] != _digest(question, place):
        raise _refused()
    if urlsafe_b64encode(content) != token.encode("ascii"):  # one token has one spelling
        raise _refused()
    if (last := int.from_bytes(place, "big")) > MOST_SIZE:  # anybody can make up a token
        raise _refused()
    return last


def _refused() -> InputInvalid:
    expected = "expected the `next_page_token` of a page of this very list, with the same filters"
    return InputInvalid([Violation("page_token", expected)])


def _digest(question: "DataclassInstance", place: bytes) -> bytes:
    # Each field as its `repr`, which tells apart what is empty, and no field can trade characters.
    return sha256(b"pactolus page 1\n" + place + repr(astuple(question)).encode()).digest()[:_DIGEST_BYTES]
