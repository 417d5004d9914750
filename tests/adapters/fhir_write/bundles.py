"""Writing for the tests, and walking through what was written."""

import json
from collections.abc import Iterator
from typing import Any

from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.write import write
from pactolus_engine.decision import Decision, Outcome
from tests.support.decisions import a_decision, a_pack, some_facts

__all__ = ["BASE", "ENVELOPE", "every", "of_type", "one", "written", "written_outcome"]

BASE = "https://pactolus.example/fhir/CodeSystem/"
ENVELOPE = Envelope(request_id="r-1", client="ehr", tenant="clinic")

Json = dict[str, Any]


def written(decision: Decision, envelope: Envelope = ENVELOPE) -> Json:
    """The Bundle of the decision, parsed."""
    facts = some_facts(decision.patient)
    text = write(decision, a_pack(), facts, envelope, local_base=BASE, engine_version="0.1.0")
    bundle: Json = json.loads(text)
    return bundle


def written_outcome(outcome: Outcome) -> Json:
    """The Bundle of a decision with this outcome."""
    return written(a_decision(outcome))


def of_type(bundle: Json, kind: str) -> list[Json]:
    """The resources of this type, in their order."""
    resources = [entry["resource"] for entry in bundle["entry"]]
    return [resource for resource in resources if resource["resourceType"] == kind]


def one(bundle: Json, kind: str) -> Json:
    """The only resource of this type."""
    (resource,) = of_type(bundle, kind)
    return resource


def every(node: Any) -> Iterator[Json]:
    """Every object in the tree, itself included."""
    if isinstance(node, dict):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from every(child)
