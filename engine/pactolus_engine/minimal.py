"""The smallest sets of facts that would settle an open decision, whatever their values turn out to be.

A set settles it if, for every joint value of its facts, all completions that are left agree. The
open cells on which some world's answer depends belong to every such set; of the supposed facts, those
are needed whose state changes the answer while the rest of the set stays as it is.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Completions, Diagram, Node
from pactolus_engine.derive import base_facts
from pactolus_engine.states import States, is_settled
from pactolus_engine.worlds import World, Worlds

__all__ = ["minimal_sets"]


def minimal_sets(compiled: CompiledPack, states: States, worlds: Worlds) -> tuple[tuple[str, ...], ...]:
    """Every smallest set of base facts that settles the decision, each sorted, all sorted.

    `worlds` must be complete.
    """
    cells = {fact for world in worlds.worlds for fact in _open_facts(compiled, states, world, worlds)}
    free = _free_dimensions(compiled, worlds)
    found: list[frozenset[str]] = []
    for size in range(len(worlds.supposed) + 1):
        for supposed in combinations(worlds.supposed, size):
            together = cells | set(supposed)
            if not any(known <= together for known in found) and _settles(worlds, supposed, free):
                found.append(frozenset(together))
    return tuple(sorted(tuple(sorted(one)) for one in found))


def _open_facts(compiled: CompiledPack, states: States, world: World, worlds: Worlds) -> Iterator[str]:
    """The base facts on whose cells this world's answer depends; a supposed date has none in it."""
    for dimension in world.completions.depends_on:
        about = compiled.partitions[dimension].fact
        if about.derivation is not None and about.derivation.is_over_samples:
            yield from states[about.id].wanted or about.derivation.inputs
            continue
        fact = about.id
        bases = list(base_facts(compiled.pack, fact))
        is_derived = bases != [fact]
        open_ones = [base for base in bases if not is_derived or not is_settled(states[base].value)]
        # When all are exact and the fact is open all the same, they contradict each other.
        yield from (base for base in open_ones or bases if not is_derived or base not in worlds.supposed)


def _free_dimensions(compiled: CompiledPack, worlds: Worlds) -> frozenset[str]:
    """Dimensions on which an answer depends and which do not move with a supposed fact."""
    used = {name for world in worlds.worlds for name in world.completions.depends_on}
    return frozenset(
        name
        for name in used
        if not set(base_facts(compiled.pack, compiled.partitions[name].fact.id)) & set(worlds.supposed)
    )


def _settles(worlds: Worlds, supposed: tuple[str, ...], free: frozenset[str]) -> bool:
    """Whether worlds that agree on these facts agree on the answer, for all cells they share."""
    places = [worlds.supposed.index(name) for name in supposed]
    groups: dict[tuple[int, ...], list[Completions]] = {}
    for world in worlds.worlds:
        group = groups.setdefault(tuple(world.choice[place] for place in places), [])
        if not any(world.completions is known for known in group):
            group.append(world.completions)
    return all(_agree(one, other, free) for group in groups.values() for one, other in combinations(group, 2))


def _agree(one: Completions, other: Completions, free: frozenset[str]) -> bool:
    """Whether two worlds give the same answer for every value of the cells that both allow.

    A fact known in one world has one cell there; where the two share none, no joint value exists.
    Cells that move with a supposed fact belong to no set of facts by themselves: then only equal diagrams do.
    """
    assert one.root is not None and other.root is not None
    if not {*one.depends_on, *other.depends_on} <= free:
        return one.root == other.root
    shared = {name: _both(one.vector[name], other.vector[name]) for name in free}
    return not all(shared.values()) or _same(one.root, other.root, shared)


def _both(one: int, other: int) -> int:
    """The cells that two worlds allow; a fact that is absent in one (0) is bound by the other only."""
    return one & other if one and other else one | other


def _same(one: Diagram | None, other: Diagram | None, shared: Mapping[str, int]) -> bool:
    """Whether two diagrams lead to the same answer wherever both worlds may lie (None: nowhere)."""
    if one is None or other is None:
        return True
    split = one if isinstance(one, Node) else other
    if not isinstance(split, Node):
        return one == other
    cells = [cell for cell in split.cells if cell & shared[split.dimension]]
    return all(
        _same(_below(one, split.dimension, cell), _below(other, split.dimension, cell), shared)
        for cell in cells
    )


def _below(node: Diagram, dimension: str, cell: int) -> Diagram | None:
    """The diagram once the dimension is known to lie in the cell; None if it cannot lie there."""
    if not isinstance(node, Node):
        return node
    if node.dimension == dimension:
        return node.child(cell) if cell in node.cells else None
    below = [
        (at, _below(child, dimension, cell)) for at, child in zip(node.cells, node.children, strict=True)
    ]
    kept = [(at, child) for at, child in below if child is not None]
    return (
        Node(node.dimension, tuple(at for at, _ in kept), tuple(child for _, child in kept)) if kept else None
    )
