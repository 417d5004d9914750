"""Completions: every answer that is still possible, and the dimensions on which it depends.

The unknown dimensions are completed cell by cell into an ordered, reduced decision diagram. Its
leaves are the possible skeletons; the dimensions that label its nodes are exactly those on which
the answer depends. Cells that cannot hold together, as of intervals between the same dates, are no
completion. `worlds.py` does this once for every way in which facts that move others may fall.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import Atom, atoms_of
from pactolus_engine.decision import Outcome
from pactolus_engine.pack.model import All, Any, Condition, Defined, Effect, Not
from pactolus_engine.shared_dates import NOTHING_SHARED, SharedDates

__all__ = ["Completions", "Diagram", "MAXIMUM_STEPS", "Node", "Skeleton", "complete"]

MAXIMUM_STEPS = 20_000
"""Nodes visited before the search gives up and says so."""

_TRUE, _FALSE, _UNKNOWN = 1, 2, 4
"""Bits of what a condition may come to in some completion; unknown only by absent optional facts."""


@dataclass(frozen=True, slots=True, order=True)
class Skeleton:
    """What completions must agree on: outcome, option ids, and findings if the pack has no options."""

    outcome: Outcome
    options: tuple[str, ...] = ()
    conclusions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Completions:
    """The possible skeletons, sorted; the dimensions they depend on; whether the search was whole.

    `root`: the diagram, when the search was whole. `vector`: what was completed.
    """

    skeletons: tuple[Skeleton, ...]
    depends_on: tuple[str, ...]
    is_complete: bool
    root: "Diagram | None" = field(default=None, compare=False)
    vector: Mapping[str, int] = field(default_factory=dict, compare=False)


def complete(
    compiled: CompiledPack,
    vector: Mapping[str, int],
    maximum_steps: int = MAXIMUM_STEPS,
    shared: SharedDates = NOTHING_SHARED,
) -> Completions:
    """All completions of a vector of cells. `vector`: dimension → mask; 0 is absent and optional.

    `shared`: what intervals between the same dates rule out; it must allow the vector itself.

    When `maximum_steps` nodes do not suffice, `is_complete` is False, the skeletons are those seen
    so far, and `depends_on` names every dimension that is open.
    """
    search = _Search(compiled, dict(vector), maximum_steps, shared)
    try:
        root = search.build(dict(vector))
    except _StepsSpent:
        return Completions(tuple(sorted(search.leaves)), search.open_dimensions(), False)
    skeletons, labels = tuple(sorted(search.leaves)), tuple(sorted(set(_labels(root))))
    return Completions(skeletons, labels, True, root, vector)


class _StepsSpent(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Node:
    """An inner node of the diagram: one child per open cell of the dimension, which `cells` names."""

    dimension: str
    cells: tuple[int, ...]
    children: tuple["Diagram", ...]

    def child(self, cell: int) -> "Diagram":
        """What follows when the dimension lies in that cell (a mask of one bit)."""
        return self.children[self.cells.index(cell)]


Diagram = Node | Skeleton


def _labels(node: Diagram) -> Iterator[str]:
    if isinstance(node, Node):
        yield node.dimension
        for child in node.children:
            yield from _labels(child)


@dataclass(slots=True)
class _Search:
    compiled: CompiledPack
    start: dict[str, int]
    steps_left: int
    shared: SharedDates
    leaves: set[Skeleton] = field(default_factory=set)
    rules: dict[Effect, list[str]] = field(init=False)
    order: list[str] = field(init=False)
    dimensions: dict[str, tuple[str, ...]] = field(init=False)
    """Rule → the dimensions that it looks at, in its order."""
    found: dict[tuple[object, ...], int] = field(default_factory=dict)
    """Rule and cells of its dimensions → what it comes to: a step moves one dimension, and few rules ask
    for it. Without it a search takes twice as long. It ends with the search, and is bounded as its steps are."""

    def __post_init__(self) -> None:
        pack, dimension_of = self.compiled.pack, self.compiled.dimension_of
        self.dimensions = {
            rule: tuple(dict.fromkeys(dimension_of[atom] for atom in atoms_of(condition)))
            for rule, condition in self.compiled.conditions.items()
        }
        self.rules = {effect: [] for effect in Effect}
        for rule in sorted(self.compiled.conditions):
            self.rules[pack.rules[rule].effect].append(rule)
        decisive = [rule for effect in self._decisive() for rule in self.rules[effect]]
        self.order = list(dict.fromkeys(d for rule in decisive for d in self.dimensions[rule]))

    def _decisive(self) -> list[Effect]:
        """The effects that can change a skeleton, those that end a search first."""
        ending = [Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE]
        return [*ending, *([Effect.OFFER, Effect.BLOCK] if self._offers else [Effect.CONCLUDE])]

    @property
    def _offers(self) -> bool:
        return bool(self.compiled.pack.options)

    def open_dimensions(self) -> tuple[str, ...]:
        """Every dimension with more than one cell that may bear on the answer."""
        return tuple(sorted(d for d in self.order if self.start[d].bit_count() > 1))

    def build(self, vector: dict[str, int]) -> Diagram:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise _StepsSpent
        settled = self._settle(vector)
        if isinstance(settled, Skeleton):
            self.leaves.add(settled)
            return settled
        dimension = next(d for d in self.order if d in settled and vector[d].bit_count() > 1)
        completed = {cell: {**vector, dimension: cell} for cell in _bits(vector[dimension])}
        cells = tuple(cell for cell, each in completed.items() if self.shared.allow(each))
        children = tuple(self.build(completed[cell]) for cell in cells)
        if all(child == children[0] for child in children):
            return children[0]
        return Node(dimension, cells, children)

    def _settle(self, vector: Mapping[str, int]) -> Skeleton | set[str]:
        """The skeleton that every completion of the vector shares, or the dimensions still in play."""
        for effect, outcome in _ENDINGS:
            comes_to = {rule: self._comes_to(rule, vector) for rule in self.rules[effect]}
            if _TRUE in comes_to.values():
                return Skeleton(outcome)
            open_rules = [rule for rule, bits in comes_to.items() if bits & _TRUE]
            if open_rules:
                return self._in_play(open_rules + self._later_rules(effect))
        return self._settle_offers(vector) if self._offers else self._settle_conclusions(vector)

    def _later_rules(self, effect: Effect) -> list[str]:
        decisive = self._decisive()
        later = decisive[decisive.index(effect) :]
        return [rule for kind in later for rule in self.rules[kind]]

    def _in_play(self, rules: list[str]) -> set[str]:
        return {dimension for rule in rules for dimension in self.dimensions[rule]}

    def _settle_offers(self, vector: Mapping[str, int]) -> Skeleton | set[str]:
        offered = self._targets(Effect.OFFER, vector)
        blocked = self._targets(Effect.BLOCK, vector)
        remaining: list[str] = []
        for option, bits in offered.items():
            block = blocked.get(option, _FALSE)
            may_stay = bool(bits & _TRUE and block & ~_TRUE)
            may_go = bool(bits & ~_TRUE or block & _TRUE)
            if may_stay and may_go:
                return self._in_play(self.rules[Effect.OFFER] + self.rules[Effect.BLOCK])
            if may_stay:
                remaining.append(option)
        outcome = Outcome.OFFER if remaining else Outcome.OUT_OF_SCOPE
        return Skeleton(outcome, tuple(sorted(remaining)))

    def _targets(self, effect: Effect, vector: Mapping[str, int]) -> dict[str, int]:
        """Option → whether one of the rules comes true: surely (`_TRUE`), maybe, or never."""
        found: dict[str, int] = {}
        for rule in self.rules[effect]:
            option = self.compiled.pack.rules[rule].target
            bits = self._comes_to(rule, vector)
            found[option] = _either(found.get(option, _FALSE), bits)
        return found

    def _settle_conclusions(self, vector: Mapping[str, int]) -> Skeleton | set[str]:
        found: set[tuple[str, str]] = set()
        for rule_id in self.rules[Effect.CONCLUDE]:
            bits = self._comes_to(rule_id, vector)
            rule = self.compiled.pack.rules[rule_id]
            if bits == _TRUE:
                found.add((rule.target, rule.value))
            elif bits & _TRUE:
                return self._in_play(self.rules[Effect.CONCLUDE])
        return Skeleton(Outcome.CONCLUDED if found else Outcome.OUT_OF_SCOPE, (), tuple(sorted(found)))

    def _comes_to(self, rule: str, vector: Mapping[str, int]) -> int:
        key = (rule, *[vector[dimension] for dimension in self.dimensions[rule]])
        if key not in self.found:
            self.found[key] = _evaluate(self.compiled.conditions[rule], self.compiled, vector)
        return self.found[key]


_ENDINGS = (
    (Effect.CONFLICT, Outcome.CONFLICT),
    (Effect.HOLD, Outcome.HOLD),
    (Effect.EXCLUDE, Outcome.OUT_OF_SCOPE),
)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest
        mask ^= lowest


def _evaluate(condition: Condition, compiled: CompiledPack, vector: Mapping[str, int]) -> int:
    """The bits a condition may come to; atoms of one fact are taken as if they were independent,
    which can only keep a branch open that a later split closes."""
    match condition:
        case Not(part):
            return _swap(_evaluate(part, compiled, vector))
        case All(parts):
            bits = _TRUE
            for part in parts:
                bits = _both(bits, _evaluate(part, compiled, vector))
            return bits
        case Any(parts):
            bits = _FALSE
            for part in parts:
                bits = _either(bits, _evaluate(part, compiled, vector))
            return bits
        case Defined():
            raise AssertionError("definitions are inlined before completions are searched")
        case _:
            return _atom_bits(condition, compiled, vector)


def _atom_bits(atom: Atom, compiled: CompiledPack, vector: Mapping[str, int]) -> int:
    dimension = compiled.dimension_of[atom]
    mask, true_in = vector[dimension], compiled.partitions[dimension].true_in[atom]
    if mask == 0:
        return _UNKNOWN
    return (_TRUE if mask & true_in else 0) | (_FALSE if mask & ~true_in else 0)


def _swap(bits: int) -> int:
    return (bits & _UNKNOWN) | (_FALSE if bits & _TRUE else 0) | (_TRUE if bits & _FALSE else 0)


def _both(one: int, other: int) -> int:
    bits = _TRUE if one & other & _TRUE else 0
    bits |= _FALSE if (one | other) & _FALSE else 0
    not_false = _TRUE | _UNKNOWN
    if (one & _UNKNOWN and other & not_false) or (other & _UNKNOWN and one & not_false):
        bits |= _UNKNOWN
    return bits


def _either(one: int, other: int) -> int:
    return _swap(_both(_swap(one), _swap(other)))
