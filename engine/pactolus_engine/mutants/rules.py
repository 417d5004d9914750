"""Mutants of rules: their conditions, what they do, and whether they are there at all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pactolus_engine.mutants.conditions import Constants, changed_conditions
from pactolus_engine.mutants.mutant import ChangedRule, Mutant
from pactolus_engine.pack.model import Effect, Pack, Rule

__all__ = ["rule_mutants"]

_OTHER_EFFECT = {
    Effect.EXCLUDE: Effect.HOLD,
    Effect.HOLD: Effect.EXCLUDE,
    Effect.CONFLICT: Effect.HOLD,
}


@dataclass(frozen=True, slots=True)
class _Changed:
    """The rule as it becomes, with the operator, the place inside the rule and what became what."""

    operator: str
    path: str
    rule: Rule | None
    words: str


def rule_mutants(pack: Pack, constants: Constants) -> Iterator[Mutant]:
    """Every mutant of every rule, by rule."""
    for _, rule in sorted(pack.rules.items()):
        for changed in _changed(rule, pack, constants):
            path = f"/{changed.path}" if changed.path else ""
            yield Mutant(
                f"rule/{rule.id}/{changed.operator}{path}",
                changed.operator,
                rule.id,
                rule.place,
                f"rule `{rule.id}`: {changed.words}",
                ChangedRule(rule.id, changed.rule),
            )


def _changed(rule: Rule, pack: Pack, constants: Constants) -> Iterator[_Changed]:
    for one in changed_conditions(rule.condition, "when", pack.facts, constants):
        yield _Changed(one.operator, one.path, replace(rule, condition=one.condition), one.words)
    if rule.effect is not Effect.DEFINE:
        yield _Changed("drop-rule", "", None, "is gone")
    match rule.effect:
        case Effect.EXCLUDE | Effect.HOLD | Effect.CONFLICT:
            other = _OTHER_EFFECT[rule.effect]
            words = f"effect `{rule.effect}` becomes `{other}`"
            yield _Changed("effect", other, replace(rule, effect=other), words)
        case Effect.OFFER | Effect.BLOCK:
            yield from _other_option(rule, pack)
        case Effect.CONCLUDE:
            yield from _other_value(rule, pack)
        case Effect.CAVEAT:
            yield from _other_places(rule, pack)


def _other_option(rule: Rule, pack: Pack) -> Iterator[_Changed]:
    options = list(pack.options)
    following = options[(options.index(rule.target) + 1) % len(options)]
    if following != rule.target:
        words = f"`{rule.effect}: {rule.target}` becomes `{rule.effect}: {following}`"
        yield _Changed("other-option", following, replace(rule, target=following), words)


def _other_value(rule: Rule, pack: Pack) -> Iterator[_Changed]:
    """The next of the values that the pack's rules conclude of the same finding."""
    concluding = (other for other in pack.rules.values() if other.effect is Effect.CONCLUDE)
    values = sorted({other.value for other in concluding if other.target == rule.target})
    following = values[(values.index(rule.value) + 1) % len(values)]
    if following != rule.value:
        words = f"`{rule.target}: {rule.value}` becomes `{rule.target}: {following}`"
        yield _Changed("other-value", following, replace(rule, value=following), words)


def _other_places(rule: Rule, pack: Pack) -> Iterator[_Changed]:
    """Beside one option less, or one more; `options` empty means beside all, so the last one stays."""
    stands = rule.options or tuple(pack.options)
    for option in stands if len(stands) > 1 else ():
        left = tuple(other for other in stands if other != option)
        words = f"the caveat no longer stands beside `{option}`"
        yield _Changed("caveat-options", f"without.{option}", replace(rule, options=left), words)
    for option in pack.options:
        if option not in stands:
            words = f"the caveat stands beside `{option}` too"
            yield _Changed(
                "caveat-options", f"with.{option}", replace(rule, options=(*stands, option)), words
            )
