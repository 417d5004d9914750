"""An answer as a person reads it on a terminal; plain text, no colours, so that it can be kept.

Said once and in full: the outcome, what decides it, what is missing, what was assumed. In short:
rules that may yet apply. The whole explanation is in `--json`.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pactolus_adapters.cli.render_options import render_caveat, render_options
from pactolus_adapters.cli.terminal import clean, folded, section, shown_digest
from pactolus_engine.decision import Decision, Evidence, FactUsed, Outcome, PossibleOutcome, Reason
from pactolus_engine.errors import InputInvalid

if TYPE_CHECKING:
    from pactolus_adapters.hallway import Answer

__all__ = ["decision_lines", "render_answer", "render_error"]

_HEADLINES = {
    Outcome.OFFER: "options to consider, side by side; the order means nothing",
    Outcome.NEED_DATA: "the answer depends on facts that are not known",
    Outcome.HOLD: "wait; nothing is suggested",
    Outcome.OUT_OF_SCOPE: "the evidence of this pack does not cover this patient, or no option remains",
    Outcome.CONFLICT: "the data contradict each other or cannot be read; a person must look",
    Outcome.CONCLUDED: "findings only; this pack offers nothing",
    Outcome.RETRACT: "an earlier suggestion no longer stands",
}

_ENDINGS = frozenset({"conflict", "hold", "exclude"})
_CONCLUDE = "conclude"
_GIVEN = {Outcome.OFFER: frozenset({"offer"}), Outcome.CONCLUDED: frozenset({_CONCLUDE})}
"""The effects that give what an outcome gives."""
_BLOCK = "block"


def render_answer(name: str, answer: "Answer") -> str:
    """Outcome, options with caveats, why, what is missing, assumptions, sources, pack and receipt."""
    lines = [f"== {clean(name)}", *decision_lines(answer.decision), *_receipt(answer)]
    return "\n".join(lines) + "\n"


def decision_lines(decision: Decision) -> list[str]:
    """What a decision says, and what it takes back before that."""
    return [*_taken_back(decision), *_told(decision.replacement or decision)]


def _told(decision: Decision) -> list[str]:
    """The decision, or what takes the place of an earlier one."""
    return [
        *folded(f"{decision.outcome}: {_HEADLINES[decision.outcome]}"),
        *_findings(decision),
        *_decided_also_from(decision),
        *render_options(decision.options),
        *section("Beside the findings", _beside_findings(decision)),
        *_why(decision),
        *_not_offered(decision),
        *_missing(decision),
        *_also_true(decision),
        *_still_open(decision),
        *section("Assumed, because nobody sent it", _assumptions(decision)),
        *section("Not checked: this site has not set what these rules need", _rules_off(decision)),
        *section("Passed over", _passed_over(decision)),
        *section("Sources", _sources(decision)),
    ]


def _taken_back(decision: Decision) -> Iterator[str]:
    """The suggestions that no longer stand, before what is said now."""
    if decision.outcome is not Outcome.RETRACT:
        return
    yield from folded(f"{decision.outcome}: {_HEADLINES[decision.outcome]}")
    for one in decision.retracted:
        yield from folded(f"record {one.index}, CarePlan {one.care_plan_id}: {one.new_status}", "x ")
        yield from folded(one.cause, "  ")
    for reason in decision.reasons[len(decision.retracted) :]:
        yield from folded(reason.text, "! ")
    yield ""
    yield from folded("In its place")


def _decided_also_from(decision: Decision) -> Iterator[str]:
    """What comes from earlier records; where options are offered, it stands among their caveats too."""
    lines = [
        line
        for taken in decision.trace.taken_from_earlier
        for line in folded(f"{taken.source.reference} of record {taken.record}: {taken.reason}", "- ")
    ]
    yield from section("Decided also from what was sent before", lines)


def render_error(name: str, error: Exception) -> str:
    """A refusal with every violation; never a value."""
    lines = [f"== {clean(name)}"]
    if isinstance(error, InputInvalid):
        lines += folded("INVALID_ARGUMENT: nothing was evaluated")
        for violation in error.violations:
            lines += folded(f"{violation.field}: {violation.description}", "- ")
    else:
        lines += folded(f"refused: {error}")
    return "\n".join(lines) + "\n"


def _findings(decision: Decision) -> Iterator[str]:
    for conclusion in decision.conclusions:
        yield from folded(f"{conclusion.id}: {conclusion.value} ({conclusion.title})")


def _beside_findings(decision: Decision) -> Iterator[str]:
    """The caveats of a pack that offers nothing; those of options stand beside the options."""
    if decision.outcome is Outcome.CONCLUDED:
        for caveat in decision.caveats:
            yield from render_caveat(caveat)


def _deciding(decision: Decision) -> list[Reason]:
    """The true rules that the outcome rests on; blocks are told with the options they forbid."""
    effects = _ENDINGS | _GIVEN.get(decision.outcome, frozenset())
    return [reason for reason in decision.reasons if reason.truth == "true" and reason.effect in effects]


def _why(decision: Decision) -> Iterator[str]:
    deciding = _deciding(decision)
    lines = [line for reason in deciding for line in _reason(reason)]
    yield from section("Why", [*lines, *_facts(deciding)])


def _also_true(decision: Decision) -> Iterator[str]:
    """What is true beside the rules that decide: offers come to nothing, findings stand among those above."""
    deciding = _deciding(decision)
    rest = [r for r in decision.reasons if r.truth == "true" and r not in deciding and r.effect != _BLOCK]
    found = [reason for reason in rest if reason.effect == _CONCLUDE]
    offered = [reason for reason in rest if reason.effect != _CONCLUDE]
    yield from section("True as well: findings that stand, though the outcome is another", _titles(found))
    yield from section("True as well, but nothing is offered on it", _titles(offered))


def _titles(reasons: Iterable[Reason]) -> list[str]:
    return [
        line
        for reason in reasons
        for line in folded(f"{reason.title} [{reason.effect}, {reason.rule}]", "- ")
    ]


def _reason(reason: Reason) -> Iterator[str]:
    yield from folded(f"{reason.title} [{_reference(reason.effect, reason.rule, reason.evidence)}]", "- ")
    yield from folded(reason.text, "  ")


def _reference(effect: str, rule: str, evidence: Iterable[Evidence]) -> str:
    return ", ".join([effect, rule, *(source.id for source in evidence)])


def _facts(reasons: Iterable[Reason]) -> Iterator[str]:
    """Every fact that these rules looked at, once, with the place it was read."""
    for fact in dict.fromkeys(fact for reason in reasons for fact in reason.facts):
        yield from folded(_fact(fact), "  = ")


def _fact(fact: FactUsed) -> str:
    places = ", ".join(f"{source.reference} {source.path}".rstrip() for source in fact.sources)
    return f"{fact.title}: {fact.shown}" + (f" ({places})" if places else "")


def _not_offered(decision: Decision) -> Iterator[str]:
    lines = [
        line
        for blocked in decision.blocked_options
        for line in folded(f"{blocked.option}: {blocked.text} [{_BLOCK}, {blocked.rule}]", "- ")
    ]
    blocking = [r for r in decision.reasons if r.truth == "true" and r.effect == _BLOCK]
    yield from section("Not offered", [*lines, *_facts(blocking)])


def _missing(decision: Decision) -> Iterator[str]:
    if decision.outcome is not Outcome.NEED_DATA:
        return
    lines = []
    for missing in decision.missing:
        lines += folded(f"{missing.fact}: {missing.title} ({missing.reason})", "- ")
        lines += folded(f"send: {missing.supply}", "  ")
    yield from section("Missing", [*lines, *_settled_by(decision)])
    possible = [line for each in decision.possible_outcomes for line in folded(_possible(each), "- ")]
    if not decision.possible_outcomes_complete:
        possible += folded("the search met its bound: there may be more than these", "- ")
    yield from section("Still possible", possible)


def _settled_by(decision: Decision) -> Iterator[str]:
    """Each smallest set of facts that would settle the answer."""
    listed = {missing.fact for missing in decision.missing}
    for facts in decision.minimal_missing_sets:
        is_all = len(facts) > 1 and set(facts) == listed
        yield from folded(f"settled by: {'all of these together' if is_all else ', '.join(facts)}", "> ")


def _possible(possible: PossibleOutcome) -> str:
    return (
        f"{possible.outcome}: {' | '.join(possible.options)}" if possible.options else possible.outcome.value
    )


def _still_open(decision: Decision) -> Iterator[str]:
    """Rules that may yet apply, below the facts they wait for, in one line each."""
    waiting: dict[tuple[FactUsed, ...], list[Reason]] = {}
    for reason in decision.reasons:
        if reason.truth == "unknown":
            waiting.setdefault(reason.facts, []).append(reason)
    lines = []
    for facts, reasons in waiting.items():
        for fact in facts:
            lines += folded(_fact(fact), "= ")
        for reason in reasons:
            lines += folded(f"may yet {reason.effect}: {reason.title} [{reason.rule}]", "  - ")
    yield from section("Still open: what is known of these facts leaves these rules undecided", lines)


def _assumptions(decision: Decision) -> Iterator[str]:
    for assumption in decision.assumptions:
        yield from folded(f"{assumption.text} [{assumption.fact} = {assumption.value}]", "- ")


def _rules_off(decision: Decision) -> Iterator[str]:
    """The rules that are off, once for each setting they wait for; their ids are in `--json`."""
    waiting: dict[str, list[str]] = {}
    for rule in decision.trace.rules_off:
        waiting.setdefault(", ".join(rule.parameters), []).append(rule.title)
    for needed, titles in sorted(waiting.items()):
        yield from folded(f"set {needed} for: {'; '.join(dict.fromkeys(titles))}", "- ")


def _passed_over(decision: Decision) -> Iterator[str]:
    for passed in decision.trace.passed_over:
        place = f"{passed.source.reference} {passed.source.path}".rstrip()
        yield from folded(f"{place}: {passed.reason}", "- ")


def _sources(decision: Decision) -> Iterator[str]:
    """What the options, their caveats, the findings and the deciding rules rest on, and how it was read."""
    cited = [option.evidence for option in decision.options]
    cited += [caveat.evidence for option in decision.options for caveat in option.caveats]
    if decision.outcome is Outcome.CONCLUDED:
        cited += [caveat.evidence for caveat in decision.caveats]
    cited += [conclusion.evidence for conclusion in decision.conclusions]
    cited += [reason.evidence for reason in _deciding(decision)]
    for source in dict.fromkeys(source for evidence in cited for source in evidence):
        where = f" doi:{source.doi}" if source.doi else f" {source.url}" if source.url else ""
        yield from folded(f"[{source.id}] {source.citation}{where}", "* ")
        if source.statement:
            yield from folded(source.statement, "  ")


def _receipt(answer: "Answer") -> Iterator[str]:
    decision, receipt = answer.decision, answer.receipt
    pack = decision.pack
    yield ""
    yield from folded(f"{pack.id} {pack.version}, {shown_digest(pack.digest)}", "pack      ")
    yield from folded(decision.evaluation_time, "at        ")
    yield from folded(decision.decision_id, "decision  ")
    yield from folded(f"{receipt.index} of {receipt.log_origin}", "record    ")
    yield from folded(receipt.leaf_hash.hex(), "leaf      ")
