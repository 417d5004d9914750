"""Values that occur nowhere else, and the search for them in any disguise.

Each kind of value has a mark that all its canaries hold, so that one search finds them all, however many
there are.
"""

import re
import zlib
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress

__all__ = ["MARKS", "Canaries", "disguises", "marks_in"]

_TEXT, _DIGITS, _YEAR = "quokkaquokka", "17311900", "1857-"
MARKS = (_TEXT, _DIGITS, _YEAR)
"""What every text, every number and every date holds."""

_ZLIB_BEGINS = re.compile(rb"(?=x[\x01\x5e\x9c\xda])")
_SHORTEST_BASE64 = 8
"""Fewer characters would be found by chance."""


class Canaries:
    """Makes values that occur nowhere else, and remembers them."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def new(self, shape: str = "{}") -> str:
        """A new text, in a shape that FHIR allows at its place."""
        return self._made(shape.format(f"{_TEXT}{len(self.made):05}zz"))

    def decimal(self) -> str:
        """A new decimal, as it is written in JSON."""
        return self._made(f"0.0{_DIGITS}{len(self.made):05}")

    def whole(self) -> str:
        """A new whole number of at most 31 bits."""
        return self._made(f"{_DIGITS}{len(self.made) % 100:02}")

    def date(self) -> str:
        """A new day, later than those before."""
        number = len(self.made)
        return self._made(f"{_YEAR}{number // 28 % 12 + 1:02}-{number % 28 + 1:02}")

    def _made(self, value: str) -> str:
        self.made.append(value)
        return value


def disguises(text: str) -> set[bytes]:
    """The text as it may stand in a file: in other encodings, escaped, in the middle of Base64."""
    plain = text.encode()
    hexed = plain.hex()
    pairs = [hexed[at : at + 2] for at in range(0, len(hexed), 2)]
    found = {
        plain,
        text.upper().encode(),
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        *(one.encode() for one in (hexed, hexed.upper())),
        *("".join(f"%{each}" for each in spelled).encode() for spelled in (pairs, map(str.upper, pairs))),
        "".join(f"\\u00{each}" for each in pairs).encode(),
        "".join(f"&#{ord(each)};" for each in text).encode(),
    }
    for encode in (b64encode, urlsafe_b64encode):
        middles = (encode(b"x" * shift + plain)[4:-4] for shift in range(3))
        found.update(middle for middle in middles if len(middle) >= _SHORTEST_BASE64)
    return found


def marks_in(content: bytes) -> list[str]:
    """The marks of the canaries that stand somewhere in it, packed ones too."""
    whole = b"\0".join([content, *_inflated(content)])
    return [mark for mark in MARKS if any(part in whole for part in disguises(mark))]


def _inflated(content: bytes) -> Iterator[bytes]:
    """What was compressed in there, as far as it can be followed: a blob may go on in another page."""
    for begin in _ZLIB_BEGINS.finditer(content):
        stream, plain = zlib.decompressobj(), b""
        with suppress(zlib.error):
            for at in range(begin.start(), min(begin.start() + 65_536, len(content)), 64):
                plain += stream.decompress(content[at : at + 64])
        yield plain
