"""Answers of Pactolus as a person reads them: labels on the left, folded text on the right.

For `demo.py`. Every text of an answer goes through `clean`, for it may repeat what a caller sent.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from pactolus.v1.decision_pb2 import Caveat, Conclusion, Decision, Evidence, FactUsed, Option, Outcome, Reason
from pactolus.v1.evaluation_service_pb2 import EvaluateResponse

__all__ = ["COLUMNS", "Teller", "clean", "outcome_of", "word"]

COLUMNS = 100
_LABEL = 10

_MEANS = {
    "OFFER": "options to weigh, side by side; their order is no ranking",
    "NEED_DATA": "the answer depends on facts that are not known",
    "HOLD": "wait; nothing is suggested",
    "OUT_OF_SCOPE": "the evidence does not cover this patient; nothing is suggested",
    "CONFLICT": "the data contradict each other; a person must look",
    "CONCLUDED": "findings only",
    "RETRACT": "an earlier suggestion no longer stands",
}

_GIVEN = {"OFFER": ("offer",), "CONCLUDED": ("conclude",)}
"""The effects of rules that give what an outcome gives."""


def clean(text: str) -> str:
    """One line without control characters: what was sent cannot act on the terminal."""
    return "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in " ".join(text.split())
    )


def word(outcome: str) -> str:
    """`OFFER` for `OUTCOME_OFFER`."""
    return outcome.removeprefix("OUTCOME_")


def outcome_of(decision: Decision) -> str:
    """The outcome as a word."""
    return word(Outcome.Name(decision.outcome))


def row(label: str, text: str, mark: str = "") -> None:
    """Prints a label and, beside it, the folded text."""
    start = f"{label:<{_LABEL}}{mark}"
    rest = " " * len(start)
    lines = wrap(clean(text), COLUMNS, initial_indent=start, subsequent_indent=rest, break_on_hyphens=False)
    print("\n".join(lines))


@dataclass(slots=True)
class Teller:
    """Prints answers one after the other; what was told once is named only by its id after that."""

    told: set[str] = field(default_factory=set)

    def tell(self, title: str, story: str, answer: EvaluateResponse) -> None:
        """One answer: outcome, options, why, what is missing, what was assumed, FHIR, receipt."""
        decision = answer.decision
        print(f"\n{'=' * COLUMNS}\n{title}")
        row("", story)
        print()
        _outcome("outcome", decision)
        _taken_back(decision)
        if decision.HasField("replacement"):
            _outcome("instead", decision.replacement)
        self._content(decision.replacement if decision.HasField("replacement") else decision)
        _fhir(answer.bundle_json)
        receipt = answer.receipt
        row("audit", f"record {receipt.index} of {receipt.log_origin}")
        row("", f"leaf hash   {receipt.leaf_hash.hex()}")
        row("", f"decision id {decision.decision_id}")

    def _content(self, decision: Decision) -> None:
        """What a decision says, or the one that takes the place of an earlier."""
        taken = decision.trace.taken_from_earlier
        if taken:
            records = ", ".join(map(str, sorted({one.record for one in taken})))
            row("recalled", f"{len(taken)} resources that were not sent now, from record {records}")
        for finding in decision.conclusions:
            row("", f"{finding.id} = {finding.value}: {finding.title}")
        if outcome_of(decision) == "CONCLUDED":
            self._caveats(decision.caveats)
        self._options(decision)
        _why(decision)
        _missing(decision)
        self._assumed(decision)
        self._not_checked(decision)
        self._sources(decision)

    def _options(self, decision: Decision) -> None:
        """Options, each with the caveats of its own, then those that all of them have."""
        rules = [[caveat.rule for caveat in option.caveats] for option in decision.options]
        common = set.intersection(*map(set, rules)) if len(rules) > 1 else set()
        for option in decision.options:
            row("option", f"{option.id}: {option.title}")
            self._caveats(caveat for caveat in option.caveats if caveat.rule not in common)
        if common:
            row("", "beside every option:")
            self._caveats(caveat for caveat in decision.options[0].caveats if caveat.rule in common)
        for blocked in decision.blocked_options:
            row("blocked", f"{blocked.option}: {blocked.text}")

    def _caveats(self, caveats: Iterable[Caveat]) -> None:
        listed = list(caveats)
        for caveat in listed:
            if caveat.rule not in self.told:
                row("", f"{caveat.text} [{caveat.rule}]", "  ! ")
        known = [caveat.rule for caveat in listed if caveat.rule in self.told]
        if known:
            row("", f"as told above: {', '.join(known)}", "  ! ")
        self.told |= {caveat.rule for caveat in listed}

    def _assumed(self, decision: Decision) -> None:
        texts = "; ".join(assumption.text for assumption in decision.assumptions)
        is_known = texts in self.told
        self.told.add(texts)
        if texts:
            count = len(decision.assumptions)
            row(
                "assumed",
                f"the same {count} as told above" if is_known else f"nobody sent otherwise: {texts}",
            )

    def _not_checked(self, decision: Decision) -> None:
        """The rules that are off: nobody may believe that they were checked."""
        off = decision.trace.rules_off
        needed = ", ".join(sorted({parameter for rule in off for parameter in rule.parameters}))
        text = f"this site has not set {needed}: {'; '.join(dict.fromkeys(rule.title for rule in off))}"
        is_known = text in self.told
        self.told.add(text)
        if off:
            row("unchecked", f"the same {len(off)} rules as told above" if is_known else text)

    def _sources(self, decision: Decision) -> None:
        """What the answer rests on, and how it was read."""
        holders: list[Option | Conclusion | Reason | Caveat]
        holders = [*decision.options, *decision.conclusions, *_deciding(decision)]
        holders += [caveat for option in decision.options for caveat in option.caveats]
        if outcome_of(decision) == "CONCLUDED":
            holders += decision.caveats
        cited = {source.id: source for holder in holders for source in holder.evidence}
        new = [source for source in cited.values() if _source(source) not in self.told]
        for label, source in zip(_labels("sources"), new, strict=False):
            row(label, _source(source))
        if len(new) < len(cited):
            known = [each for each, source in cited.items() if source not in new]
            row("" if new else "sources", f"as told above: {', '.join(known)}")
        self.told |= {_source(source) for source in new}


def _outcome(label: str, decision: Decision) -> None:
    outcome = outcome_of(decision)
    row(label, f"{outcome}: {_MEANS.get(outcome, 'not known to this client')}")


def _taken_back(decision: Decision) -> None:
    """The earlier suggestions that no longer stand, each with its cause."""
    for label, one in zip(_labels("earlier"), decision.retracted, strict=False):
        row(label, f"record {one.index}, its CarePlan is now {one.new_status}: {one.cause}")


def _source(source: Evidence) -> str:
    return f"[{source.id}] {source.citation}: {source.statement}"


def _deciding(decision: Decision) -> list[Reason]:
    """The true rules that the outcome rests on."""
    effects = {"conflict", "hold", "exclude", *_GIVEN.get(outcome_of(decision), ())}
    return [one for one in decision.reasons if one.truth == "true" and one.effect in effects]


def _why(decision: Decision) -> None:
    """The rules that the outcome rests on, and the facts they saw."""
    deciding = _deciding(decision)
    for label, reason in zip(_labels("why"), deciding, strict=False):
        row(label, f"{reason.title} [{reason.effect}, {reason.rule}]: {reason.text}")
    for fact in _facts(deciding):
        places = ", ".join(f"{source.reference} {source.path}" for source in fact.sources)
        row("", f"{fact.title}: {fact.shown} ({places or 'no source'})", "= ")


def _facts(reasons: Sequence[Reason]) -> list[FactUsed]:
    return list({fact.fact: fact for reason in reasons for fact in reason.facts}.values())


def _missing(decision: Decision) -> None:
    sent = {fact.fact: fact.shown for fact in decision.trace.facts if fact.sources}
    for label, missing in zip(_labels("missing"), decision.missing, strict=False):
        seen = sent.get(missing.fact, "")
        told = [] if missing.reason in seen else [missing.reason]  # what was seen may tell the reason
        told += [f"sent: {seen}"] if seen else []
        row(label, f"{missing.fact} ({'; '.join(told)}): {missing.supply}")
    for label, possible in zip(_labels("possible"), decision.possible_outcomes, strict=False):
        row(label, " ".join([word(Outcome.Name(possible.outcome)), " | ".join(possible.options)]))
    waiting = sum(reason.truth == "unknown" for reason in decision.reasons)
    if decision.missing and waiting:
        row("", f"{waiting} rules may yet apply; `reasons` and `trace` of the answer name them")


def _labels(first: str) -> Iterator[str]:
    """The label on the first row, none on the others."""
    yield first
    while True:
        yield ""


def _fhir(bundle: bytes) -> None:
    resources = [entry["resource"] for entry in json.loads(bundle)["entry"]]
    kinds = Counter(resource["resourceType"] for resource in resources)
    row(
        "fhir", f"Bundle of {len(resources)}: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}"
    )
    for plan in resources:
        if plan["resourceType"] == "CarePlan":
            row("", f"CarePlan with intent `{plan['intent']}` and status `{plan['status']}`")
