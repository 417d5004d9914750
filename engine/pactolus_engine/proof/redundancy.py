"""Rules that say nothing which another rule does not say, or whose loss no answer would show."""

from collections.abc import Iterator

import z3

from pactolus_engine.pack.claims import Code
from pactolus_engine.pack.model import Effect, Rule
from pactolus_engine.proof.answer import Answer, answer
from pactolus_engine.proof.finding import Finding, Proved, Result, Undecided
from pactolus_engine.proof.search import Search
from pactolus_engine.proof.solve import Verdict

__all__ = ["redundant", "subsumed"]


def subsumed(search: Search, found: Answer, rule: Rule) -> Result:
    """Whether another rule that does the same is true whenever this one is.

    Two rules do the same that have effect, target and value in common. A caveat is what it says: two
    of them do the same only in the same words.
    """
    others = list(_alike(search, rule))
    true = found.rules[rule.id].true
    together = z3.Or([found.rules[other].true for other in others])
    verdict = search.somebody([true, z3.Not(together)])
    if not others or verdict is Verdict.SOMEBODY:
        return Proved(Code.SUBSUMED_RULE)
    for other in others:
        apart = search.somebody([true, z3.Not(found.rules[other].true)])
        if apart is Verdict.NOBODY:
            return _finding(search, found, rule, other)
        if apart is Verdict.NOT_DECIDED:
            verdict = apart
    if verdict is Verdict.NOT_DECIDED:
        return Undecided(Code.SUBSUMED_RULE, (rule.id,), rule.target)
    return Proved(Code.SUBSUMED_RULE)


def _finding(search: Search, found: Answer, rule: Rule, other: str) -> Finding:
    both = [found.rules[name].true for name in (rule.id, other)]
    example = search.example(both, lambda tried: tried.rule(rule.id) == tried.rule(other) == "true")
    message = f"whenever it is true, `{other}` is true and does the same"
    witnesses = (example.patient,) if example.patient else ()
    return Finding(Code.SUBSUMED_RULE, (rule.id, other), rule.target, message, rule.place, witnesses)


def _alike(search: Search, rule: Rule) -> Iterator[str]:
    for name in sorted(search.compiled.conditions):
        other = search.compiled.pack.rules[name]
        same = (other.effect, other.target, other.value) == (rule.effect, rule.target, rule.value)
        if rule.effect is Effect.CAVEAT:
            same = same and (other.options, other.text) == (rule.options, rule.text)
        if same and name != rule.id:
            yield name


def redundant(search: Search, found: Answer, rule: Rule) -> Result | None:
    """Whether somebody's answer would be another one without the rule; None for a rule that adds to an
    answer and never changes it: a caveat, and a finding where there are options."""
    pack = search.compiled.pack
    if rule.effect is Effect.CAVEAT or (rule.effect is Effect.CONCLUDE and pack.options):
        return None
    without = answer(pack, search.compiled.conditions, search.space.patient, without=[rule.id])
    # An ending gives its reason: without it, "nothing remains" would be said and not why.
    differs = z3.Or(found.differs(without), z3.Xor(found.ended, without.ended))
    verdict = search.somebody([differs])
    if verdict is Verdict.NOBODY:
        message = "without it every patient gets the same answer"
        example = search.example([found.rules[rule.id].true], lambda tried: tried.rule(rule.id) == "true")
        witnesses = (example.patient,) if example.patient else ()
        return Finding(Code.REDUNDANT_RULE, (rule.id,), rule.target, message, rule.place, witnesses)
    if verdict is Verdict.NOT_DECIDED:
        return Undecided(Code.REDUNDANT_RULE, (rule.id,), rule.target)
    return Proved(Code.REDUNDANT_RULE)
