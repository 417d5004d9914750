"""Why the payload of a record cannot be read, in the words of a replay; and whether the log itself says so."""

from collections.abc import Mapping
from typing import Final

from pactolus_engine.errors import PactolusError, RecordAltered, RecordGone, RecordUnknownForm
from pactolus_engine.replay.result import ReplayClass

__all__ = ["class_of_unreadable", "is_removed_by"]

_CLASSES: Final = (
    (RecordGone, ReplayClass.ERASED),
    (RecordAltered, ReplayClass.TAMPERED),
    (RecordUnknownForm, ReplayClass.ERROR),
)


def class_of_unreadable(error: PactolusError) -> ReplayClass | None:
    """What becomes of a record that `AuditLog.read` gives this error for; None when the record is not to blame."""
    return next((found for kind, found in _CLASSES if isinstance(error, kind)), None)


def is_removed_by(index: int, key_id: str, by: int, claim: Mapping[str, str]) -> bool:
    """Whether the leaf fields of record `by` (`claim`) say that it removed the payload of record `index`, which was
    under that key: it names the key, or a later index before which it removed all payloads."""
    if by <= index:
        return False
    pruned_before = claim.get("pruned_before", "")
    is_pruned = pruned_before.isascii() and pruned_before.isdecimal() and int(pruned_before) > index
    return is_pruned or claim.get("destroyed_key_id") == key_id != ""
