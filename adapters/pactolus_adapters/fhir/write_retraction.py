"""The resources of earlier suggestions, as they were answered, with the status that ends them.

Nothing is deleted: the CarePlan, its RequestGroup and requests come back under their ids, revoked or
entered in error, with the cause. MedicationRequest has no `revoked`; its word is `cancelled` (FHIR R4).
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_care_plan import AI_ASSERTED
from pactolus_adapters.fhir.write_context import DEVICE, Context
from pactolus_adapters.fhir.write_narrative import plain_narrative
from pactolus_adapters.fhir.write_references import source_reference
from pactolus_engine.decision import Retracted
from pactolus_engine.facts import Source
from pactolus_engine.record import EarlierInput

__all__ = ["replacing", "taken_back"]

_URN = "urn:uuid:"
_SUGGESTED = frozenset({"CarePlan", "RequestGroup", "ServiceRequest", "MedicationRequest"})
_REVOKED = "revoked"
_TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"


def taken_back(context: Context, earlier: Sequence[EarlierInput]) -> tuple[list[Tree], Tree]:
    """The resources that end, each once, and the Provenance that says why."""
    answers = {one.decision_id: one.answer for one in earlier}
    ended: dict[str, Tree] = {}
    for one in context.decision.retracted:
        for resource in _suggestion(answers[one.decision_id], one.care_plan_id):
            is_suggested = resource["resourceType"] in _SUGGESTED
            ended.setdefault(str(resource["id"]), _ended(resource, one) if is_suggested else resource)
    targets = [name for name, resource in ended.items() if resource["resourceType"] in _SUGGESTED]
    return list(ended.values()), _provenance(context, targets)


def replacing(context: Context, told: Iterable[Tree]) -> list[Tree]:
    """The new resources; a new CarePlan names the plans whose place it takes."""
    plans: list[Node] = [_link(one.care_plan_id) for one in context.decision.retracted]
    return [{**one, "replaces": plans} if one["resourceType"] == "CarePlan" else one for one in told]


def _suggestion(answer: bytes, care_plan: str) -> Iterator[Tree]:
    """The CarePlan of that id and everything of its Bundle that it leads to, in their order."""
    entries = json.loads(answer, parse_float=Decimal)["entry"]
    by_url: dict[str, Tree] = {entry["fullUrl"]: entry["resource"] for entry in entries}
    reached = [f"{_URN}{care_plan}"]
    for url in reached:  # grows while it is walked
        new = (link for link in _links(by_url.get(url)) if link in by_url and link not in reached)
        reached += [link for link in dict.fromkeys(new) if by_url[link]["resourceType"] != "CarePlan"]
    return (resource for url, resource in by_url.items() if url in reached)


def _links(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for part in node.values():
            yield from _links(part)
    elif isinstance(node, list):
        for part in node:
            yield from _links(part)


def _ended(resource: Tree, one: Retracted) -> Tree:
    """The resource with its new status, and the cause where a reader looks first."""
    kind = str(resource["resourceType"])
    cause = f"No longer stands: {one.cause}."
    told: Tree = {**resource, "status": _status(kind, one.new_status), "text": plain_narrative(cause)}
    notes = resource.get("note")
    told["note"] = [{"text": cause}, *(notes if isinstance(notes, list) else [])]
    if kind == "MedicationRequest":
        told["statusReason"] = {"text": cause}
    if kind == "CarePlan":
        told["title"] = f"No longer stands: {resource.get('title', '')}"
        told["replaces"] = None  # plans that ended before are not in this Bundle
    return told


def _status(kind: str, new_status: str) -> str:
    return "cancelled" if kind == "MedicationRequest" and new_status == _REVOKED else new_status


def _provenance(context: Context, targets: list[str]) -> Tree:
    """That these resources were ended, by what device, because of which results."""
    decision = context.decision
    code = {"system": f"{_TERMINOLOGY}v3-DataOperation", "code": "UPDATE"}
    agent: Tree = {
        "type": {"coding": [{"system": f"{_TERMINOLOGY}provenance-participant-type", "code": "assembler"}]},
        "who": context.link(DEVICE),
    }
    return {
        "resourceType": "Provenance",
        "id": context.id_of_request("provenance-of-retraction"),
        "meta": {"security": [AI_ASSERTED]},
        "target": [_link(target) for target in targets],
        "occurredDateTime": decision.evaluation_time,
        "recorded": decision.evaluation_time,
        "reason": [{"text": one.cause} for one in decision.retracted],
        "activity": {"coding": [code]},
        "agent": [agent],
        "entity": [*_withdrawn(context), *map(_revised(context), decision.retracted)],
    }


def _withdrawn(context: Context) -> list[Node]:
    sources: list[Source] = [one.source for one in context.facts.withdrawn]
    return [{"role": "removal", "what": source_reference(source)} for source in sources]


def _revised(context: Context) -> Any:
    """The decision as it was recorded, of which the resources are a revision."""
    system = context.decision_identifier["system"]

    def entity(one: Retracted) -> Tree:
        return {"role": "revision", "what": {"identifier": {"system": system, "value": one.decision_id}}}

    return entity


def _link(name: str) -> Tree:
    return {"reference": f"{_URN}{name}"}
