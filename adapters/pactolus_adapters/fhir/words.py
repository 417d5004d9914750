"""What one element of one resource says of one fact, and what the readers of elements share."""

from dataclasses import dataclass, field
from typing import Any

from pactolus_adapters.fhir.codes import CodeBook
from pactolus_adapters.fhir.identity import Patient
from pactolus_adapters.fhir.references import References
from pactolus_adapters.fhir.resource import Resource
from pactolus_engine.facts import PassedOver, Source, Standing, Withdrawn
from pactolus_engine.pack.model import Fact, Pack
from pactolus_engine.values import Codes, Value

__all__ = [
    "BOTH",
    "Reader",
    "Word",
    "boolean",
    "coded",
    "fact_codes",
    "unreadable",
    "unusable",
]

BOTH = Codes(frozenset({"true", "false"}))


@dataclass(frozen=True, slots=True)
class Word:
    """The value that an element gives a fact, where it stands, and how good it is."""

    source: Source
    value: Value | None
    standing: Standing = Standing.FINAL
    shown: str = ""
    note: str = ""


@dataclass(slots=True)
class Reader:
    """What every reader of an element needs; gathers what is passed over and what was withdrawn."""

    pack: Pack
    book: CodeBook
    references: References
    patient: Patient
    passed_over: list[PassedOver] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)

    def pass_over(self, resource: Resource, reason: str, path: str = "") -> list[Word]:
        """Traces an element that gives no reading; returns the empty list for the caller to return."""
        self.passed_over.append(resource.passed_over(reason, path))
        return []


def unreadable(source: Source, note: str, shown: str = "") -> Word:
    """A datum is there and cannot be read for sure."""
    return Word(source, None, Standing.UNREADABLE, shown, note)


def unusable(source: Source, note: str) -> Word:
    """The resource says that there is no result, or leaves it out."""
    return Word(source, None, Standing.UNUSABLE, "", note)


def boolean(is_true: bool) -> Codes:
    """A known yes or no."""
    return Codes(frozenset({"true" if is_true else "false"}))


def fact_codes(fact: Fact) -> dict[str, str]:
    """Code set → pack value, of a fact whose values are codes."""
    return {code_set: value for value, code_set in (fact.binding.values if fact.binding else {}).items()}


def coded(reader: Reader, fact: Fact, concept: Any, source: Source) -> Word | None:
    """The value of a coded fact; None when the concept is in none of its code sets.

    Codings of one concept are meant to say the same: two that do not are unreadable.
    """
    names = fact_codes(fact)
    sets = reader.book.sets_of(concept) & names.keys()
    values = {names[one] for one in sets}
    shown = reader.book.shown(concept, frozenset(sets))
    if len(values) > 1:
        return unreadable(source, "the codings of one concept mean different things", shown)
    return Word(source, Codes(frozenset(values)), shown=shown) if values else None
