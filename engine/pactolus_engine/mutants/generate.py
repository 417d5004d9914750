"""All mutants of a pack, in an order that does not change."""

from collections import defaultdict
from decimal import Decimal

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import atoms_of, inline
from pactolus_engine.mutants.codes import code_mutants
from pactolus_engine.mutants.conditions import Constants
from pactolus_engine.mutants.facts import fact_mutants
from pactolus_engine.mutants.mutant import Mutant
from pactolus_engine.mutants.parameters import parameter_mutants
from pactolus_engine.mutants.reach import sifting
from pactolus_engine.mutants.rules import rule_mutants
from pactolus_engine.pack.model import Comparison

__all__ = ["mutants_of"]


def mutants_of(compiled: CompiledPack) -> tuple[Mutant, ...]:
    """Every mutant of the pack: of rules, facts, code sets and parameters, by part."""
    pack, constants = compiled.pack, _constants(compiled)
    return (
        *rule_mutants(pack, constants),
        *fact_mutants(pack, constants),
        *code_mutants(pack),
        *parameter_mutants(pack),
    )


def _constants(compiled: CompiledPack) -> Constants:
    """What the pack compares each fact with, in rules and in the choice of readings."""
    chosen = [condition for fact in compiled.pack.facts.values() for condition in sifting(fact)]
    conditions = [*compiled.conditions.values(), *(inline(one, compiled.definitions) for one in chosen)]
    found: defaultdict[str, set[Decimal]] = defaultdict(set)
    for condition in conditions:
        for atom in atoms_of(condition):
            if isinstance(atom, Comparison):
                found[atom.fact].add(atom.constant)
    return {fact: tuple(sorted(constants)) for fact, constants in found.items()}
