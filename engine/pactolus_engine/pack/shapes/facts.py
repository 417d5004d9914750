"""The form of a fact."""

from pactolus_engine.pack import grammar
from pactolus_engine.pack.elements import COMPONENT_ROLES, ELEMENTS
from pactolus_engine.pack.fact import Changes
from pactolus_engine.pack.model import Absence, FactType, Several
from pactolus_engine.pack.shape import Either, Key, ListOf, MapOf, Number, Shape, Text, Word
from pactolus_engine.pack.shapes.common import ANY_ID, CONDITION, IDS, TEXT, VALUE
from pactolus_engine.pack.shapes.conditions import LIMIT

__all__ = ["COUNTED", "SEQUENCE", "BINDING", "DERIVATION", "FACT"]

_SAMPLE = Key("fact", ANY_ID, "The fact whose samples are looked at.", required=True)
_HOLDS = Key("when", CONDITION, "What each of them is asked.", required=True)

SEQUENCE = Shape(
    "The last samples of a fact.",
    (
        Key("count", Number(), "How many samples.", required=True),
        _SAMPLE,
        _HOLDS,
        Key("days-apart", LIMIT, "The least number of days between two of them."),
    ),
)

COUNTED = Shape("All samples of a fact.", (_SAMPLE, _HOLDS))

DERIVATION = Shape(
    "How a fact follows from others.",
    (
        Key("years-between", ListOf(ANY_ID, 2, 2), "Whole years from the first date to the second."),
        Key("days-between", ListOf(ANY_ID, 2, 2), "Days from the first date to the second."),
        Key("all-of-last", SEQUENCE, "Whether each of the last samples satisfies a condition."),
        Key("count", COUNTED, "How many samples satisfy a condition."),
    ),
    one_of=("years-between", "days-between", "all-of-last", "count"),
)

_ELEMENT = Word(tuple(dict.fromkeys(word for elements in ELEMENTS.values() for word in elements)))
_RESOURCE = Word(tuple(ELEMENTS))

BINDING = Shape(
    "Where FHIR R4 carries a fact.",
    (
        Key("resource", Either((_RESOURCE, ListOf(_RESOURCE))), "The type of resource, or a list of them."),
        Key("codes", IDS, "Code sets; the code of the resource must be in one of them."),
        Key("element", _ELEMENT, "The element that carries the value.", required=True),
        Key("values", MapOf(ANY_ID, VALUE), "Value of the fact: code set that means it."),
        Key(
            "components",
            MapOf(ANY_ID, Word(tuple(sorted(COMPONENT_ROLES)))),
            "Role: code set of the component.",
        ),
    ),
)

FACT = Shape(
    "Something that may be known of a patient.",
    (
        Key("title", TEXT, "The fact in a line.", required=True),
        Key("type", Word(tuple(FactType)), "The kind of value.", required=True),
        Key("unit", Text(grammar.UNIT), "UCUM; integers, quantities and fractions say it."),
        Key("at-least", Number(), "The least possible value; a stated one below it is unreadable."),
        Key("at-most", Number(), "The greatest possible value; a stated one above it is unreadable."),
        Key("suspect-from", Number(), "A stated value from here on is unreadable."),
        Key("values", ListOf(VALUE), "The values of a code, the members of a set."),
        Key("absence", Word(tuple(Absence)), "What it means that nobody sent it.", required=True),
        Key("assume", TEXT, "The value that is assumed then."),
        Key("note", TEXT, "The sentence that tells a reader of the assumption."),
        Key("supply", TEXT, "How to send it, for the list of what is missing."),
        Key("several", Word(tuple(Several)), "How several readings become one value."),
        Key("of", ANY_ID, "The fact in whose resource it is read."),
        Key("read", BINDING, "Where FHIR carries it."),
        Key("derive", DERIVATION, "How it follows from other facts."),
        Key("only", CONDITION, "Readings for which this is false are dropped."),
        Key("prefer", ListOf(CONDITION), "Readings for which one is false are dropped while others remain."),
        Key(
            "changes",
            Word(tuple(Changes)),
            "Whether it may be otherwise at a later time; `never` if not said.",
        ),
    ),
    one_of=("read", "derive"),
)
