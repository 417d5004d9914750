"""What of a pack can bear on a decision: the facts, definitions and code sets that its rules come to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import atoms_of, inline
from pactolus_engine.pack.model import All, Any, Condition, Defined, Effect, Fact, Not, Pack

__all__ = ["Reach", "reach_of", "sifting"]


@dataclass(frozen=True, slots=True)
class Reach:
    """The names of all that a decision may rest on; what is not here decides nothing."""

    facts: frozenset[str]
    definitions: frozenset[str]
    code_sets: frozenset[str]


def sifting(fact: Fact) -> tuple[Condition, ...]:
    """The conditions that readings are put to one by one: `only`, each of `prefer`, and what a fact over
    several samples asks of each."""
    asked = fact.derivation.condition if fact.derivation else None
    return (*((fact.only,) if fact.only else ()), *fact.prefer, *((asked,) if asked else ()))


def reach_of(compiled: CompiledPack) -> Reach:
    """Starts at the rules that act; a fact brings its head, its inputs and what its readings are chosen by."""
    pack = compiled.pack
    acting = [rule.condition for rule in pack.rules.values() if rule.effect is not Effect.DEFINE]
    facts = _facts(pack, compiled.definitions, acting)
    chosen = [condition for name in facts for condition in sifting(pack.facts[name])]
    definitions = _definitions([*acting, *chosen], compiled.definitions)
    code_sets = {name for fact in facts for name in _code_sets(pack.facts[fact])}
    return Reach(frozenset(facts), frozenset(definitions), frozenset(code_sets))


def _facts(pack: Pack, definitions: Mapping[str, Condition], acting: list[Condition]) -> set[str]:
    found: set[str] = set()
    waiting = [atom.fact for condition in acting for atom in atoms_of(inline(condition, definitions))]
    while waiting:
        name = waiting.pop()
        if name in found or name not in pack.facts:
            continue
        found.add(name)
        fact = pack.facts[name]
        waiting += [fact.of, *(fact.derivation.inputs if fact.derivation else ())]
        for condition in sifting(fact):
            waiting += [atom.fact for atom in atoms_of(inline(condition, definitions))]
    return found


def _definitions(conditions: list[Condition], definitions: Mapping[str, Condition]) -> set[str]:
    found: set[str] = set()
    waiting = [name for condition in conditions for name in _named(condition)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _named(definitions[name])
    return found


def _named(condition: Condition) -> Iterator[str]:
    match condition:
        case Defined(name):
            yield name
        case Not(part):
            yield from _named(part)
        case All(parts) | Any(parts):
            for part in parts:
                yield from _named(part)
        case _:
            return


def _code_sets(fact: Fact) -> Iterator[str]:
    if fact.binding is not None:
        yield from fact.binding.codes
        yield from fact.binding.values.values()
        yield from fact.binding.components.values()
