"""Answers of Pactolus as a person reads them: labels on the left, folded text on the right.

For `demo.py`. Every text of an answer goes through `clean`, for it may repeat what a caller sent.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from textwrap import wrap

from pactolus.v1.decision_pb2 import Caveat, Decision, FactUsed, Outcome, Reason
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
        outcome = outcome_of(decision)
        row("outcome", f"{outcome}: {_MEANS.get(outcome, 'not known to this client')}")
        for finding in decision.conclusions:
            row("", f"{finding.id} = {finding.value}: {finding.title}")
        if outcome == "CONCLUDED":
            self._caveats(decision.caveats)
        self._options(decision)
        _why(decision)
        _missing(decision)
        self._assumed(decision)
        _fhir(answer.bundle_json)
        receipt = answer.receipt
        row("audit", f"record {receipt.index} of {receipt.log_origin}")
        row("", f"leaf hash   {receipt.leaf_hash.hex()}")
        row("", f"decision id {decision.decision_id}")

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


def _why(decision: Decision) -> None:
    """The true rules that the outcome rests on, and the facts they saw."""
    effects = {"conflict", "hold", "exclude", *_GIVEN.get(outcome_of(decision), ())}
    deciding = [one for one in decision.reasons if one.truth == "true" and one.effect in effects]
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
        seen = f"; sent: {sent[missing.fact]}" if missing.fact in sent else ""
        row(label, f"{missing.fact} ({missing.reason}{seen}): {missing.supply}")
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
