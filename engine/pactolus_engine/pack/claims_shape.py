"""The form of `properties.yaml`: what must hold of every patient."""

from pactolus_engine.decision import Outcome
from pactolus_engine.pack import grammar
from pactolus_engine.pack.claims import Code
from pactolus_engine.pack.shape import ANY_ID, Key, ListOf, MapOf, Named, Shape, Text, Word

__all__ = ["CLAIMS"]

_TEXT, _CONDITION = Text(), Named("condition")
_OUTCOMES = tuple(outcome for outcome in Outcome if outcome is not Outcome.RETRACT)

_RESULT = Shape(
    "A part of an answer.",
    (
        Key("outcomes", ListOf(Word(_OUTCOMES)), "One of these outcomes."),
        Key("offers", ANY_ID, "This option."),
        Key("concludes", MapOf(Text(grammar.VALUE), ANY_ID), "These findings with these values."),
    ),
    one_of=("outcomes", "offers", "concludes"),
)

_MOVED = Shape(
    "How one fact changes while everything else stays.",
    (Key("rises", ANY_ID, "This fact rises."), Key("falls", ANY_ID, "This fact falls.")),
    one_of=("rises", "falls"),
)

_PROPERTY = Shape(
    "What is true of everybody who fits.",
    (
        Key("title", _TEXT, "The claim in a line.", required=True),
        Key("when", _CONDITION, "Of whom it is claimed.", required=True),
        Key("unknown", ListOf(ANY_ID), "Required facts that nobody sent, all others being known."),
        Key("always", _RESULT, "What they always get."),
        Key("never", _RESULT, "What they never get."),
    ),
    one_of=("always", "never"),
)

_MONOTONE = Shape(
    "A result that never appears while a fact moves one way.",
    (
        Key("title", _TEXT, "The claim in a line.", required=True),
        Key("as", _MOVED, "How the fact moves.", required=True),
        Key("never-appears", _RESULT, "The result.", required=True),
    ),
)

_GAP = Shape(
    "Patients in scope for whom the pack knowingly has no answer.",
    (
        Key("reason", _TEXT, "Why there is none.", required=True),
        Key("when", _CONDITION, "Who they are.", required=True),
    ),
)

_ACCEPTED = Shape(
    "A finding of a proof that stays.",
    (
        Key("finding", Word(tuple(Code)), "The code of the finding.", required=True),
        Key("about", ANY_ID, "The rule, option, finding or claim that it is about.", required=True),
        Key("reason", _TEXT, "Why it stays.", required=True),
    ),
)

CLAIMS = Shape(
    "What must hold of every patient, for `pactolus rules prove`.",
    (
        Key("properties", MapOf(_PROPERTY, ANY_ID), "What is always or never so, by id."),
        Key("monotone", MapOf(_MONOTONE, ANY_ID), "What a rising or falling fact never brings, by id."),
        Key("gaps", MapOf(_GAP, ANY_ID), "Who knowingly gets no answer, by id."),
        Key("accepted", ListOf(_ACCEPTED, 0), "Findings that stay."),
    ),
)
