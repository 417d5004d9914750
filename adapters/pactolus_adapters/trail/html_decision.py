"""A recorded evaluation, refusal or failure as an article of the report: what was said, and why."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pactolus_adapters.trail.export_payload import Payload
from pactolus_adapters.trail.export_records import ExportedRecord
from pactolus_adapters.trail.html_parts import Markup, bulleted, element, joined, link, plain, table, titled
from pactolus_engine.decision import Caveat, Decision, Evidence, FactUsed, OfferedOption, Outcome, Reason

__all__ = ["article"]


def article(record: ExportedRecord) -> Markup:
    """What is in the payload, or why it cannot be read."""
    index = str(record.index)
    top = element("h3", link(f"r{index}", f"Record {index}"), f": {_title(record)}")
    if record.payload is None:
        return element("article", top, element("p", record.unread, class_="warn"), id=f"d{index}")
    return element("article", top, *_told(record.payload), id=f"d{index}")


def _title(record: ExportedRecord) -> str:
    event = record.commitment.get("event", "not readable")
    return record.listed.outcome or event if record.listed else event


def _told(payload: Payload) -> Iterator[Markup]:
    if payload.decision is not None:
        yield from _decision(payload.decision)
    yield _refusal(payload.refusal)
    yield bulleted(f"{name}: {text}" for name, text in sorted(payload.details.items()) if text)


def _refusal(refusal: Mapping[str, Any]) -> Markup:
    violations = refusal.get("violations", [])
    told = [joined(element("code", field or "request"), f": {text}") for field, text in violations]
    return bulleted(told or [text for text in (refusal.get("text"),) if text])


def _decision(decision: Decision) -> Iterator[Markup]:
    who = decision.patient or "patient not identified in the request"
    pack = f"{decision.pack.id} {decision.pack.version}"
    yield element(
        "p", f"{who} \N{MIDDLE DOT} {pack} \N{MIDDLE DOT} as of {decision.evaluation_time}", class_="soft"
    )
    yield element("p", "decision ", element("code", decision.decision_id), class_="soft")
    yield titled("Taken back", bulleted(_retracted(decision)))
    yield from _said(decision)
    if decision.replacement is not None:
        yield titled("In its place", element("p", decision.replacement.outcome.value))
        yield from _said(decision.replacement)


def _retracted(decision: Decision) -> Iterator[str]:
    for one in decision.retracted:
        yield joined(
            link(f"r{one.index}", f"record {one.index}"), f", CarePlan now {one.new_status}: {one.cause}"
        )


def _said(decision: Decision) -> Iterator[Markup]:
    true = [reason for reason in decision.reasons if reason.truth == "true"]
    unknown = [reason for reason in decision.reasons if reason.truth != "true"]
    findings = (f"{one.id}: {one.value} ({one.title})" for one in decision.conclusions)
    yield titled("Findings", bulleted(findings))
    yield titled("Options to consider, in no order", bulleted(map(_option, decision.options)))
    yield titled("Why", bulleted(map(_reason, true)))
    blocked = (f"{one.option}: {one.text} [{one.rule}]" for one in decision.blocked_options)
    yield titled("Not offered", bulleted(blocked))
    if decision.outcome is Outcome.NEED_DATA:
        yield titled("Missing", bulleted(_missing(decision)))
        yield titled("Still possible", bulleted(_possible(decision)))
    yield titled("May yet apply", bulleted(map(_reason, unknown)))
    yield titled("Assumed, because nobody sent it", bulleted(_assumed(decision)))
    if not decision.options:
        yield titled("Limits", bulleted(map(_caveat, decision.caveats)))
    yield titled("Facts as the rules saw them", _facts(decision))
    yield titled("Every rule that was looked at", _rules(decision))
    yield titled("Passed over", bulleted(_passed_over(decision)))
    yield titled("Sources", bulleted(_sources(decision)))


def _option(option: OfferedOption) -> Markup:
    caveats = bulleted(map(_caveat, option.caveats))
    return joined(
        element("b", option.title), f" [{option.id}{_cited(option.evidence)}] {option.description}", caveats
    )


def _caveat(caveat: Caveat) -> str:
    return f"{caveat.text} [{caveat.rule}{_cited(caveat.evidence)}]"


def _reason(reason: Reason) -> Markup:
    facts = bulleted(map(_fact, reason.facts))
    named = f" [{reason.effect}, {reason.rule}{_cited(reason.evidence)}] {reason.text}"
    return joined(element("b", reason.title), named, facts)


def _fact(fact: FactUsed) -> Markup:
    places = ", ".join(f"{source.reference} {source.path}".rstrip() for source in fact.sources)
    return joined(
        f"{fact.title}: {fact.shown}", element("span", f" ({places})", class_="soft") if places else ""
    )


def _missing(decision: Decision) -> Iterator[str]:
    for one in decision.missing:
        yield f"{one.fact}: {one.title} ({one.reason}); send {one.supply}"
    for facts in decision.minimal_missing_sets:
        yield f"settled by {', '.join(facts)}"


def _possible(decision: Decision) -> Iterator[str]:
    for one in decision.possible_outcomes:
        yield f"{one.outcome}: {', '.join(one.options)}" if one.options else one.outcome.value
    if not decision.possible_outcomes_complete:
        yield "the search met its bound: there may be more than these"


def _assumed(decision: Decision) -> Iterator[str]:
    return (f"{one.text} [{one.fact} = {one.value}]" for one in decision.assumptions)


def _facts(decision: Decision) -> Markup:
    rows = [
        (one.fact, one.status, one.shown, ", ".join(f"{s.reference} {s.path}".rstrip() for s in one.sources))
        for one in decision.trace.facts
    ]
    return table(("fact", "standing", "value", "read from"), rows) if rows else Markup()


def _rules(decision: Decision) -> Markup:
    rows: list[tuple[str, ...]] = [
        (one.rule, one.effect, element("span", one.truth, class_=_colour(one.truth)), one.explanation.text)
        for one in decision.trace.rules
    ]
    rows += [
        (one.rule, one.effect, "off", f"this site has not set {', '.join(one.parameters)}")
        for one in decision.trace.rules_off
    ]
    return table(("rule", "effect", "came out", "condition"), rows) if rows else Markup()


def _colour(truth: str) -> str:
    return {"true": "good", "unknown": "warn"}.get(truth, "soft")


def _passed_over(decision: Decision) -> Iterator[str]:
    for one in decision.trace.passed_over:
        yield f"{one.source.reference} {one.source.path}".rstrip() + f": {one.reason}"


def _sources(decision: Decision) -> Iterator[Markup]:
    cited = [option.evidence for option in decision.options]
    cited += [reason.evidence for reason in decision.reasons if reason.truth == "true"]
    cited += [conclusion.evidence for conclusion in decision.conclusions]
    for one in dict.fromkeys(source for evidence in cited for source in evidence):
        where = f" doi:{one.doi}" if one.doi else f" {one.url}" if one.url else ""
        yield plain(f"[{one.id}] {one.citation}{where}. {one.statement}")


def _cited(evidence: Iterable[Evidence]) -> str:
    return "".join(f", {one.id}" for one in evidence)
