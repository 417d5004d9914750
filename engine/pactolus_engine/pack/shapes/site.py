"""The forms of what is written beside a pack: a site's overlay, waivers, survivors."""

from pactolus_engine.pack import grammar
from pactolus_engine.pack.shape import Key, ListOf, MapOf, Number, Shape, Text
from pactolus_engine.pack.shapes.common import ANY_ID, CODING, TEXT
from pactolus_engine.pack.waiver import WAIVABLE

__all__ = ["OVERLAY", "SITE_VALUE", "SURVIVOR", "WAIVER"]

SITE_VALUE = Shape(
    "What a site chose for a parameter.",
    (
        Key("value", Number(), "The value, in the unit of the parameter.", required=True),
        Key("rationale", TEXT, "Why.", required=True),
    ),
)

OVERLAY = Shape(
    "What a site sets and adds.",
    (
        Key("overlay-for", ANY_ID, "The id of the pack.", required=True),
        Key("pack-version", Text(grammar.VERSION), "Its version, exactly.", required=True),
        Key("title", TEXT, "Whose overlay it is.", required=True),
        Key("parameters", MapOf(SITE_VALUE, ANY_ID), "Parameters of the pack with the site's values."),
        Key("codes", MapOf(ListOf(CODING), ANY_ID), "Code sets of the pack with codes to add."),
    ),
)

WAIVER = Shape(
    "A finding that stays.",
    (
        Key("check", Text(grammar.CHECK), "The code of the check.", required=True),
        *(Key(kind, ANY_ID, "What the finding is about.") for kind in WAIVABLE),
        Key("reason", TEXT, "Why it stays.", required=True),
    ),
    one_of=WAIVABLE,
)

SURVIVOR = Shape(
    "A mutant that no case kills.",
    (
        Key("mutant", TEXT, "Its id, as `pactolus rules mutate` prints it.", required=True),
        Key("reason", TEXT, "Why it may live.", required=True),
    ),
)
