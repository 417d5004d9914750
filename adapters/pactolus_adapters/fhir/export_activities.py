"""What the options of a pack ask for, as ActivityDefinitions: proposals, never with a dose."""

from collections.abc import Iterator

from pactolus_adapters.fhir.exact_json import Tree
from pactolus_adapters.fhir.export_terms import Terms, metadata, resource_id
from pactolus_adapters.fhir.write_narrative import plain_narrative
from pactolus_adapters.fhir.write_requests import requests_of
from pactolus_adapters.fhir.write_sentences import NO_DOSE
from pactolus_engine.pack.model import Option, Request

__all__ = ["activity_definitions", "activity_id"]


def activity_id(terms: Terms, option: Option, index: int) -> str:
    """The id of the ActivityDefinition of the request at this place (from 0) of the option."""
    return resource_id(terms.pack.id, option.id, str(index + 1))


def activity_definitions(terms: Terms) -> Iterator[Tree]:
    """One per option and request, in the order of the pack."""
    for option in terms.pack.options.values():
        for index, request in enumerate(requests_of(option)):
            yield _activity(terms, option, index, request)


def _activity(terms: Terms, option: Option, index: int, request: Request) -> Tree:
    is_drug = request.kind == "medication"
    name = activity_id(terms, option, index)
    said = f"Part of the option: {option.title}. {NO_DOSE}"
    what = terms.concept(request.coding, request.text)
    return {
        **metadata(terms, "ActivityDefinition", name, request.text, said),
        "text": plain_narrative(request.text, said),
        "relatedArtifact": terms.citations(option.evidence),
        "kind": "MedicationRequest" if is_drug else "ServiceRequest",
        "intent": "proposal",
        "doNotPerform": False,
        "code": None if is_drug else what,
        "productCodeableConcept": what if is_drug else None,
    }
