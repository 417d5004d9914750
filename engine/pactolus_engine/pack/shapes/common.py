"""What the forms of several files share."""

from pactolus_engine.pack import grammar
from pactolus_engine.pack.shape import ANY_ID, Key, ListOf, Named, Shape, Text

__all__ = [
    "ANY_ID",
    "CODE",
    "CODING",
    "CONDITION",
    "IDS",
    "INSTANT",
    "LANGUAGE",
    "SYSTEM",
    "TEXT",
    "VALUE",
]

LANGUAGE = "1"
"""The version of the rule language that this loader reads."""

TEXT = Text()
IDS = ListOf(ANY_ID)
SYSTEM, CODE, VALUE = Text(grammar.SYSTEM), Text(grammar.CODE), Text(grammar.VALUE)
INSTANT = Text(grammar.INSTANT)
CONDITION = Named("condition")

CODING = Shape(
    "A code of a code system.",
    (
        Key("system", SYSTEM, "The URI of the code system, or `local:` and a name.", required=True),
        Key("code", CODE, "The code.", required=True),
        Key("display", TEXT, "The text for a reader; never compared."),
    ),
)
