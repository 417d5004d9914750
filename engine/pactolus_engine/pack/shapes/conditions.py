"""The form of a condition."""

from pactolus_engine.pack.model import Operator, Status
from pactolus_engine.pack.shape import Date, Either, Key, Kind, ListOf, Number, Shape, Word
from pactolus_engine.pack.shapes.common import ANY_ID, CONDITION, TEXT

__all__ = ["LIMIT", "NAMED", "PARAMETER_NAMED", "STATUSES", "TEST"]

PARAMETER_NAMED = Shape(
    "The value in force of a parameter.",
    (Key("parameter", ANY_ID, "From `parameters.yaml`.", required=True),),
)
LIMIT = Either((Number(), PARAMETER_NAMED))
STATUSES = (Status.NOT_FINAL, Status.UNREADABLE, Status.DISAGREEING, Status.UNUSABLE)
_STATUS = Word(STATUSES)

TEST = Shape(
    "A test of one fact.",
    (
        Key("fact", ANY_ID, "The fact, from `facts.yaml`.", required=True),
        *(Key(word, LIMIT, f"The number is {word} this one.") for word in Operator),
        Key("within", ListOf(LIMIT, 2, 2), "The number lies between these, both included."),
        Key("before", Date(), "The day lies before this one."),
        Key("on-or-after", Date(), "The day is this one or a later one."),
        Key("is", TEXT, "The value is this one."),
        Key("in", ListOf(TEXT), "The value is one of these."),
        Key("is-set", ListOf(TEXT), "The set holds exactly these."),
        Key("status", Either((_STATUS, ListOf(_STATUS))), "How the fact stands, whatever its value."),
        Key("absent", Word(("true",)), "Nobody sent it; for assumed and optional facts."),
    ),
    one_of=(*Operator, "within", "before", "on-or-after", "is", "in", "is-set", "status", "absent"),
)

_DEFINED = Shape(
    "A named condition.", (Key("defined", ANY_ID, "A name that a rule defines.", required=True),)
)
_ALL = Shape("True when all are.", (Key("all", ListOf(CONDITION), "The conditions.", required=True),))
_ANY = Shape("True when one is.", (Key("any", ListOf(CONDITION), "The conditions.", required=True),))
_NOT = Shape("True when it is false; unknown stays unknown.", (Key("not", CONDITION, "It.", required=True),))

NAMED: dict[str, Kind] = {"condition": Either((TEST, _DEFINED, _ALL, _ANY, _NOT))}
"""Kinds that may stand inside themselves."""
