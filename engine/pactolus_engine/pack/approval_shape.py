"""The form of the files that hold sign-offs: `approvals.yaml` of a pack, `<pack id>.approvals.yaml` of a site."""

from pactolus_engine.pack import grammar
from pactolus_engine.pack.approval import Approved
from pactolus_engine.pack.shape import ANY_ID, Date, Key, ListOf, Number, Shape, Text, Word

__all__ = ["APPROVAL", "APPROVALS"]

_TEXT = Text()

APPROVAL = Shape(
    "A clinician's sign-off; `pactolus rules approve` writes it.",
    (
        Key(
            "of",
            Word(tuple(Approved)),
            "What was approved; an overlay only in a site's own file.",
            required=True,
        ),
        Key("parameter", ANY_ID, "Whose value in force was approved, where `of` is a parameter."),
        Key("value", Number(), "That value."),
        Key(
            "digest",
            Text(grammar.DIGEST),
            "Of what was approved; with another content it lapses.",
            required=True,
        ),
        Key("by", _TEXT, "Who approved.", required=True),
        Key("role", _TEXT, "As what.", required=True),
        Key("on", Date(), "The day of the sign-off.", required=True),
        Key("note", _TEXT, "What the approver wants to say."),
    ),
)

APPROVALS = Shape(
    "Sign-offs, oldest first.", (Key("approvals", ListOf(APPROVAL), "The sign-offs.", required=True),)
)
