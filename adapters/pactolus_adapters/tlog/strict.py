"""Numbers, Base64 and text as the log's formats write them: one form in bytes for one value."""

import re
from base64 import b64decode, b64encode
from typing import Final

from pactolus_adapters.tlog.errors import TlogUnreadable

__all__ = ["HASH_BYTES", "MOST_SIZE", "base64_text", "read_base64", "read_decimal", "read_hash", "read_text"]

HASH_BYTES: Final = 32
"""Bytes of a SHA-256 hash."""

MOST_SIZE: Final = 2**63 - 1
"""The greatest size of a tree, index of an entry or time: what a signed 64-bit integer holds."""

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")


def read_text(content: bytes, what: str) -> str:
    """The text of these bytes: UTF-8, and of the characters below U+0020 only the newline."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TlogUnreadable(f"{what} is not UTF-8 at byte {error.start}") from None
    control = _CONTROL.search(text)
    if control is not None:
        raise TlogUnreadable(f"{what} has a control character at character {control.start()}")
    return text


def read_decimal(text: str, what: str) -> int:
    """A count from ASCII digits without sign or leading zeros, at most 2^63 - 1."""
    if _DECIMAL.fullmatch(text) is None or int(text) > MOST_SIZE:
        raise TlogUnreadable(f"{what} is not a decimal number without leading zeros below 2^63")
    return int(text)


def base64_text(content: bytes) -> str:
    """Standard Base64 (RFC 4648 section 4) with padding."""
    return b64encode(content).decode("ascii")


def read_base64(text: str, what: str) -> bytes:
    """The bytes of standard Base64; a second spelling of the same bytes is refused."""
    try:
        content = b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise TlogUnreadable(f"{what} is not standard Base64") from None
    if base64_text(content) != text:
        raise TlogUnreadable(f"{what} is not the one Base64 spelling of its bytes")
    return content


def read_hash(text: str, what: str) -> bytes:
    """A SHA-256 hash from Base64."""
    content = read_base64(text, what)
    if len(content) != HASH_BYTES:
        raise TlogUnreadable(f"{what} has {len(content)} bytes, a SHA-256 hash has {HASH_BYTES}")
    return content
