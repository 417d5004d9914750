"""A mutant: one part of a pack changed, with a name that stays and a sentence for the reader."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from pactolus_engine.pack.model import CodeSet, Fact, Pack, Place, Rule

__all__ = ["Change", "ChangedParameter", "ChangedRule", "Mutant", "Reread", "mutated"]

Reread = Callable[[Mapping[str, Decimal]], Pack]
"""Reads the same pack again with other values of some parameters: id → value."""


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """The rule as it becomes; None: it is dropped."""

    id: str
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class ChangedParameter:
    """Another value in force. Conditions hold values and not names, so the pack is read again."""

    id: str
    value: Decimal


Change = ChangedRule | ChangedParameter | Fact | CodeSet
"""What takes the place of the part of the pack that has the same id."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake.

    `id`: kind and id of the part, code of the operator, place inside the part; the same from run to
    run, whatever the constants are. `place`: where the part stands in the pack's files.
    """

    id: str
    operator: str
    part: str
    place: Place
    description: str
    change: Change


def mutated(pack: Pack, change: Change, reread: Reread) -> Pack:
    """The pack with the change in it; its digest stays that of the pack."""
    match change:
        case ChangedRule(name, None):
            return replace(pack, rules={key: rule for key, rule in pack.rules.items() if key != name})
        case ChangedRule(name, Rule() as rule):
            return replace(pack, rules={**pack.rules, name: rule})
        case ChangedParameter(name, value):
            return reread({name: value})
        case Fact():
            return replace(pack, facts={**pack.facts, change.id: change})
        case CodeSet():
            return replace(pack, code_sets={**pack.code_sets, change.name: change})
    raise AssertionError("every kind of change is above")
