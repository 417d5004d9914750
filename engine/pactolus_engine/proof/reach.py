"""Rules that never come true, or never count when they do; options that nobody is ever offered."""

from collections.abc import Iterator

import z3

from pactolus_engine.pack.claims import Code
from pactolus_engine.pack.model import Effect, Rule
from pactolus_engine.proof.answer import Answer
from pactolus_engine.proof.finding import Finding, Proved, Result, Undecided
from pactolus_engine.proof.search import Search, Tried
from pactolus_engine.proof.solve import Verdict

__all__ = ["never_offered", "reachable", "shadowed"]

_EARLIER = {
    Effect.CONFLICT: (),
    Effect.HOLD: (Effect.CONFLICT,),
    Effect.EXCLUDE: (Effect.CONFLICT, Effect.HOLD),
}
"""The endings that come before an ending."""


def reachable(search: Search, rule: Rule) -> Result:
    """Whether the evaluation of somebody, known or partly unknown, finds the rule true."""
    true = search.space.seen.pair(search.compiled.conditions[rule.id]).true
    verdict = search.somebody([true])
    if verdict is Verdict.NOBODY:
        message = "the condition is true of no patient"
        return Finding(Code.UNREACHABLE_RULE, (rule.id,), rule.target, message, rule.place)
    if verdict is Verdict.NOT_DECIDED:
        return Undecided(Code.UNREACHABLE_RULE, (rule.id,), rule.target)
    return Proved(Code.UNREACHABLE_RULE)


def shadowed(search: Search, found: Answer, rule: Rule) -> Result:
    """Whether there is a patient for whom the rule is true and nothing before it decides."""
    true = found.rules[rule.id].true
    verdict = search.somebody([true, *_counts(search, found, rule)])
    if verdict is Verdict.SOMEBODY:
        return Proved(Code.SHADOWED_RULE)
    if verdict is Verdict.NOT_DECIDED:
        return Undecided(Code.SHADOWED_RULE, (rule.id,), rule.target)
    example = search.example([true], lambda tried: tried.rule(rule.id) == "true")
    message = f"whenever it is true, {_what_decides(rule.effect)}: it never changes an answer"
    witnesses = (example.patient,) if example.patient else ()
    return Finding(Code.SHADOWED_RULE, (rule.id,), rule.target, message, rule.place, witnesses)


def _what_decides(effect: Effect) -> str:
    if effect in {Effect.EXCLUDE, Effect.HOLD}:
        return (
            "a conflict or a hold that comes before it decides"
            if effect is Effect.EXCLUDE
            else ("a conflict decides")
        )
    return {
        Effect.OFFER: "an ending decides or the option is blocked",
        Effect.BLOCK: "an ending decides or the option is not offered anyway",
        Effect.CAVEAT: "there is nothing that it stands beside",
        Effect.CONCLUDE: "an ending decides",
    }[effect]


def _counts(search: Search, found: Answer, rule: Rule) -> Iterator[z3.BoolRef]:
    """What must hold beside the rule for it to make a difference."""
    endings = {Effect.CONFLICT: found.conflict, Effect.HOLD: found.hold}
    if rule.effect in _EARLIER:
        yield from (z3.Not(endings[earlier]) for earlier in _EARLIER[rule.effect])
        return
    yield z3.Not(found.ended)
    rules = search.compiled.pack.rules
    if rule.effect is Effect.OFFER:
        yield found.offered[rule.target]
    elif rule.effect is Effect.BLOCK:
        offering = [
            pair.true
            for other, pair in found.rules.items()
            if rules[other].effect is Effect.OFFER and rules[other].target == rule.target
        ]
        yield z3.Or(offering)
    elif rule.effect is Effect.CAVEAT:
        beside = rule.options or tuple(found.offered)
        yield z3.Or([found.offered[option] for option in beside]) if beside else found.gives


def never_offered(search: Search, found: Answer, option: str) -> Result:
    """Whether somebody is offered the option."""
    offering = tuple(
        rule.id
        for rule in search.compiled.pack.rules.values()
        if rule.effect is Effect.OFFER and rule.target == option
    )

    def offers(tried: Tried) -> bool:
        return option in {one.id for one in tried.decision.options}

    place = search.compiled.pack.options[option].place
    verdict = search.example([found.offers(option)], offers).verdict
    if verdict is Verdict.NOBODY:
        return Finding(Code.NEVER_OFFERED, offering, option, "the option is offered to nobody", place)
    if verdict is Verdict.NOT_DECIDED:
        return Undecided(Code.NEVER_OFFERED, offering, option)
    return Proved(Code.NEVER_OFFERED)
