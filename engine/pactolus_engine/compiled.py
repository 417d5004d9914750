"""A pack made ready to decide: atoms named, facts cut into cells, rules in normal form.

Done once per pack; what does not fit the stated bounds is refused here, with its place.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pactolus_engine.cells import Partition, status_partition, value_partition
from pactolus_engine.conditions import (
    Atom,
    Branch,
    TooManyBranches,
    atoms_of,
    branches_when,
    inline,
)
from pactolus_engine.errors import Issue, PackInvalid
from pactolus_engine.pack.model import Condition, Effect, Pack, Rule, SetEquality, StatusTest
from pactolus_engine.states import States

__all__ = ["CompiledPack", "EngineRule", "MAXIMUM_BRANCHES", "compile_pack"]

MAXIMUM_BRANCHES = 64
"""Branches that one rule's condition (or its negation) may have in normal form."""


@dataclass(frozen=True, slots=True)
class EngineRule:
    """One branch of a rule's normal form: fires when every atom has its letter.

    `proves`: whether the branch shows the rule to be true or to be false.
    """

    name: str
    rule: str
    proves: bool
    letters: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CompiledPack:
    """A pack with everything that can be prepared before a patient is known.

    `conditions`: rule id → condition with definitions put in. `partitions`: dimension → cells; a
    dimension is a fact id, or `fact:status`. `atoms`: atom → its name (`a0`, …). `dimension_of`:
    atom → dimension.
    """

    pack: Pack
    definitions: Mapping[str, Condition]
    conditions: Mapping[str, Condition]
    partitions: Mapping[str, Partition]
    atoms: Mapping[Atom, str]
    dimension_of: Mapping[Atom, str]
    engine_rules: tuple[EngineRule, ...]

    def vector(self, states: States) -> dict[str, int]:
        """The cells each dimension may be in (bit masks); 0: absent and optional."""
        return {
            dimension: partition.mask_of(states[partition.fact.id])
            for dimension, partition in self.partitions.items()
        }

    def letters(self, vector: Mapping[str, int]) -> dict[str, str]:
        """Atom name → `t` if true in every possible cell, `f` if in none, else `u`."""
        return {name: self._letter(atom, vector) for atom, name in self.atoms.items()}

    def _letter(self, atom: Atom, vector: Mapping[str, int]) -> str:
        dimension = self.dimension_of[atom]
        mask, true_in = vector[dimension], self.partitions[dimension].true_in[atom]
        if mask == 0 or (mask & true_in and mask & ~true_in):
            return "u"
        return "t" if mask & true_in else "f"


def compile_pack(pack: Pack) -> CompiledPack:
    """Prepares a checked pack. Raises `PackInvalid` when a rule exceeds a bound."""
    definitions = {
        rule.target: rule.condition for rule in pack.rules.values() if rule.effect is Effect.DEFINE
    }
    conditions = {rule.id: inline(rule.condition, definitions) for rule in _acting(pack)}
    atoms = _named_atoms(conditions)
    issues: list[Issue] = [*_nested_sets(pack, conditions)]
    engine_rules = tuple(_engine_rules(pack, conditions, atoms, issues))
    if issues:
        raise PackInvalid(pack.id, issues)
    dimension_of = {atom: _dimension(atom) for atom in atoms}
    return CompiledPack(
        pack=pack,
        definitions=definitions,
        conditions=conditions,
        partitions=_partitions(pack, atoms),
        atoms=atoms,
        dimension_of=dimension_of,
        engine_rules=engine_rules,
    )


def _acting(pack: Pack) -> list[Rule]:
    """Every rule that does more than name a condition, by id."""
    return [rule for _, rule in sorted(pack.rules.items()) if rule.effect is not Effect.DEFINE]


def _named_atoms(conditions: Mapping[str, Condition]) -> dict[Atom, str]:
    atoms = dict.fromkeys(atom for rule in sorted(conditions) for atom in atoms_of(conditions[rule]))
    return {atom: f"a{place}" for place, atom in enumerate(atoms)}


def _dimension(atom: Atom) -> str:
    return f"{atom.fact}:status" if isinstance(atom, StatusTest) else atom.fact


def _partitions(pack: Pack, atoms: Mapping[Atom, str]) -> dict[str, Partition]:
    by_dimension: defaultdict[str, list[Atom]] = defaultdict(list)
    for atom in atoms:
        by_dimension[_dimension(atom)].append(atom)
    return {dimension: _partition(pack, dimension, own) for dimension, own in sorted(by_dimension.items())}


def _partition(pack: Pack, dimension: str, atoms: list[Atom]) -> Partition:
    fact = pack.facts[atoms[0].fact]
    if dimension.endswith(":status"):
        return status_partition(fact, [atom for atom in atoms if isinstance(atom, StatusTest)])
    return value_partition(fact, atoms)


def _engine_rules(
    pack: Pack, conditions: Mapping[str, Condition], atoms: Mapping[Atom, str], issues: list[Issue]
) -> Iterator[EngineRule]:
    for number, (rule, condition) in enumerate(sorted(conditions.items())):
        for proves in (True, False):
            try:
                branches = branches_when(condition, proves, MAXIMUM_BRANCHES)
            except TooManyBranches:
                issues.append(_too_many(pack.rules[rule]))
                continue
            for place, letters in enumerate(sorted(_letters(branch, atoms) for branch in branches)):
                name = f"r{number}{'t' if proves else 'f'}{place}"
                yield EngineRule(name, rule, proves, letters)


def _letters(branch: Branch, atoms: Mapping[Atom, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((atoms[atom], "t" if wanted else "f") for atom, wanted in branch))


def _too_many(rule: Rule) -> Issue:
    place = rule.place
    return Issue(
        place.file,
        place.line,
        place.column,
        f"the condition of rule `{rule.id}` needs more than {MAXIMUM_BRANCHES} branches",
        "split the rule into several with the same effect",
    )


def _nested_sets(pack: Pack, conditions: Mapping[str, Condition]) -> Iterator[Issue]:
    """One named set inside another: with the smaller recorded, nobody can tell which is meant."""
    for rule in sorted(conditions):
        for atom in atoms_of(conditions[rule]):
            if isinstance(atom, SetEquality) and _is_inside_another(atom, conditions):
                place = pack.rules[rule].place
                message = f"the set asked of `{atom.fact}` lies inside a set that another condition asks for"
                advice = "a record of the smaller set cannot be told from an incomplete record of the larger"
                yield Issue(place.file, place.line, place.column, message, advice)


def _is_inside_another(atom: SetEquality, conditions: Mapping[str, Condition]) -> bool:
    others = (other for condition in conditions.values() for other in atoms_of(condition))
    return any(
        isinstance(other, SetEquality) and other.fact == atom.fact and atom.members < other.members
        for other in others
    )
