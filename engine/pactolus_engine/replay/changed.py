"""What differs between two packs, by id: compared as it is written, one kind of thing at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from pactolus_engine.pack.exact_number import canonical_number
from pactolus_engine.pack.fact import Fact
from pactolus_engine.pack.model import CodeSet, Option, Pack, Rule, RuleOff
from pactolus_engine.replay.written import aim_of, written_condition, written_fact

__all__ = ["Changed", "changed_between", "changed_parameters"]

_Thing = TypeVar("_Thing")
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Changed:
    """Ids of what is otherwise, or stands in one of the packs alone.

    `parameters`: name to its value before and after, as exact text, empty where it has none. `rules`: they test
    or do something else; `aims`: of these, the ones that do something else. `facts`: they are read, weighed or
    derived otherwise. `rule_words`, `fact_words`: another text for the reader. `evidence`: sources.
    """

    parameters: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    rules: frozenset[str] = _NOTHING
    aims: frozenset[str] = _NOTHING
    rule_words: frozenset[str] = _NOTHING
    facts: frozenset[str] = _NOTHING
    fact_words: frozenset[str] = _NOTHING
    code_sets: frozenset[str] = _NOTHING
    options: frozenset[str] = _NOTHING
    evidence: frozenset[str] = _NOTHING


def changed_between(before: Pack, after: Pack) -> Changed:
    """Everything that an answer may rest on or show."""
    was, now = _rules(before), _rules(after)
    aims = _differing(was, now, aim_of)
    return Changed(
        parameters=changed_parameters(before.parameter_values, after.parameter_values),
        # A rule that is off has no condition to compare: what it lacks is a parameter.
        rules=aims | _differing_in_both(before.rules, after.rules, _tested),
        aims=aims,
        rule_words=_differing(was, now, _rule_words),
        facts=_differing(before.facts, after.facts, written_fact),
        fact_words=_differing(before.facts, after.facts, _fact_words),
        code_sets=_differing(before.code_sets, after.code_sets, _codes),
        options=_differing(before.options, after.options, _option_words),
        evidence=_differing(before.evidence, after.evidence, _itself),
    )


def changed_parameters(
    before: Mapping[str, Decimal], after: Mapping[str, Decimal]
) -> dict[str, tuple[str, str]]:
    """The parameters that have another value now, however it is written."""
    pairs = {name: (_shown(before.get(name)), _shown(after.get(name))) for name in {*before, *after}}
    return {name: pair for name, pair in sorted(pairs.items()) if pair[0] != pair[1]}


def _shown(number: Decimal | None) -> str:
    return "" if number is None else canonical_number(number)


def _rules(pack: Pack) -> dict[str, Rule | RuleOff]:
    return {**pack.rules, **pack.rules_off}


def _differing(
    before: Mapping[str, _Thing], after: Mapping[str, _Thing], told: Callable[[_Thing], object]
) -> frozenset[str]:
    return _differing_in_both(before, after, told) | (before.keys() ^ after.keys())


def _differing_in_both(
    before: Mapping[str, _Thing], after: Mapping[str, _Thing], told: Callable[[_Thing], object]
) -> frozenset[str]:
    return frozenset(name for name in before.keys() & after.keys() if told(before[name]) != told(after[name]))


def _tested(rule: Rule) -> object:
    return written_condition(rule.condition), frozenset(rule.options)


def _rule_words(rule: Rule | RuleOff) -> object:
    return rule.title, rule.text, rule.evidence


def _fact_words(fact: Fact) -> object:
    return fact.title, fact.note, fact.supply


def _codes(code_set: CodeSet) -> object:
    """Membership and what it implies; the text that a system prints for a code is never compared."""
    return {(one.system, one.code) for one in code_set.codings}, code_set.implies


def _option_words(option: Option) -> object:
    return option.title, option.description, option.evidence


def _itself(thing: _Thing) -> object:
    return thing
