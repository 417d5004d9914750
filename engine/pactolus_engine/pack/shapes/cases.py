"""The form of a case."""

from pactolus_engine.decision import Outcome
from pactolus_engine.facts import Standing
from pactolus_engine.pack.shape import Either, Key, ListOf, MapOf, Number, Shape, Word
from pactolus_engine.pack.shapes.common import ANY_ID, IDS, INSTANT, TEXT

__all__ = ["CASE", "CASE_VALUE", "COMPARED", "EXPECTATION", "REFUSED"]

COMPARED = ("below", "at-most", "above", "at-least")
_PLAIN = Either((TEXT, ListOf(TEXT)))

CASE_VALUE = Shape(
    "A value with its limits and its standing.",
    (
        Key("value", _PLAIN, "The value."),
        Key("low", TEXT, "The least possible value."),
        Key("high", TEXT, "The greatest possible value."),
        Key("standing", Word(tuple(Standing)), "How far it can be relied on."),
    ),
)
_STATED = Either(
    (
        _PLAIN,
        CASE_VALUE,
        *(Shape("A comparator.", (Key(w, Number(), "The number.", required=True),)) for w in COMPARED),
    )
)
_SAMPLES = Key("samples", ListOf(MapOf(_STATED, ANY_ID)), "Several resources, each a map of the facts in it.")

EXPECTATION = Shape(
    "What must come out.",
    (
        Key("outcome", Word(tuple(Outcome)), "The outcome."),
        Key("options", ListOf(ANY_ID, 0), "The options offered, exactly."),
        Key("reasons", ListOf(ANY_ID, 0), "The rules that the decision gives as its reasons, exactly."),
        Key("fired", IDS, "Rules that are true."),
        Key("not-fired", IDS, "Rules that are not true."),
        Key("missing", ListOf(ANY_ID, 0), "The facts that are missing, exactly."),
        Key("conclusions", MapOf(TEXT, ANY_ID), "The findings with their values."),
        Key("off", ListOf(ANY_ID, 0), "The rules that are off, exactly."),
        Key("assumed", ListOf(ANY_ID, 0), "The facts that are assumed, exactly."),
        Key(
            "caveats",
            MapOf(ListOf(ANY_ID, 0), ANY_ID),
            "Option: the rules whose caveats stand beside it, exactly.",
        ),
        Key(
            "replacement",
            Word(tuple(outcome for outcome in Outcome if outcome is not Outcome.RETRACT)),
            "Outcome of the decision that takes the place of a suggestion taken back.",
        ),
        Key("status", Word(("revoked", "entered-in-error")), "Of the CarePlan that ends."),
        Key("refused", ListOf(TEXT), "The place of every violation of an input that must be refused."),
    ),
    one_of=("outcome", "refused"),
)
REFUSED = "refused"

CASE = Shape(
    "A story, what is known in it, and what must come out.",
    (
        Key("name", TEXT, "The story in a line.", required=True),
        Key("at", INSTANT, "The instant of evaluation, with its offset.", required=True),
        Key("overlay", TEXT, "An overlay beside the case that is in force in it."),
        Key("facts", MapOf(_STATED, ANY_ID, (_SAMPLES,)), "What is known; what is not named is not known."),
        Key("resources", TEXT, "A FHIR file beside the case, instead of `facts`."),
        Key("earlier", ListOf(TEXT), "FHIR files that were evaluated before."),
        Key("earlier-at", INSTANT, "When they were."),
        Key("expect", EXPECTATION, "What must come out.", required=True),
    ),
    one_of=("facts", "resources"),
)
