"""The grammars of the texts in a pack, as regular expressions that must match the whole text.

They are read by Python and by the editors that check JSON Schema, so they use only what both know.
"""

import re

__all__ = [
    "CHECK",
    "CODE",
    "DIGEST",
    "DOI",
    "INSTANT",
    "SYSTEM",
    "UNIT",
    "URL",
    "VALUE",
    "VERSION",
    "matches",
]

VERSION = r"(?:0|[1-9][0-9]{0,5})(?:\.(?:0|[1-9][0-9]{0,5})){2}"
VALUE = r"[A-Za-z0-9][A-Za-z0-9.+-]{0,63}"
UNIT = r"[!-~]{1,64}"
SYSTEM = r"(?:https?://|urn:(?:oid|uuid|ietf):?)[!-~]+|local:[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
# FHIR R4 `code`: no white space at the ends, single spaces inside.
CODE = r"[!-~]+(?: [!-~]+)*"
DOI = r"10\.[0-9]{4,9}/[!-~]+"
URL = r"https?://[!-~]+"
INSTANT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
DIGEST = r"[0-9a-f]{64}"
CHECK = r"[A-Z]{1,4}[0-9]{3}"


def matches(grammar: str, text: str) -> bool:
    """Whether the whole text is of the grammar."""
    return re.fullmatch(grammar, text) is not None
