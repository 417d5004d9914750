"""The GuidanceResponse, which every decision has, with its messages and findings (FHIR R4).

The outcome is its reason code. Findings go to a Parameters resource, limits of the answer to an
OperationOutcome; both are there only when they have something to say.
"""

from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_care_plan import AI_ASSERTED, has_care_plan
from pactolus_adapters.fhir.write_context import CARE_PLAN, DEVICE, GUIDANCE_RESPONSE, Context
from pactolus_adapters.fhir.write_data_requirements import data_requirements
from pactolus_adapters.fhir.write_narrative import decision_narrative, plain_narrative
from pactolus_adapters.fhir.write_references import condition_references, subject_reference
from pactolus_adapters.fhir.write_sentences import (
    OUTCOME_MEANS,
    assumption_line,
    blocked_line,
    caveat_lines,
    completion_lines,
    missing_line,
    reason_line,
)
from pactolus_engine.decision import Conclusion, Outcome

__all__ = ["evaluation_message", "guidance_response", "output_parameters"]

_MESSAGE = "operation-outcome"
_PARAMETERS = "parameters"


def guidance_response(context: Context) -> Tree:
    """The answer as such: outcome, reasons, what is missing, and where the rest stands."""
    decision = context.decision
    incomplete = decision.outcome is Outcome.NEED_DATA
    return {
        "resourceType": "GuidanceResponse",
        "id": context.id_of(GUIDANCE_RESPONSE),
        "meta": {"security": [AI_ASSERTED]},
        "text": _narrative(context),
        "identifier": [context.decision_identifier],
        "moduleCanonical": context.canonical,
        "status": "data-required" if incomplete else "success",
        "subject": subject_reference(context),
        "occurrenceDateTime": decision.evaluation_time,
        "performer": context.link(DEVICE),
        "reasonCode": [_outcome(context)],
        "reasonReference": condition_references(context),
        "note": _notes(context),
        "evaluationMessage": [context.link(_MESSAGE)] if _issues(context) else None,
        "outputParameters": context.link(_PARAMETERS) if decision.conclusions else None,
        "result": context.link(CARE_PLAN) if has_care_plan(decision) else None,
        "dataRequirement": data_requirements(context) if incomplete else None,
    }


def evaluation_message(context: Context) -> Tree | None:
    """Caveats, assumptions, gaps and resources passed over, as an OperationOutcome; None without any."""
    issues = _issues(context)
    if not issues:
        return None
    return {"resourceType": "OperationOutcome", "id": context.id_of(_MESSAGE), "issue": issues}


def output_parameters(context: Context) -> Tree | None:
    """The findings by their ids, as Parameters; None without any."""
    found = context.decision.conclusions
    if not found:
        return None
    parameters = [_parameter(conclusion) for conclusion in found]
    return {"resourceType": "Parameters", "id": context.id_of(_PARAMETERS), "parameter": parameters}


def _parameter(conclusion: Conclusion) -> Tree:
    return {"name": conclusion.id, "valueCode": conclusion.value}


def _narrative(context: Context) -> Tree:
    if not has_care_plan(context.decision):
        return decision_narrative(context)
    meaning = OUTCOME_MEANS[context.decision.outcome]
    return plain_narrative(context.pack.title, meaning, "The whole of it stands in the CarePlan.")


def _outcome(context: Context) -> Tree:
    outcome = context.decision.outcome
    system = context.local_system("decision-outcome")
    return {"coding": [{"system": system, "code": outcome.value}], "text": OUTCOME_MEANS[outcome]}


def _notes(context: Context) -> list[Node]:
    decision = context.decision
    lines = [
        *map(reason_line, decision.reasons),
        *(f"Finding, {found.id} = {found.value}: {found.title}" for found in decision.conclusions),
        *map(missing_line, decision.missing),
        *completion_lines(decision, context.pack),
    ]
    return [{"text": line} for line in lines]


def _issues(context: Context) -> list[Node]:
    decision = context.decision
    issues = [_issue("warning", "business-rule", line) for line in caveat_lines(decision)]
    issues += [
        _issue("warning", "business-rule", blocked_line(one, context.pack))
        for one in decision.blocked_options
    ]
    issues += [_issue("warning", "required", missing_line(one)) for one in decision.missing]
    issues += [_issue("information", "informational", assumption_line(one)) for one in decision.assumptions]
    issues += [_passed_over(context, index) for index in range(len(decision.trace.passed_over))]
    if not decision.possible_outcomes_complete:
        issues.append(_issue("warning", "too-costly", completion_lines(decision, context.pack)[-1]))
    return list(issues)


def _passed_over(context: Context, index: int) -> Tree:
    passed = context.decision.trace.passed_over[index]
    where = " ".join(part for part in (passed.source.reference, passed.source.path) if part)
    return {**_issue("information", "informational", f"Passed over: {passed.reason}"), "diagnostics": where}


def _issue(severity: str, code: str, text: str) -> Tree:
    return {"severity": severity, "code": code, "details": {"text": text}}
