"""What an exit code of `pactolus` means."""

from enum import IntEnum

from pactolus_engine.errors import (
    AuditUnavailable,
    EnginesDisagree,
    InputInvalid,
    MatcherFailed,
    PackInvalid,
    PackNotFound,
    PackTooComplex,
    PactolusError,
    PatientMoved,
    RecordGone,
    RecordNotFound,
    RequestIdReused,
)

__all__ = ["Exit", "exit_of"]


class Exit(IntEnum):
    """Exit codes; with several files the highest one counts."""

    OUTCOME = 0
    """An outcome was reached, whichever."""
    FOUND = 1
    """Of `rules` and `audit`: the work was done and found something, a failing case, a finding, a proof that
    does not hold."""
    USAGE = 2
    INPUT_INVALID = 3
    PACK_INVALID = 4
    AUDIT_UNAVAILABLE = 5
    """The store cannot take records; also when another process, which is named, holds it."""
    ENGINES_DISAGREE = 6
    """The two engines disagree, or the rule engine gave no answer."""
    UNDECIDED = 7
    """A proof met its bound before it could tell."""
    DIFFERENT = 10
    """Two versions differ."""
    INTERNAL = 70
    """A defect of Pactolus; nothing was answered. The number is EX_SOFTWARE of sysexits.h."""


_MEANINGS: tuple[tuple[tuple[type[Exception], ...], Exit], ...] = (
    ((InputInvalid, RecordGone, RecordNotFound, RequestIdReused), Exit.INPUT_INVALID),
    ((PackInvalid, PackNotFound, PackTooComplex), Exit.PACK_INVALID),
    ((AuditUnavailable, PatientMoved), Exit.AUDIT_UNAVAILABLE),
    ((EnginesDisagree, MatcherFailed), Exit.ENGINES_DISAGREE),
    ((PactolusError,), Exit.USAGE),
)


def exit_of(error: Exception) -> Exit:
    """The exit code for an error; whatever else the project raises is the operator's to mend."""
    return next((code for kinds, code in _MEANINGS if isinstance(error, kinds)), Exit.INTERNAL)
