"""A pack as Library: its files to the byte, what it asks of the patient's record, its source attributes.

The Library carries everything that the digest of the pack covers, so that whoever holds it holds the
pack. The 13 source attributes stand in an extension, one part each, and once more in the narrative.
"""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha1
from types import MappingProxyType

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.export_attributes import SourceAttribute, source_attributes
from pactolus_adapters.fhir.export_terms import Terms, metadata
from pactolus_adapters.fhir.write_data_requirements import requirements_of
from pactolus_adapters.fhir.write_narrative import plain_narrative
from pactolus_engine.pack.model import Effect, Parameter, Rule, RuleOff
from pactolus_engine.show import show_number

__all__ = ["SOURCE_ATTRIBUTES", "library"]

SOURCE_ATTRIBUTES = "source-attributes-of-decision-support-intervention"
"""The name of the extension: 45 CFR 170.315(b)(11)(iv)(A)."""

_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".yaml": "application/yaml",
        ".json": "application/fhir+json",
        ".md": "text/markdown",
    }
)


def library(terms: Terms, files: Mapping[str, bytes]) -> Tree:
    """The Library of a pack; `files`: name in the pack → content."""
    pack = terms.pack
    attributes = source_attributes(pack)
    lines = [f"{one.number}. {one.title}: {one.value}" for one in attributes]
    head = metadata(terms, "Library", pack.id, f"Rule pack: {pack.title}", pack.description)
    return {
        **head,
        "text": plain_narrative(pack.title, "Source attributes, 45 CFR 170.315(b)(11)(iv)(A):", *lines),
        "extension": [_extension(terms, attributes)],
        "identifier": [{"system": terms.url("NamingSystem", "rule-pack-digest"), "value": pack.digest}],
        "type": {
            "coding": [
                {"system": "http://terminology.hl7.org/CodeSystem/library-type", "code": "logic-library"}
            ]
        },
        "subjectCodeableConcept": {
            "coding": [{"system": "http://hl7.org/fhir/resource-types", "code": "Patient"}]
        },
        "relatedArtifact": terms.citations(tuple(pack.evidence)),
        "parameter": [*map(_parameter, pack.parameters.values()), *_findings(terms)],
        "dataRequirement": [
            requirement
            for name, fact in pack.facts.items()
            if fact.derivation is None
            for requirement in requirements_of(pack, name, terms.local_base)
        ],
        "content": [_attachment(name, files[name]) for name in sorted(files)],
    }


def _extension(terms: Terms, attributes: tuple[SourceAttribute, ...]) -> Tree:
    return {
        "url": terms.url("StructureDefinition", SOURCE_ATTRIBUTES),
        "extension": [{"url": one.name, "valueString": one.value} for one in attributes],
    }


def _parameter(parameter: Parameter) -> Tree:
    """A number that a site may set."""
    default = "off" if parameter.default is None else show_number(parameter.default)
    chosen_from = f"{show_number(parameter.low)} to {show_number(parameter.high)}"
    return {
        "name": parameter.id,
        "use": "in",
        "min": 0,
        "max": "1",
        "documentation": (
            f"{parameter.title}. Default {default}, allowed {chosen_from}, unit {parameter.unit}, "
            f"set by {parameter.set_by}. {parameter.rationale}"
        ),
        "type": "Quantity",
    }


def _findings(terms: Terms) -> list[Node]:
    """What the pack may conclude."""
    acting: list[Rule | RuleOff] = [*terms.pack.rules.values(), *terms.pack.rules_off.values()]
    names = dict.fromkeys(rule.target for rule in acting if rule.effect is Effect.CONCLUDE)
    return [{"name": name, "use": "out", "min": 0, "max": "1", "type": "code"} for name in names]


def _attachment(name: str, content: bytes) -> Tree:
    """A file of the pack, with its SHA-1, which is the hash that FHIR R4 asks for."""
    kind = next((word for ending, word in _TYPES.items() if name.endswith(ending)), "text/plain")
    return {
        "contentType": kind,
        "data": b64encode(content).decode("ascii"),
        "size": len(content),
        "hash": b64encode(sha1(content, usedforsecurity=False).digest()).decode("ascii"),
        "title": name,
    }
