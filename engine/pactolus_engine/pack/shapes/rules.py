"""The form of a rule."""

from pactolus_engine.pack.model import Effect
from pactolus_engine.pack.shape import Either, Key, Shape, Word
from pactolus_engine.pack.shapes.common import ANY_ID, CONDITION, IDS, TEXT, VALUE

__all__ = ["BARE_EFFECTS", "EFFECTS", "RULE"]

BARE_EFFECTS = (Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE)
_AIM = Either((Word(("all",)), IDS))

EFFECTS = {
    Effect.OFFER: Shape("Offers it.", (Key("offer", ANY_ID, "An option.", required=True),)),
    Effect.BLOCK: Shape("Blocks it.", (Key("block", ANY_ID, "An option.", required=True),)),
    Effect.CAVEAT: Shape(
        "Puts the text beside them.", (Key("caveat", _AIM, "`all`, or a list of options.", required=True),)
    ),
    Effect.CONCLUDE: Shape(
        "Concludes a finding.",
        (
            Key("conclude", ANY_ID, "The id of the finding.", required=True),
            Key("value", VALUE, "Its value.", required=True),
        ),
    ),
    Effect.DEFINE: Shape("Names the condition.", (Key("define", ANY_ID, "The name.", required=True),)),
}
"""Effects that are aimed at something, with their maps."""

RULE = Shape(
    "One condition and one effect.",
    (
        Key("id", ANY_ID, "The id; the file is named after it.", required=True),
        Key("title", TEXT, "The rule in a line.", required=True),
        Key("text", TEXT, "What the clinician reads; not needed for a definition."),
        Key("when", CONDITION, "The condition.", required=True),
        Key("needs", IDS, "Parameters without which the rule is off, beside those in `when`."),
        Key(
            "effect",
            Either((Word(BARE_EFFECTS), *EFFECTS.values())),
            "What follows when the condition is true.",
            required=True,
        ),
        Key("evidence", IDS, "Sources from `evidence.yaml`."),
        Key("rationale", TEXT, "Why, where no source says it."),
    ),
)
