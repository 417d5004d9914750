"""What a condition is made of, without recursion and without putting definitions in."""

from collections.abc import Iterator, Mapping

from pactolus_engine.pack.model import (
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Membership,
    Not,
    SetEquality,
    StatusTest,
)

__all__ = ["Test", "all_tests", "definitions_of", "tests_of"]

Test = Comparison | Membership | SetEquality | StatusTest


def _leaves(condition: Condition) -> Iterator[Test | Defined]:
    waiting: list[Condition] = [condition]
    while waiting:
        part = waiting.pop()
        match part:
            case All(parts) | Any(parts):
                waiting.extend(parts)
            case Not(inner):
                waiting.append(inner)
            case _:
                yield part


def tests_of(condition: Condition) -> list[Test]:
    """The tests on facts that stand in the condition itself."""
    return [leaf for leaf in _leaves(condition) if not isinstance(leaf, Defined)]


def definitions_of(condition: Condition) -> list[str]:
    """The names it takes from other rules, with repeats."""
    return [leaf.name for leaf in _leaves(condition) if isinstance(leaf, Defined)]


def all_tests(condition: Condition, definitions: Mapping[str, Condition]) -> list[Test]:
    """The tests of a condition and of the definitions it rests on, each definition taken once."""
    found: list[Test] = []
    seen: set[str] = set()
    waiting = [condition]
    while waiting:
        current = waiting.pop()
        found.extend(tests_of(current))
        for name in definitions_of(current):
            if name not in seen and name in definitions:
                seen.add(name)
                waiting.append(definitions[name])
    return found
