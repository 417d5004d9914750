"""A decision as one FHIR R4 Bundle: the way out of the house.

Pure: the same input gives the same bytes on any machine. A Bundle rather than contained resources,
because contained resources cannot be accepted one by one.
"""

from collections.abc import Iterable, Sequence

from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.exact_json import Tree, encode, without_empties
from pactolus_adapters.fhir.write_audit_event import audit_event
from pactolus_adapters.fhir.write_care_plan import care_plan, has_care_plan, has_requests
from pactolus_adapters.fhir.write_context import Context
from pactolus_adapters.fhir.write_guidance import evaluation_message, guidance_response, output_parameters
from pactolus_adapters.fhir.write_issues import detected_issues
from pactolus_adapters.fhir.write_provenance import device, provenance
from pactolus_adapters.fhir.write_requests import request_group, requests
from pactolus_adapters.fhir.write_retraction import replacing, taken_back
from pactolus_engine.decision import Decision
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Pack
from pactolus_engine.record import EarlierInput

__all__ = ["write"]


def write(
    decision: Decision,
    pack: Pack,
    facts: FactSet,
    envelope: Envelope,
    *,
    local_base: str,
    engine_version: str,
    earlier: Sequence[EarlierInput] = (),
) -> bytes:
    """The Bundle (type `collection`, UTF-8 JSON) that tells this decision.

    `pack` is the pack that decided, `facts` what it was told; `local_base` is the site's base of code
    systems (`…/CodeSystem/`), below whose parent the pack's canonical stands. `earlier`: the recorded
    suggestions that a RETRACT takes back. Raises `KeyError` when the decision offers an option that the
    pack does not have.
    """
    context = Context(decision, pack, facts, envelope, local_base, engine_version)
    resources = [*_told(context), device(context), audit_event(context)]
    targets = [str(resource["id"]) for resource in resources]
    origins = [provenance(context, targets)]
    if decision.replacement is not None:
        withdrawn, origin = taken_back(context, earlier)
        new = context.of(decision.replacement)
        told = [*_told(new), device(new)]
        targets += [str(resource["id"]) for resource in told]
        resources = [*withdrawn, *replacing(context, told), *resources]
        origins = [provenance(context, targets), origin]
    return encode(without_empties(_bundle(context, [*resources, *origins])))


def _told(context: Context) -> list[Tree]:
    plan = [care_plan(context)] if has_care_plan(context.decision) else []
    group = [request_group(context), *requests(context)] if has_requests(context.decision) else []
    guidance = guidance_response(context)
    extras = (evaluation_message(context), output_parameters(context))
    shown = [extra for extra in extras if extra is not None]
    return [*plan, *group, *detected_issues(context), guidance, *shown]


def _bundle(context: Context, resources: Iterable[Tree]) -> Tree:
    entries: list[Tree] = [
        {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource} for resource in resources
    ]
    return {
        "resourceType": "Bundle",
        "id": context.id_of_request("bundle"),
        "type": "collection",
        "entry": entries,
    }
