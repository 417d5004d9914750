"""Parts of conditions that are never true."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.possible import can_be
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.model import All, Any, Condition, Not

__all__ = ["dead_parts"]


def dead_parts(subject: Subject) -> Iterator[Remark]:
    """A part that contradicts itself, in a rule whose whole condition can be true.

    A part that is never false is left alone: it is how a rule asks whether something is known at all.
    """
    facts = subject.pack.facts
    for name, rule in sorted(subject.pack.rules.items()):
        parts = [subject.inlined(part) for part in _parts(rule.condition)]
        is_dead = any(not can_be(part, True, facts) for part in parts)
        if is_dead and can_be(subject.inlined(rule.condition), True, facts):
            message = f"a part of the condition of rule `{name}` is never true"
            yield Remark("rule", name, rule.place, message, "look for limits that exclude each other")


def _parts(condition: Condition) -> Iterator[Condition]:
    """Every part of a condition below the whole."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield part
                yield from _parts(part)
        case Not(inner):
            yield inner
            yield from _parts(inner)
        case _:
            return
