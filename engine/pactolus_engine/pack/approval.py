"""Clinical sign-off as data: who approved what, on which day, and the digest of what lay before them.

A digest binds an approval to one content. When a byte of that content changes the approval no longer
fits: it stays as a record of what was, and counts for nothing.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256

from pactolus_engine.pack.exact_number import canonical_number

__all__ = [
    "Approval",
    "Approved",
    "RecordedApproval",
    "overlay_content_digest",
    "parameter_content_digest",
    "recorded",
]

_OVERLAY = b"pactolus overlay content 1"
_PARAMETER = b"pactolus parameter content 1"


class Approved(StrEnum):
    """What an approval is of."""

    PACK = "pack"
    OVERLAY = "overlay"
    PARAMETER = "parameter"


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's sign-off. `by` and `role` are as that person is known to the site.

    `digest`: of the content approved, hex. `parameter` and `value` (in the unit of the parameter) are
    there when `of` is a parameter; the digest covers them.
    """

    of: Approved
    digest: str
    by: str
    role: str
    on: date
    parameter: str = ""
    value: Decimal | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecordedApproval:
    """An approval in texts alone, as a record keeps it. One that had lapsed is kept too: its digest is not that
    of what was in force."""

    of: str
    digest: str
    by: str
    role: str
    on: str
    parameter: str = ""


def recorded(approval: Approval) -> RecordedApproval:
    """The approval as a record keeps it."""
    day = approval.on.isoformat()
    return RecordedApproval(
        approval.of.value, approval.digest, approval.by, approval.role, day, approval.parameter
    )


def overlay_content_digest(pack_content: str, overlay: bytes) -> str:
    """What the approval of an overlay covers: its bytes, for a pack of exactly this content (hex)."""
    return _digest(_OVERLAY, pack_content.encode("ascii"), overlay)


def parameter_content_digest(pack_content: str, parameter: str, value: Decimal) -> str:
    """What the approval of a parameter covers: its value, in a pack of exactly this content (hex).

    The rules that use the value belong to what was approved: the same number in another comparison
    means something else.
    """
    number = canonical_number(value).encode("ascii")
    return _digest(_PARAMETER, pack_content.encode("ascii"), parameter.encode("ascii"), number)


def _digest(*parts: bytes) -> str:
    """SHA-256 over the parts, each behind its length (8 bytes, big endian)."""
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()
