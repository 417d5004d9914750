"""The forms of `pack.yaml`, `codes.yaml`, `parameters.yaml`, `options.yaml` and `evidence.yaml`."""

from pactolus_engine.pack import grammar
from pactolus_engine.pack.shape import Date, Either, Key, ListOf, MapOf, Number, Shape, Text, Word
from pactolus_engine.pack.shapes.common import ANY_ID, CODE, CODING, IDS, LANGUAGE, SYSTEM, TEXT

__all__ = ["CODE_SET", "EVIDENCE", "META", "OPTION", "PARAMETER", "REQUEST"]

META = Shape(
    "Who the pack is, what it rests on and until when it may speak.",
    (
        Key("id", ANY_ID, "The id of the pack, by which callers name it.", required=True),
        Key("version", Text(grammar.VERSION), "Three numbers; raised with every change.", required=True),
        Key("language", Word((LANGUAGE,)), "The version of the rule language.", required=True),
        Key("title", TEXT, "What the pack is about, in a line.", required=True),
        Key("description", TEXT, "The question that the pack answers, and for whom.", required=True),
        Key("evidence-as-of", Date(), "The day up to which evidence was looked for.", required=True),
        Key("review-by", Date(), "From 24:00 UTC of this day every answer is HOLD.", required=True),
        Key("developer", TEXT, "Who made the pack."),
        Key("funding", TEXT, "Who paid for its making."),
    ),
)

CODE_SET = Shape(
    "Codes that mean the same to this pack.",
    (
        Key("codes", ListOf(CODING), "The codes.", required=True),
        Key(
            "implies",
            MapOf(TEXT, ANY_ID),
            "Facts that such a code settles when the resource says nothing else.",
        ),
    ),
)

PARAMETER = Shape(
    "A number that the evidence does not give.",
    (
        Key("title", TEXT, "What the number is.", required=True),
        Key("unit", TEXT, "Its UCUM unit, that of the facts it is compared with.", required=True),
        Key(
            "default",
            Either((Number(), Word(("off",)))),
            "Its value, or `off` until a site sets one.",
            required=True,
        ),
        Key("at-least", Number(), "The least value that a site may set.", required=True),
        Key("at-most", Number(), "The greatest value that a site may set.", required=True),
        Key("set-by", ANY_ID, "Who may set it: `site`, or somebody else.", required=True),
        Key(
            "sign-off",
            Word(("needed", "not-needed")),
            "Whether a clinician must sign the value.",
            required=True,
        ),
        Key("rationale", TEXT, "Why this default and this range.", required=True),
    ),
)

REQUEST = Shape(
    "One thing that an option would ask for, without a dose.",
    (
        Key("kind", Word(("service", "medication")), "What becomes of it in FHIR.", required=True),
        Key("text", TEXT, "What is asked for, in words.", required=True),
        Key("system", SYSTEM, "The code system, where it is coded."),
        Key("code", CODE, "The code, where it is coded."),
        Key("display", TEXT, "The text of the code."),
    ),
)

OPTION = Shape(
    "A way to go on, as a CarePlan would put it.",
    (
        Key("title", TEXT, "The option in a line.", required=True),
        Key("description", TEXT, "What it means for the patient.", required=True),
        Key("evidence", IDS, "Sources from `evidence.yaml`.", required=True),
        Key("requests", ListOf(REQUEST), "What it would ask for.", required=True),
    ),
)

EVIDENCE = Shape(
    "A source.",
    (
        Key("citation", TEXT, "How one would cite it.", required=True),
        Key("doi", Text(grammar.DOI), "Its DOI, as `10.1056/NEJMoa2505133`."),
        Key("url", Text(grammar.URL), "Where it can be opened."),
        Key("statement", TEXT, "What it shows, in one or two honest sentences.", required=True),
    ),
)
