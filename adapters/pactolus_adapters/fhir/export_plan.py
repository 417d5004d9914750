"""A pack as PlanDefinition: one action per option and per rule, with its condition in the rule language.

The type is `eca-rule`: the pack says what follows from what, and no order of steps. FHIR joins the
conditions of an action by "and"; each action therefore has one. Its text is a rule of a pack
(`text/x-pactolus-rule`) or a sentence about rules (`text/x-pactolus-words`), and is not passed off as one of
the languages that the schema of R4 knows (CQL, FHIRPath, a query): it stands in a modifier extension, which
by FHIR's rules nobody may pass over who does not understand it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.export_activities import activity_id
from pactolus_adapters.fhir.export_terms import Terms, metadata
from pactolus_adapters.fhir.write_narrative import plain_narrative
from pactolus_adapters.fhir.write_requests import requests_of
from pactolus_adapters.fhir.write_sentences import SUGGESTION
from pactolus_engine.pack.model import Effect, Option, Rule, RuleOff

__all__ = ["CONDITION", "RULE_LANGUAGE", "WORDS", "plan_definition"]

RULE_LANGUAGE = "text/x-pactolus-rule"
WORDS = "text/x-pactolus-words"
CONDITION = "pactolus-condition"
"""The name of the modifier extension that holds language, text and source of a condition."""

_MEANS: Mapping[Effect, str] = MappingProxyType(
    {
        Effect.CONFLICT: "the data contradict each other; a person must look",
        Effect.HOLD: "wait",
        Effect.EXCLUDE: "the evidence does not cover this patient",
        Effect.OFFER: "the option is offered",
        Effect.BLOCK: "the option is not offered",
        Effect.CAVEAT: "the text stands beside the options",
        Effect.CONCLUDE: "a finding",
    }
)


def plan_definition(terms: Terms, files: Mapping[str, bytes]) -> Tree:
    """The PlanDefinition of a pack; `files` are those of the pack."""
    pack = terms.pack
    return {
        **metadata(terms, "PlanDefinition", pack.id, pack.title, pack.description),
        "text": plain_narrative(pack.title, pack.description, terms.usage),
        "identifier": [{"system": terms.url("NamingSystem", "rule-pack-digest"), "value": pack.digest}],
        "type": _concept("plan-definition-type", "eca-rule"),
        "subjectCodeableConcept": {
            "coding": [{"system": "http://hl7.org/fhir/resource-types", "code": "Patient"}]
        },
        "purpose": f"{SUGGESTION} It sets {_what(terms)} beside the evidence it rests on.",
        "relatedArtifact": terms.citations(tuple(pack.evidence)),
        "library": [terms.versioned("Library", pack.id)],
        "action": [*_options(terms), _rules(terms, files)],
    }


def _what(terms: Terms) -> str:
    return "the options for a patient" if terms.pack.options else "a finding about a patient"


def _concept(system: str, code: str) -> Tree:
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def _options(terms: Terms) -> list[Node]:
    if not terms.pack.options:
        return []
    return [
        {
            "id": "options",
            "title": "Options",
            "description": "At most one of these; they are in no order of preference.",
            "groupingBehavior": "logical-group",
            "selectionBehavior": "at-most-one",
            "requiredBehavior": "could",
            "action": [_option(terms, option) for option in terms.pack.options.values()],
        }
    ]


def _option(terms: Terms, option: Option) -> Tree:
    leaves: list[Node] = [
        {
            "title": request.text,
            "definitionCanonical": terms.versioned("ActivityDefinition", activity_id(terms, option, index)),
        }
        for index, request in enumerate(requests_of(option))
    ]
    return {
        "id": f"option.{option.id}",
        "title": option.title,
        "description": option.description,
        "code": [terms.pack_concept("option", option.id, option.title)],
        "documentation": terms.citations(option.evidence),
        "condition": [_condition(terms, WORDS, _when_offered(terms, option))],
        "groupingBehavior": "logical-group",
        "selectionBehavior": "all",
        "requiredBehavior": "could",
        "action": leaves,
    }


def _when_offered(terms: Terms, option: Option) -> str:
    """When an option is among the answers, in words."""
    acting: list[Rule | RuleOff] = [*terms.pack.rules.values(), *terms.pack.rules_off.values()]
    by_effect = {
        effect: ", ".join(rule.id for rule in acting if rule.effect is effect and rule.target == option.id)
        for effect in (Effect.OFFER, Effect.BLOCK)
    }
    block = by_effect[Effect.BLOCK]
    return (
        "No rule with the effect conflict, hold or exclude is true; at least one of these is: "
        f"{by_effect[Effect.OFFER] or '(the pack has none)'}"
        + (f"; none of these is: {block}" if block else "")
        + "; and whatever is unknown leaves it so"
    )


def _rules(terms: Terms, files: Mapping[str, bytes]) -> Tree:
    acting = [rule for rule in terms.pack.rules.values() if rule.effect is not Effect.DEFINE]
    off = [rule for rule in terms.pack.rules_off.values() if rule.effect is not Effect.DEFINE]
    return {
        "id": "rules",
        "title": "Rules",
        "description": "Conflict comes before hold, hold before exclusion; there is no other order among them.",
        "groupingBehavior": "logical-group",
        "action": [
            *(_rule(terms, rule, _written(terms, rule, files)) for rule in acting),
            *(_rule(terms, rule, _never(terms, rule.parameters)) for rule in off),
        ],
    }


def _written(terms: Terms, rule: Rule, files: Mapping[str, bytes]) -> Tree:
    """The condition as the author wrote it: the file of the rule, which the Library holds too."""
    text = files[rule.place.file].decode("utf-8")
    return _condition(terms, RULE_LANGUAGE, text)


def _never(terms: Terms, parameters: tuple[str, ...]) -> Tree:
    """A rule that is off has a condition that says so: an action without one would always apply."""
    unset = " and ".join(f"`{name}`" for name in parameters)
    return _condition(terms, WORDS, f"Never: the rule is off until a site sets {unset}")


def _condition(terms: Terms, language: str, text: str) -> Tree:
    parts: list[Node] = [
        {"url": "language", "valueCode": language},
        {"url": "text", "valueString": text},
        {"url": "library", "valueCanonical": terms.versioned("Library", terms.pack.id)},
    ]
    url = terms.url("StructureDefinition", CONDITION)
    return {"modifierExtension": [{"url": url, "extension": parts}], "kind": "applicability"}


def _rule(terms: Terms, rule: Rule | RuleOff, condition: Tree) -> Tree:
    named = f"{rule.target} = {rule.value}" if rule.value else rule.target
    what = f"{rule.effect.value}{f': {named}' if named else ''} ({_MEANS[rule.effect]})"
    return {
        "id": f"rule.{rule.id}",
        "title": rule.title,
        "description": rule.text,
        "textEquivalent": f"{what}. {rule.text}",
        "code": [terms.pack_concept("rule", rule.id, what)],
        "documentation": [*terms.citations(rule.evidence), *_rationale(rule)],
        "condition": [condition],
    }


def _rationale(rule: Rule | RuleOff) -> list[Node]:
    return [{"type": "justification", "display": rule.rationale}] if rule.rationale else []
