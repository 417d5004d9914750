"""The leaves of a condition beside their truths: what a rule's truth came from, definition by definition."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pactolus_engine.decision import Explanation
from pactolus_engine.pack.condition import All, Any, Comparison, Condition, Defined, Not
from pactolus_engine.pack.condition_parts import Test
from pactolus_engine.replay.written import written_condition

__all__ = ["Leaf", "leaves_of", "tested_facts"]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A test, or a definition by its name, with the part of the recorded tree that tells how it came out.

    `tree` is None where the tree does not fit the condition, as one written by other software may not.
    """

    part: Test | Defined
    tree: Explanation | None

    @property
    def truth(self) -> str:
        """`true`, `false` or `unknown`; empty where nothing tells it."""
        return self.tree.truth if self.tree is not None else ""

    @property
    def inner(self) -> Explanation | None:
        """Of a definition, the tree of what it stands for."""
        return _children(self.tree, 1)[0]

    @property
    def parameter(self) -> str:
        """The parameter that gave the number of the test; empty where there is none."""
        return self.part.parameter if isinstance(self.part, Comparison) else ""


def leaves_of(condition: Condition | None, tree: Explanation | None) -> Mapping[object, Leaf]:
    """Each leaf by what the author wrote of it, so that the same leaf is found in another version."""
    leaves = _leaves(condition, tree) if condition is not None else ()
    return {written_condition(leaf.part): leaf for leaf in leaves}


def _leaves(condition: Condition, tree: Explanation | None) -> Iterator[Leaf]:
    match condition:
        case All(parts) | Any(parts):
            for part, inner in zip(parts, _children(tree, len(parts)), strict=True):
                yield from _leaves(part, inner)
        case Not(part):
            yield from _leaves(part, _children(tree, 1)[0])
        case _:
            yield Leaf(condition, tree)


def _children(tree: Explanation | None, count: int) -> tuple[Explanation | None, ...]:
    return tree.children if tree is not None and len(tree.children) == count else (None,) * count


def tested_facts(tree: Explanation) -> Iterator[str]:
    """The facts that the tree of a rule tests: the first word of each test, as `mrd < 1e-5`."""
    if not tree.children:
        yield tree.text.partition(" ")[0]
    for child in tree.children:
        yield from tested_facts(child)
