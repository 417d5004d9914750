"""Conditions that are never true, or never false."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.possible import can_be
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.model import Effect

__all__ = ["constant_conditions"]

_SELECTIVE = {Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE, Effect.BLOCK}
"""Effects that would meet every patient. A definition, a caveat, a finding or an offer may well be for everybody of
whom something is known at all."""


def constant_conditions(subject: Subject) -> Iterator[Remark]:
    """Rules whose condition no value of the facts makes true; and those that turn patients away whose condition
    no value makes false."""
    facts = subject.pack.facts
    for name, rule in sorted(subject.pack.rules.items()):
        condition = subject.inlined(rule.condition)
        if not can_be(condition, True, facts):
            message = f"the condition of rule `{name}` is never true"
            yield Remark("rule", name, rule.place, message, "look for limits that exclude each other")
        elif rule.effect in _SELECTIVE and not can_be(condition, False, facts):
            message = f"the condition of rule `{name}` is never false: its effect meets every patient"
            yield Remark("rule", name, rule.place, message, "look for limits that leave nothing out")
