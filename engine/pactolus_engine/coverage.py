"""What the cases of a pack show: which truths of which rule and condition, which side of which threshold.

The rules are those that act and the definitions they rest on. A condition counts in the rule in which it is
written: one in a definition counts once, in the definition. What no patient can show, by the cells and
standings of the facts, is left out, with the reason; see docs/authoring/coverage.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import Atom, inline
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition, atom_truth
from pactolus_engine.pack.condition_parts import definitions_of
from pactolus_engine.pack.model import (
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Effect,
    Fact,
    Not,
    Place,
    Rule,
    RuleOff,
    StatusTest,
)
from pactolus_engine.reach import Reach
from pactolus_engine.show import show_atom, show_number
from pactolus_engine.states import States
from pactolus_engine.values import Interval

__all__ = [
    "CODES",
    "Coverage",
    "Goal",
    "Item",
    "Kind",
    "Share",
    "Tally",
    "covered_rules",
    "own_atoms",
    "side_of",
]


class Kind(StrEnum):
    """What is looked at."""

    RULE = "rule"
    CONDITION = "condition"
    THRESHOLD = "threshold"


_TRUTHS = tuple(truth.value for truth in Truth)
_SIDES = ("below", "at", "above")

CODES: Mapping[tuple[Kind, str], str] = MappingProxyType(
    {
        **{(Kind.RULE, sight): f"COV10{number}" for number, sight in enumerate(_TRUTHS, 1)},
        **{(Kind.CONDITION, sight): f"COV20{number}" for number, sight in enumerate(_TRUTHS, 1)},
        **{(Kind.THRESHOLD, sight): f"COV30{number}" for number, sight in enumerate(_SIDES, 1)},
    }
)
"""The code by which a waiver names what need not be seen."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One thing that a case may show: a truth, or a side of a threshold.

    `seen_in`: the first case that shows it. `impossible`: why no case can. `waived`: why none need.
    """

    sight: str
    code: str
    seen_in: str = ""
    impossible: str = ""
    waived: str = ""

    @property
    def counts(self) -> bool:
        """Whether it is asked for: what was seen is, whatever was said of it."""
        return bool(self.seen_in) or not (self.impossible or self.waived)

    @property
    def is_lacking(self) -> bool:
        """Asked for, and not seen."""
        return self.counts and not self.seen_in


@dataclass(frozen=True, slots=True)
class Item:
    """A rule, a condition in it, or a threshold in it. `position`: which atom of the rule; -1: the rule."""

    kind: Kind
    rule: str
    position: int
    place: Place
    text: str
    goals: tuple[Goal, ...]

    @property
    def lacking(self) -> tuple[Goal, ...]:
        """What no case shows."""
        return tuple(goal for goal in self.goals if goal.is_lacking)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of the goals that count were seen."""

    seen: int
    asked: int

    @property
    def permille(self) -> int:
        """In thousandths, rounded down: 1000 only when all were seen."""
        return self.seen * 1000 // self.asked if self.asked else 1000


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was seen, by rule, then kind, then position."""

    items: tuple[Item, ...]

    def share(self, kind: Kind | None = None) -> Share:
        """The share of one kind, or of all."""
        goals = [g for item in self.items if kind in (None, item.kind) for g in item.goals if g.counts]
        return Share(sum(bool(goal.seen_in) for goal in goals), len(goals))

    @property
    def gaps(self) -> tuple[Item, ...]:
        """The items that lack something."""
        return tuple(item for item in self.items if item.lacking)


_Key = tuple[Kind, str, int, str]


@dataclass(slots=True)
class Tally:
    """Counts what patients show. `variants`: the pack as it is, then with each overlay that a case uses.

    `waived`: (code, rule) → why it need not be seen.
    """

    variants: Sequence[CompiledPack]
    waived: Mapping[tuple[str, str], str] = field(default_factory=dict)
    seen: dict[_Key, str] = field(default_factory=dict)

    def add(self, case: str, compiled: CompiledPack, states: States) -> bool:
        """Counts a patient; tells whether something was shown for the first time."""
        before = len(self.seen)
        for key in sights(compiled, states):
            self.seen.setdefault(key, case)
        return len(self.seen) > before

    def lacks(self, item: Item, sight: str) -> bool:
        """Whether nothing that was counted so far shows this of the item."""
        return (item.kind, item.rule, item.position, sight) not in self.seen

    def coverage(self) -> Coverage:
        """Everything that can be seen, with what was."""
        items: dict[tuple[str, Kind, int], Item] = {}
        for compiled in self.variants:
            for item in _items(compiled):
                items.setdefault((item.rule, item.kind, item.position), item)
        known = {item.rule for item in items.values()}
        off = self.variants[0].pack.rules_off.values()
        found = [*items.values(), *(_item_off(rule) for rule in off if rule.id not in known)]
        order = sorted(found, key=lambda item: (item.rule, list(Kind).index(item.kind), item.position))
        return Coverage(tuple(self._told(item) for item in order))

    def _told(self, item: Item) -> Item:
        goals = tuple(
            replace(
                goal,
                seen_in=self.seen.get((item.kind, item.rule, item.position, goal.sight), ""),
                waived=self.waived.get((goal.code, item.rule), ""),
            )
            for goal in item.goals
        )
        return replace(item, goals=goals)


# --- what one patient shows ----------------------------------------------------------------------------------


def sights(compiled: CompiledPack, states: States) -> Iterator[_Key]:
    """Everything that one patient shows."""
    definition = Definition(compiled.pack.facts, compiled.definitions, states)
    for rule in covered_rules(compiled):
        yield Kind.RULE, rule.id, -1, definition.truth(rule.condition).value
        for position, atom in enumerate(own_atoms(rule.condition)):
            yield Kind.CONDITION, rule.id, position, atom_truth(atom, states).value
            side = side_of(atom, states) if isinstance(atom, Comparison) else ""
            if side:
                yield Kind.THRESHOLD, rule.id, position, side


def side_of(atom: Comparison, states: States) -> str:
    """Where the value surely lies: `below`, `at` or `above` the constant; empty when that is open."""
    value, at = states[atom.fact].value, atom.constant
    if not isinstance(value, Interval):
        return ""
    if value.is_point:
        return "at" if value.low == at else "below" if value.low is not None and value.low < at else "above"
    if value.high is not None and (value.high < at or (value.high == at and not value.high_closed)):
        return "below"
    if value.low is not None and (value.low > at or (value.low == at and not value.low_closed)):
        return "above"
    return ""


def own_atoms(condition: Condition) -> Iterator[Atom]:
    """The atoms that a condition is written with, in order; those of definitions it names are not its own."""
    match condition:
        case All(parts) | Any(parts):
            for part in parts:
                yield from own_atoms(part)
        case Not(part):
            yield from own_atoms(part)
        case Defined():
            return
        case _:
            yield condition


def covered_rules(compiled: CompiledPack) -> list[Rule]:
    """The rules that act, and the definitions that one of them rests on."""
    rules = compiled.pack.rules
    waiting = [rule.condition for rule in rules.values() if rule.effect is not Effect.DEFINE]
    used: set[str] = set()
    while waiting:
        for name in definitions_of(waiting.pop()):
            if name not in used:
                used.add(name)
                waiting.append(compiled.definitions[name])
    return [rule for rule in rules.values() if rule.effect is not Effect.DEFINE or rule.target in used]


# --- what can be seen ------------------------------------------------------------------------------------------


def _items(compiled: CompiledPack) -> Iterator[Item]:
    reach = Reach(compiled)
    for rule in covered_rules(compiled):
        possible = reach.truths(inline(rule.condition, compiled.definitions))
        yield Item(Kind.RULE, rule.id, -1, rule.place, rule.title, _truth_goals(Kind.RULE, possible))
        for position, atom in enumerate(own_atoms(rule.condition)):
            fact = compiled.pack.facts[atom.fact]
            text, goals = show_atom(atom, fact), _truth_goals(Kind.CONDITION, reach.truths(atom), atom)
            yield Item(Kind.CONDITION, rule.id, position, rule.place, text, goals)
            if isinstance(atom, Comparison):
                yield Item(Kind.THRESHOLD, rule.id, position, rule.place, text, _side_goals(atom, fact))


def _truth_goals(kind: Kind, possible: frozenset[Truth], atom: Atom | None = None) -> tuple[Goal, ...]:
    return tuple(
        Goal(truth.value, CODES[kind, truth.value], impossible="" if truth in possible else _why(atom, truth))
        for truth in Truth
    )


def _why(atom: Atom | None, truth: Truth) -> str:
    if atom is None:
        return f"no states of its facts make it {truth}"
    if isinstance(atom, StatusTest) and truth is Truth.UNKNOWN:
        return f"how `{atom.fact}` stands is never open"
    return f"no state of `{atom.fact}` makes it {truth}"


def _side_goals(atom: Comparison, fact: Fact) -> tuple[Goal, ...]:
    at, end = atom.constant, fact.suspect_from
    shown = show_number(at)
    why = dict.fromkeys(_SIDES, "")
    if fact.low is not None and fact.low >= at:
        why["below"] = f"`{fact.id}` is never below {shown}"
    if fact.high is not None and fact.high <= at:
        why["above"] = f"`{fact.id}` is never above {shown}"
    if fact.type.is_whole and at % 1:
        why["at"] = f"`{fact.id}` is a whole number"
    if (fact.low is not None and fact.low > at) or (fact.high is not None and fact.high < at):
        why["at"] = f"{shown} is outside what `{fact.id}` may be"
    if end is not None and at >= end:
        why["at"] = why["above"] = f"a value of `{fact.id}` from {show_number(end)} on is not read"
    return tuple(Goal(side, CODES[Kind.THRESHOLD, side], impossible=why[side]) for side in _SIDES)


def _item_off(rule: RuleOff) -> Item:
    """A rule that no case puts in force: nothing of it was seen."""
    text = f"off: no case sets {', '.join(f'`{name}`' for name in rule.parameters)}"
    place = Place(f"rules/{rule.id}.yaml", 1, 1)
    return Item(Kind.RULE, rule.id, -1, place, text, _truth_goals(Kind.RULE, frozenset(Truth)))
