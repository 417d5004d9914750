"""Rules that contradict each other, and options that are offered against a rule or without its word.

Only two findings can contradict: the same id with two values. An offer and a block of one option, an
offer and an ending, two endings do not: the language says which of them counts.
"""

from collections.abc import Iterator
from itertools import combinations

import z3

from pactolus_engine.conditions import atoms_of
from pactolus_engine.derive import base_facts
from pactolus_engine.pack.claims import Code
from pactolus_engine.pack.model import Absence, Effect, Rule
from pactolus_engine.proof.answer import Answer
from pactolus_engine.proof.finding import Finding, Proved, Result, Undecided
from pactolus_engine.proof.search import Search, Tried
from pactolus_engine.proof.solve import Verdict

__all__ = ["contradictions", "not_told", "offered_while_blocked"]

_FORBIDDING = (Effect.BLOCK, Effect.EXCLUDE, Effect.HOLD, Effect.CONFLICT)


def contradictions(search: Search, found: Answer) -> Iterator[Result]:
    """Each pair of findings with one id and two values."""
    for one, other in combinations(_rules(search, Effect.CONCLUDE), 2):
        if one.target == other.target and one.value != other.value:
            yield _contradiction(search, found, one, other)


def _contradiction(search: Search, found: Answer, one: Rule, other: Rule) -> Result:
    names = (one.id, other.id)

    def shows(tried: Tried) -> bool:
        return all(tried.rule(name) == "true" for name in names)

    true = [found.rules[name].true for name in names]
    in_scope = search.complete([*true, z3.Not(found.ended)], shows)
    both = in_scope if in_scope.patient is not None else search.example(true, shows)
    if both.patient is not None:
        message = f"`{one.target}` is stated as {one.value}, and as {other.value} by `{other.id}`"
        return Finding(Code.CONTRADICTION, names, one.target, message, one.place, (both.patient,))
    if both.verdict is Verdict.NOBODY:
        return Proved(Code.CONTRADICTION)
    return Undecided(Code.CONTRADICTION, names, one.target)


def offered_while_blocked(search: Search, found: Answer) -> Iterator[Result]:
    """Each block rule: nobody is offered its option while it is true."""
    for rule in _rules(search, Effect.BLOCK):
        option = rule.target

        def shows(tried: Tried, rule: Rule = rule) -> bool:
            return rule.target in {o.id for o in tried.decision.options} and tried.rule(rule.id) == "true"

        both = search.example([found.offers(option), found.rules[rule.id].true], shows)
        if both.patient is not None:
            message = f"`{option}` is offered while this rule blocks it"
            yield Finding(
                Code.OFFERED_WHILE_BLOCKED, (rule.id,), option, message, rule.place, (both.patient,)
            )
        else:
            is_proved = both.verdict is Verdict.NOBODY
            yield _settled(Code.OFFERED_WHILE_BLOCKED, rule, is_proved)


def not_told(search: Search, found: Answer) -> Iterator[Result]:
    """Each rule that would forbid an option and cannot be told for want of an optional fact: whether an
    option is then offered without a caveat about that fact."""
    for rule in _rules(search, *_FORBIDDING):
        for fact in _optional(search, rule):
            yield _not_told(search, found, rule, fact)


def _not_told(search: Search, found: Answer, rule: Rule, fact: str) -> Result:
    options = [rule.target] if rule.effect is Effect.BLOCK else sorted(search.compiled.pack.options)
    caveats = [one for one in _rules(search, Effect.CAVEAT) if _speaks(search, one, fact)]
    beside = {
        option: [one.id for one in caveats if not one.options or option in one.options] for option in options
    }

    def shows(tried: Tried) -> bool:
        offered = {one.id for one in tried.decision.options} & set(options)
        silent = [o for o in offered if all(tried.rule(one) != "true" for one in beside[o])]
        return bool(silent) and tried.rule(rule.id) == "unknown"

    silently = [
        z3.And(found.offers(option), z3.Not(z3.Or([found.rules[one].true for one in beside[option]])))
        for option in options
    ]
    terms = [search.space.terms(fact).absent, found.rules[rule.id].unknown, z3.Or(silently)]
    somebody = search.complete(terms, shows)
    if somebody.patient is not None:
        message = (
            f"without `{fact}` the rule cannot be told, and an option is offered with no caveat about it"
        )
        return Finding(Code.BLOCK_NOT_TOLD, (rule.id,), fact, message, rule.place, (somebody.patient,))
    return _settled(Code.BLOCK_NOT_TOLD, rule, somebody.verdict is Verdict.NOBODY)


def _settled(code: Code, rule: Rule, is_proved: bool) -> Result:
    return Proved(code) if is_proved else Undecided(code, (rule.id,), rule.target)


def _optional(search: Search, rule: Rule) -> list[str]:
    facts = search.compiled.pack.facts
    asked = {atom.fact for atom in atoms_of(search.compiled.conditions[rule.id])}
    return sorted(name for name in asked if facts[name].absence is Absence.OPTIONAL)


def _speaks(search: Search, caveat: Rule, fact: str) -> bool:
    """Whether a caveat looks at the fact, or at what it rests on."""
    pack = search.compiled.pack
    asked = {atom.fact for atom in atoms_of(search.compiled.conditions[caveat.id])}
    own = {fact, *base_facts(pack, fact)}
    return bool(own & {base for name in asked for base in (name, *base_facts(pack, name))})


def _rules(search: Search, *effects: Effect) -> list[Rule]:
    rules = search.compiled.pack.rules
    return [rules[name] for name in sorted(search.compiled.conditions) if rules[name].effect in effects]
