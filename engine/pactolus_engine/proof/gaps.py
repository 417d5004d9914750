"""Patients in scope for whom the pack has no answer, and those it says so of."""

from collections.abc import Iterator

import z3

from pactolus_engine.decision import Outcome
from pactolus_engine.pack.claims import Code, Gap
from pactolus_engine.pack.model import Effect, Place, Rule
from pactolus_engine.proof.answer import Answer
from pactolus_engine.proof.finding import Finding, Proved, Result, Undecided
from pactolus_engine.proof.search import Search, Tried
from pactolus_engine.proof.solve import Verdict

__all__ = ["gaps"]

_ENDINGS = (Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE)


def gaps(search: Search, found: Answer) -> Iterator[Result]:
    """First the gaps that the pack declares and has not, then one that it has and does not declare."""
    pack = search.compiled.pack
    giving = _giving(search)
    nothing = [z3.Not(found.ended), *(z3.Not(found.rules[rule.id].true) for rule in giving)]

    def is_gap(tried: Tried) -> bool:
        ends = (rule for rule in pack.rules.values() if rule.effect in _ENDINGS)
        is_silent = not any(tried.rule(rule.id) == "true" for rule in (*ends, *giving))
        return is_silent and tried.decision.outcome is Outcome.OUT_OF_SCOPE

    declared = list(pack.claims.gaps.values())
    for gap in declared:
        yield _declared(search, gap, nothing)
    outside = [z3.Not(search.space.patient.pair(gap.when).true) for gap in declared]
    undeclared = search.complete(
        [*nothing, *outside],
        lambda tried: is_gap(tried) and not any(tried.holds(gap.when) for gap in declared),
    )
    rules = tuple(rule.id for rule in giving)
    if undeclared.patient is not None:
        what = "offers an option" if pack.options else "states a finding"
        message = f"a patient of whom all is known is in scope, and no rule {what}"
        place = giving[0].place if giving else Place("pack.yaml", 1, 1)
        yield Finding(Code.GAP, (), "", message, place, (undeclared.patient,))
    elif undeclared.verdict is Verdict.NOBODY:
        yield Proved(Code.GAP)
    else:
        yield Undecided(Code.GAP, rules, "")


def _giving(search: Search) -> list[Rule]:
    """The rules that give something: that offer, or in a pack without options conclude."""
    pack = search.compiled.pack
    wanted = Effect.OFFER if pack.options else Effect.CONCLUDE
    return [
        pack.rules[name] for name in sorted(search.compiled.conditions) if pack.rules[name].effect is wanted
    ]


def _declared(search: Search, gap: Gap, nothing: list[z3.BoolRef]) -> Result:
    is_in = search.space.patient.pair(gap.when).true
    verdict = search.somebody([*nothing, is_in, *search.space.stated()])
    if verdict is Verdict.NOBODY:
        message = "the pack declares a gap in which there is no patient without an answer"
        return Finding(Code.EMPTY_GAP, (), gap.id, message, gap.place)
    if verdict is Verdict.NOT_DECIDED:
        return Undecided(Code.EMPTY_GAP, (), gap.id)
    return Proved(Code.EMPTY_GAP)
