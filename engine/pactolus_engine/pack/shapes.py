"""The form of every file of a pack, in one table: the loader checks by it, JSON Schema is made from it.

To add a key, add its line here and read it in the file's reader. To add a file, add its line to `FILES`.
"""

from dataclasses import dataclass

from pactolus_engine.decision import Outcome
from pactolus_engine.facts import Standing
from pactolus_engine.pack import grammar
from pactolus_engine.pack.approval_shape import APPROVALS
from pactolus_engine.pack.claims_shape import CLAIMS
from pactolus_engine.pack.elements import COMPONENT_ROLES, ELEMENTS
from pactolus_engine.pack.model import Absence, Effect, FactType, Operator, Several, Status
from pactolus_engine.pack.shape import (
    ANY_ID,
    Date,
    Either,
    Key,
    Kind,
    ListOf,
    MapOf,
    Named,
    Number,
    Shape,
    Text,
    Word,
)
from pactolus_engine.pack.waiver import WAIVABLE

__all__ = [
    "BARE_EFFECTS",
    "BINDING",
    "CASE",
    "CASE_VALUE",
    "CODE_SET",
    "CODING",
    "COMPARED",
    "DERIVATION",
    "EFFECTS",
    "EVIDENCE",
    "EXPECTATION",
    "FACT",
    "FILES",
    "LANGUAGE",
    "META",
    "NAMED",
    "OPTION",
    "OVERLAY",
    "PARAMETER",
    "PARAMETER_NAMED",
    "REFUSED",
    "REQUEST",
    "RULE",
    "SITE_VALUE",
    "STATUSES",
    "TEST",
    "WAIVER",
    "PackFile",
]

LANGUAGE = "1"
"""The version of the rule language that this loader reads."""

TEXT = Text()
IDS = ListOf(ANY_ID)
SYSTEM, CODE, VALUE = Text(grammar.SYSTEM), Text(grammar.CODE), Text(grammar.VALUE)
INSTANT = Text(grammar.INSTANT)
CONDITION = Named("condition")

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
    ),
)

CODING = Shape(
    "A code of a code system.",
    (
        Key("system", SYSTEM, "The URI of the code system, or `local:` and a name.", required=True),
        Key("code", CODE, "The code.", required=True),
        Key("display", TEXT, "The text for a reader; never compared."),
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

PARAMETER_NAMED = Shape(
    "The value in force of a parameter.",
    (Key("parameter", ANY_ID, "From `parameters.yaml`.", required=True),),
)
_LIMIT = Either((Number(), PARAMETER_NAMED))
STATUSES = (Status.NOT_FINAL, Status.UNREADABLE, Status.DISAGREEING, Status.UNUSABLE)
_STATUS = Word(STATUSES)

TEST = Shape(
    "A test of one fact.",
    (
        Key("fact", ANY_ID, "The fact, from `facts.yaml`.", required=True),
        *(Key(word, _LIMIT, f"The number is {word} this one.") for word in Operator),
        Key("within", ListOf(_LIMIT, 2, 2), "The number lies between these, both included."),
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

DERIVATION = Shape(
    "How a fact follows from others.",
    (
        Key("years-between", ListOf(ANY_ID, 2, 2), "Whole years from the first date to the second."),
        Key("days-between", ListOf(ANY_ID, 2, 2), "Days from the first date to the second."),
    ),
    one_of=("years-between", "days-between"),
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
    ),
    one_of=("read", "derive"),
)

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
        Key("fired", IDS, "Rules that are true."),
        Key("not-fired", IDS, "Rules that are not true."),
        Key("missing", ListOf(ANY_ID, 0), "The facts that are missing, exactly."),
        Key("conclusions", MapOf(TEXT, ANY_ID), "The findings with their values."),
        Key("off", ListOf(ANY_ID, 0), "The rules that are off, exactly."),
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

NAMED: dict[str, Kind] = {"condition": Either((TEST, _DEFINED, _ALL, _ANY, _NOT))}
"""Kinds that may stand inside themselves."""


@dataclass(frozen=True, slots=True)
class PackFile:
    """A kind of file: what it is called, which files are of it (`*` is one name), and its form."""

    name: str
    files: str
    says: str
    content: Kind


FILES = (
    PackFile("pack", "pack.yaml", "Who the pack is.", META),
    PackFile("facts", "facts.yaml", "The facts, by id.", MapOf(FACT, ANY_ID)),
    PackFile("codes", "codes.yaml", "The code sets, by id.", MapOf(CODE_SET, ANY_ID)),
    PackFile("parameters", "parameters.yaml", "The parameters, by id.", MapOf(PARAMETER, ANY_ID)),
    PackFile("options", "options.yaml", "The options, by id.", MapOf(OPTION, ANY_ID)),
    PackFile("evidence", "evidence.yaml", "The sources, by id.", MapOf(EVIDENCE, ANY_ID)),
    PackFile("rule", "rules/*.yaml", "One rule.", RULE),
    PackFile("case", "cases/*.yaml", "One case.", CASE),
    PackFile("overlay", "cases/*.overlay.yaml", "A site's overlay, or one for cases.", OVERLAY),
    PackFile("properties", "properties.yaml", "What must hold of every patient.", CLAIMS),
    PackFile("approvals", "approvals.yaml", "What clinicians have signed.", APPROVALS),
    PackFile("waivers", "waivers.yaml", "Findings that stay.", ListOf(WAIVER, 0)),
)
