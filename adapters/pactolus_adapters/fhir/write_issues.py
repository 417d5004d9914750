"""The DetectedIssues of a CONFLICT: one per rule that found, or may find, a contradiction (FHIR R4).

A conflict that surely applies is `final`; one that hangs on an unknown fact is `preliminary`.
"""

from pactolus_adapters.fhir.exact_json import Tree
from pactolus_adapters.fhir.write_care_plan import AI_ASSERTED
from pactolus_adapters.fhir.write_context import DEVICE, Context
from pactolus_adapters.fhir.write_narrative import plain_narrative
from pactolus_adapters.fhir.write_references import fact_references, subject_reference
from pactolus_adapters.fhir.write_sentences import reason_line
from pactolus_engine.decision import FactUsed, Outcome, Reason
from pactolus_engine.pack.model import Effect

__all__ = ["detected_issues"]


def detected_issues(context: Context) -> list[Tree]:
    """What a person must look at, in the order of the decision's reasons."""
    if context.decision.outcome is not Outcome.CONFLICT:
        return []
    conflicts = (reason for reason in context.decision.reasons if reason.effect == Effect.CONFLICT)
    return [_detected_issue(context, reason) for reason in conflicts]


def _detected_issue(context: Context, reason: Reason) -> Tree:
    code: Tree = {"coding": [context.pack_coding("rule", reason.rule)], "text": reason.title}
    return {
        "resourceType": "DetectedIssue",
        "id": context.id_of(f"detected-issue/{reason.rule}"),
        "meta": {"security": [AI_ASSERTED]},
        "text": plain_narrative(reason_line(reason), *map(_shown, reason.facts)),
        "status": "final" if reason.truth == "true" else "preliminary",
        "code": code,
        "severity": "high",
        "patient": subject_reference(context),
        "identifiedDateTime": context.decision.evaluation_time,
        "author": context.link(DEVICE),
        "implicated": fact_references(reason.facts),
        "evidence": [_evidence(fact) for fact in reason.facts],
        "detail": reason.text,
    }


def _evidence(fact: FactUsed) -> Tree:
    return {"code": [{"text": _shown(fact)}], "detail": fact_references((fact,))}


def _shown(fact: FactUsed) -> str:
    return f"{fact.title}: {fact.shown}"
