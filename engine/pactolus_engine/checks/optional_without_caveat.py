"""Rules that look at an optional fact while nothing is said when it is absent."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.condition_parts import all_tests
from pactolus_engine.pack.model import Absence, Effect, Fact, Rule, Status, StatusTest

__all__ = ["optional_without_caveat"]

_DECIDING = {Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE, Effect.BLOCK, Effect.OFFER, Effect.CONCLUDE}


def optional_without_caveat(subject: Subject) -> Iterator[Remark]:
    """Optional facts whose value can move the decision, without a rule for `absent: true` of it.

    An absent optional fact keeps such a rule from being true and nobody asks for the fact: only a caveat can
    tell the reader that this was not looked at.
    """
    told = {name for rule in subject.acting for name in _absent(subject, rule)}
    for rule in subject.acting:
        if rule.effect not in _DECIDING or rule.id in subject.pack.rules_off:
            continue
        for name in sorted(_values_tested(subject, rule)):
            fact = subject.pack.facts[name]
            if fact.absence is Absence.OPTIONAL and not {name, *_carriers(fact)} & told:
                message = (
                    f"the rule looks at `{name}`, which is optional, and nothing is said when it is absent"
                )
                advice = f"add a rule with `{{fact: {name}, absent: true}}` and the effect `caveat`"
                yield Remark("rule", rule.id, rule.place, message, advice, (name,))


def _absent(subject: Subject, rule: Rule) -> set[str]:
    tests = all_tests(rule.condition, subject.definitions)
    return {test.fact for test in tests if isinstance(test, StatusTest) and Status.MISSING in test.statuses}


def _values_tested(subject: Subject, rule: Rule) -> set[str]:
    tests = all_tests(rule.condition, subject.definitions)
    return {test.fact for test in tests if not isinstance(test, StatusTest)}


def _carriers(fact: Fact) -> tuple[str, ...]:
    """What is absent with it: the fact it is read beside, and the dates it follows from."""
    return (fact.of, *(fact.derivation.inputs if fact.derivation else ()))
