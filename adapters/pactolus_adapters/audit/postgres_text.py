"""Names of callers as PostgreSQL can keep them: its texts hold every character but U+0000."""

from typing import Final

__all__ = ["kept", "told"]

_ESCAPE: Final = "\\"
_NUL: Final = "\\0"


def kept(text: str) -> str:
    """A text without U+0000 that no other text has. A request id may hold anything its caller likes."""
    if _ESCAPE not in text and "\0" not in text:
        return text
    return text.replace(_ESCAPE, _ESCAPE * 2).replace("\0", _NUL)


def told(text: str) -> str:
    """The text that was kept. What `kept` never writes comes back as it stands, and is found out as altered."""
    return _ESCAPE.join(part.replace(_NUL, "\0") for part in text.split(_ESCAPE * 2))
