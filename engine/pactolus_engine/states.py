"""The state of a fact: what its value may be once all readings were weighed, and how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from pactolus_engine.facts import Reading
from pactolus_engine.pack.model import Status
from pactolus_engine.values import Codes, Interval, Members, Value

__all__ = ["FactState", "States", "is_settled"]


@dataclass(frozen=True, slots=True)
class FactState:
    """One fact of one patient.

    `value` is always a set of possibilities (the whole domain when nothing is known), except for an
    optional fact that nobody sent: None, and then every comparison with it is unknown for good.
    `statuses` holds more than one status only while it is unknown whether samples disagree.
    `reason` says why the value is not known, and is empty when it is. `wanted`: of a fact over several
    samples that is not known, the facts that one has to know about a sample, sent or to come.
    """

    fact: str
    value: Value | None
    statuses: frozenset[Status]
    reason: str = ""
    readings: tuple[Reading, ...] = ()
    assumed: bool = False
    wanted: tuple[str, ...] = ()


States = Mapping[str, FactState]


def is_settled(value: Value | None) -> bool:
    """Whether a value is one possibility only, so that supplying it again could change nothing."""
    match value:
        case Interval():
            return value.is_point
        case Codes():
            return len(value.possible) == 1
        case Members():
            return value.possibly <= value.surely
        case None:
            return False
