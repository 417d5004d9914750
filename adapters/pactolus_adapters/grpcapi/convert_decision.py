"""The core's decision as the message `Decision`, field by field."""

from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from pactolus.v1 import decision_pb2 as wire
from pactolus_engine.decision import (
    Assumption,
    BlockedOption,
    Caveat,
    Conclusion,
    Decision,
    Evidence,
    Explanation,
    FactTrace,
    FactUsed,
    Missing,
    OfferedOption,
    Outcome,
    PackIdentity,
    PossibleOutcome,
    Reason,
    Retracted,
    RuleOffTrace,
    RuleTrace,
    Trace,
)
from pactolus_engine.facts import PassedOver, Source, Taken

__all__ = ["decision_message", "evidence_message", "outcome_name", "pack_message", "timestamp"]


def decision_message(decision: Decision) -> wire.Decision:
    """The decision as a message. Raises `ValueError` when a time in it is no RFC 3339 instant."""
    return wire.Decision(
        decision_id=decision.decision_id,
        outcome=outcome_name(decision.outcome),
        options=map(_option, decision.options),
        conclusions=map(_conclusion, decision.conclusions),
        reasons=map(_reason, decision.reasons),
        missing=map(_missing, decision.missing),
        minimal_missing_sets=[wire.MissingSet(facts=facts) for facts in decision.minimal_missing_sets],
        possible_outcomes=map(_possible_outcome, decision.possible_outcomes),
        possible_outcomes_complete=decision.possible_outcomes_complete,
        assumptions=map(_assumption, decision.assumptions),
        caveats=map(_caveat, decision.caveats),
        blocked_options=map(_blocked_option, decision.blocked_options),
        retracted=map(_retraction, decision.retracted),
        replacement=decision_message(decision.replacement) if decision.replacement else None,
        trace=_trace(decision.trace),
        pack=pack_message(decision.pack),
        patient=decision.patient,
        evaluation_time=timestamp(decision.evaluation_time),
    )


def pack_message(pack: PackIdentity) -> wire.PackIdentity:
    """Which pack, exactly."""
    return wire.PackIdentity(id=pack.id, version=pack.version, digest=pack.digest)


def evidence_message(evidence: Evidence) -> wire.Evidence:
    """A source that something rests on."""
    return wire.Evidence(
        id=evidence.id,
        citation=evidence.citation,
        statement=evidence.statement,
        doi=evidence.doi,
        url=evidence.url,
    )


def timestamp(instant: str) -> Timestamp:
    """An RFC 3339 instant as a message. Raises `ValueError` when it is none."""
    message = Timestamp()
    message.FromJsonString(instant)
    return message


def outcome_name(outcome: Outcome) -> str:
    """The name of the enum value; protobuf refuses a name that it does not know."""
    return f"OUTCOME_{outcome.value}"


def _evidence(evidence: Iterable[Evidence]) -> list[wire.Evidence]:
    return [evidence_message(each) for each in evidence]


def _source(source: Source) -> wire.Source:
    return wire.Source(reference=source.reference, path=source.path, version=source.version)


def _caveat(caveat: Caveat) -> wire.Caveat:
    return wire.Caveat(rule=caveat.rule, text=caveat.text, evidence=_evidence(caveat.evidence))


def _option(option: OfferedOption) -> wire.Option:
    return wire.Option(
        id=option.id,
        title=option.title,
        description=option.description,
        caveats=map(_caveat, option.caveats),
        evidence=_evidence(option.evidence),
    )


def _blocked_option(blocked: BlockedOption) -> wire.BlockedOption:
    return wire.BlockedOption(option=blocked.option, rule=blocked.rule, text=blocked.text)


def _conclusion(conclusion: Conclusion) -> wire.Conclusion:
    return wire.Conclusion(
        id=conclusion.id,
        value=conclusion.value,
        title=conclusion.title,
        evidence=_evidence(conclusion.evidence),
    )


def _fact_used(used: FactUsed) -> wire.FactUsed:
    return wire.FactUsed(
        fact=used.fact, title=used.title, shown=used.shown, sources=map(_source, used.sources)
    )


def _reason(reason: Reason) -> wire.Reason:
    return wire.Reason(
        rule=reason.rule,
        effect=reason.effect,
        truth=reason.truth,
        title=reason.title,
        text=reason.text,
        evidence=_evidence(reason.evidence),
        facts=map(_fact_used, reason.facts),
    )


def _missing(missing: Missing) -> wire.MissingFact:
    return wire.MissingFact(
        fact=missing.fact, title=missing.title, reason=missing.reason, supply=missing.supply
    )


def _possible_outcome(possible: PossibleOutcome) -> wire.PossibleOutcome:
    return wire.PossibleOutcome(outcome=outcome_name(possible.outcome), options=possible.options)


def _assumption(assumption: Assumption) -> wire.Assumption:
    return wire.Assumption(fact=assumption.fact, value=assumption.value, text=assumption.text)


def _trace(trace: Trace) -> wire.Trace:
    return wire.Trace(
        rules=map(_rule_trace, trace.rules),
        facts=map(_fact_trace, trace.facts),
        passed_over=map(_passed_over, trace.passed_over),
        rules_off=map(_rule_off, trace.rules_off),
        taken_from_earlier=map(_taken, trace.taken_from_earlier),
    )


def _retraction(retracted: Retracted) -> wire.Retraction:
    return wire.Retraction(
        decision_id=retracted.decision_id,
        care_plan_id=retracted.care_plan_id,
        new_status=retracted.new_status,
        cause=retracted.cause,
        index=int(retracted.index),
    )


def _taken(taken: Taken) -> wire.TakenResource:
    return wire.TakenResource(source=_source(taken.source), record=int(taken.record), reason=taken.reason)


def _rule_off(rule: RuleOffTrace) -> wire.RuleOffTrace:
    return wire.RuleOffTrace(rule=rule.rule, title=rule.title, effect=rule.effect, parameters=rule.parameters)


def _rule_trace(rule: RuleTrace) -> wire.RuleTrace:
    return wire.RuleTrace(
        rule=rule.rule, effect=rule.effect, truth=rule.truth, explanation=_explanation(rule.explanation)
    )


def _explanation(explanation: Explanation) -> wire.Explanation:
    return wire.Explanation(
        text=explanation.text,
        truth=explanation.truth,
        children=map(_explanation, explanation.children),
    )


def _fact_trace(fact: FactTrace) -> wire.FactTrace:
    return wire.FactTrace(
        fact=fact.fact,
        status=fact.status,
        shown=fact.shown,
        cells=fact.cells,
        sources=map(_source, fact.sources),
    )


def _passed_over(passed: PassedOver) -> wire.PassedOver:
    return wire.PassedOver(source=_source(passed.source), reason=passed.reason)
