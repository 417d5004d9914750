"""What a check finds in a pack."""

from dataclasses import dataclass
from enum import StrEnum

from pactolus_engine.pack.model import Place

__all__ = ["Finding", "Remark", "Severity"]


class Severity(StrEnum):
    """By consequence. ERROR: the pack may give a wrong answer, or none at all. WARNING: a reader may be misled, or
    something fails later. INFO: worth a look."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Remark:
    """What a check says of one thing, before the table adds its code and severity.

    `kind` and `id`: the thing it is about, to which a waiver is addressed. `others`: ids of other things
    that are concerned.
    """

    kind: str
    id: str
    place: Place
    message: str
    advice: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, at a place a text editor can open. `check` is the name of the check, `code` its stable code;
    `kind` and `id` are empty for what the loader refuses."""

    code: str
    check: str
    severity: Severity
    file: str
    line: int
    column: int
    message: str
    advice: str = ""
    kind: str = ""
    id: str = ""
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        advice = f" ({self.advice})" if self.advice else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} {self.code} {self.message}{advice}"
