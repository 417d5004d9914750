"""Two rules that say the same."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.model import All, Any, Condition, Effect, Not, Rule

__all__ = ["duplicate_rules"]

_Key = tuple[object, ...]


def duplicate_rules(subject: Subject) -> Iterator[Remark]:
    """Two rules with the same effect and the same condition, whatever the order in which it is written.

    Two caveats that tell the reader different things may well share a condition; they are left alone.
    """
    first: dict[_Key, Rule] = {}
    for name in sorted(subject.rules):
        rule = subject.rules[name]
        key = _key(subject, rule)
        if key in first:
            message = f"rule `{name}` has the condition and the effect of rule `{first[key].id}`"
            advice = "a condition that was copied and not changed drops a case: change it, or delete the rule"
            yield Remark("rule", name, rule.place, message, advice, (first[key].id,))
        first.setdefault(key, rule)


def _key(subject: Subject, rule: Rule) -> _Key:
    said = rule.text if rule.effect is Effect.CAVEAT else ""
    aim = "" if rule.effect is Effect.DEFINE else rule.target
    condition = _ordered(subject.inlined(rule.condition))
    return rule.effect, aim, rule.value, frozenset(rule.options), said, condition


def _ordered(condition: Condition) -> _Key:
    """The condition without the order, the repeats and the nesting of its `all` and `any`."""
    match condition:
        case Not(inner):
            return ("not", _ordered(inner))
        case All(parts) | Any(parts):
            joined: set[_Key] = set()
            word = "all" if isinstance(condition, All) else "any"
            for part in map(_ordered, parts):
                joined |= part[1] if part[0] == word and isinstance(part[1], frozenset) else {part}
            return next(iter(joined)) if len(joined) == 1 else (word, frozenset(joined))
        case _:
            return ("test", condition)
