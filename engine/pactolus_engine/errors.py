"""The errors of Pactolus, one class per remedy.

PactolusError
├── InputInvalid       the caller mends the request; carries every violation with its FHIRPath
├── PackInvalid        the author mends the pack; carries every issue with file:line:column
├── PackNotFound       the caller names a pack that is on the shelf
├── PackTooComplex     the author simplifies a rule; a stated bound was exceeded
├── EnginesDisagree    nobody may answer; the operator reports a defect
├── MatcherFailed      the rule engine died or hung; the caller may try again
├── PatientMoved       evaluate again: something was recorded about the patient in between
├── AuditUnavailable   the operator mends the store; no answer left the house
│   ├── RecordAltered       a part of one record is not what was recorded, or is gone
│   └── RecordUnknownForm   one record has a form of another version than this one
├── RecordNotFound     the caller names a record that is in the log, and theirs
├── RecordGone         what is asked for was erased, pruned, or its key is lost; its proof stands
├── SolverMissing      the author installs what proofs need
└── RequestIdReused    the caller takes a new request id

A message never holds patient data and never names a Python type: it may be shown to
anybody. What went wrong inside goes to the chained cause.
"""

from dataclasses import dataclass

__all__ = [
    "AuditUnavailable",
    "EnginesDisagree",
    "InputInvalid",
    "Issue",
    "MatcherFailed",
    "PackInvalid",
    "PackNotFound",
    "PackTooComplex",
    "PactolusError",
    "PatientMoved",
    "RecordAltered",
    "RecordGone",
    "RecordNotFound",
    "RecordUnknownForm",
    "RequestIdReused",
    "SolverMissing",
    "Violation",
]


class PactolusError(Exception):
    """Base of every error that this project raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing wrong with a request: where (FHIRPath or request field) and what.

    `description` says what was expected and never repeats the value that was found.
    """

    field: str
    description: str


class InputInvalid(PactolusError):
    """The request cannot be read; holds every violation that was found, sorted."""

    def __init__(self, violations: "list[Violation] | tuple[Violation, ...]") -> None:
        self.violations = tuple(sorted(set(violations)))
        noun = "violation" if len(self.violations) == 1 else "violations"
        super().__init__(f"invalid input: {len(self.violations)} {noun}")


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One thing wrong with a pack, at a place a text editor can open."""

    file: str
    line: int
    column: int
    message: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f" ({self.advice})" if self.advice else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{advice}"


class PackInvalid(PactolusError):
    """The pack is refused whole; holds every issue that was found, sorted by place."""

    def __init__(self, pack: str, issues: "list[Issue] | tuple[Issue, ...]") -> None:
        self.pack = pack
        self.issues = tuple(sorted(set(issues)))
        lines = "\n".join(f"  {issue}" for issue in self.issues)
        noun = "issue" if len(self.issues) == 1 else "issues"
        super().__init__(f"pack `{pack}` is refused: {len(self.issues)} {noun}\n{lines}")


class PackTooComplex(PactolusError):
    """A condition of the pack exceeds a stated bound; says which rule and which bound."""


class PackNotFound(PactolusError):
    """No such pack, or no such version of it, is on the shelf."""


class EnginesDisagree(PactolusError):
    """durable-rules and the definition evaluator differ on a rule: fail closed."""

    def __init__(self, rules: tuple[str, ...]) -> None:
        self.rules = rules
        super().__init__(f"the two engines disagree on {', '.join(f'`{rule}`' for rule in rules)}")


class MatcherFailed(PactolusError):
    """The rule engine gave no answer in time, or died; no decision was made."""


class PatientMoved(PactolusError):
    """Another answer about this patient was recorded after the history was read; nothing was recorded."""


class AuditUnavailable(PactolusError):
    """The audit store cannot take the record, so no answer may leave."""


class RecordAltered(AuditUnavailable):
    """A part of a record is not what was recorded, or is gone though nothing erased it."""


class RecordUnknownForm(AuditUnavailable):
    """A record has a form that this version cannot read."""


class RecordNotFound(PactolusError):
    """The log has no such record for this caller, or the record holds no decision."""


class RecordGone(PactolusError):
    """The record stands in the log and can be proved, but what it held cannot be read any more.

    `by`: the record that is said to have erased it; None when its key is lost.
    """

    def __init__(self, text: str, by: int | None = None) -> None:
        self.by = by
        super().__init__(text)


class RequestIdReused(PactolusError):
    """The same request id came with other request fields before."""


class SolverMissing(PactolusError):
    """What proving and comparing packs needs is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "the solver that proofs need is not installed: `make setup-authoring`, or "
            "`pip install 'pactolus[authoring]'`"
        )
