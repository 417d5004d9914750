"""Mutants that no case could ever tell from the pack, or from another mutant, where that can be decided."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from pactolus_engine.cells import value_partition
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import atoms_of, inline
from pactolus_engine.mutants.mutant import ChangedParameter, ChangedRule, Mutant
from pactolus_engine.mutants.reach import Reach, reach_of, sifting
from pactolus_engine.mutants.signature import Signatures
from pactolus_engine.pack.model import (
    Absence,
    All,
    Any,
    CodeSet,
    Condition,
    Effect,
    Fact,
    FactType,
    Rule,
    StatusTest,
)

__all__ = ["equivalents"]

_UNUSED = "nothing that decides uses it"
_SAME = "it has the same truth in every state"


def equivalents(compiled: CompiledPack, mutants: Sequence[Mutant]) -> dict[str, str]:
    """Mutant id → why it changes nothing that another mutant, or the pack itself, does not.

    What is not here may still be equivalent: the question is undecidable in general.
    """
    reach = reach_of(compiled)
    found = {mutant.id: _UNUSED for mutant in mutants if _is_unused(mutant, compiled, reach)}
    by_part: defaultdict[tuple[type, str], list[Mutant]] = defaultdict(list)
    for mutant in mutants:
        if mutant.id not in found:
            by_part[type(mutant.change), mutant.part].append(mutant)
    for own in by_part.values():
        found.update(_alike(own, compiled))
    return found | dict(_unseen_caveats(compiled, mutants, found)) | dict(_absences(compiled, mutants, found))


def _is_unused(mutant: Mutant, compiled: CompiledPack, reach: Reach) -> bool:
    match mutant.change:
        case ChangedRule(name, _):
            rule = compiled.pack.rules[name]
            return rule.effect is Effect.DEFINE and rule.target not in reach.definitions
        case Fact(name):
            return name not in reach.facts
        case CodeSet(name, _, implies):
            lost = set(compiled.pack.code_sets[name].implies) - set(implies)
            return name not in reach.code_sets or bool(lost and not lost & reach.facts)
        case ChangedParameter():
            return False
    raise AssertionError("every kind of change is above")


def _absences(
    compiled: CompiledPack, mutants: Sequence[Mutant], found: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Facts that are required or optional alike: of one that is not sent every test is unknown either way,
    and only a rule that decides asks what else it could be."""
    pack = compiled.pack
    deciding = [name for name in compiled.conditions if pack.rules[name].effect is not Effect.CAVEAT]
    decisive = {atom for name in deciding for atom in atoms_of(compiled.conditions[name])}
    asked = {atom.fact for atom in decisive if not isinstance(atom, StatusTest)}
    for mutant in mutants:
        change = mutant.change
        if mutant.operator != "absence" or not isinstance(change, Fact) or mutant.id in found:
            continue
        is_assumed = Absence.ASSUMED in {change.absence, pack.facts[change.id].absence}
        if not is_assumed and change.id not in asked and _is_open(change, compiled):
            yield mutant.id, "a fact that is not sent is unknown either way, and decides nothing"


def _is_open(fact: Fact, compiled: CompiledPack) -> bool:
    """Whether every test of the fact that the pack knows is unknown while nothing is known of it. A date
    with a limit is never wholly unknown to what follows from it."""
    if fact.type is FactType.DATE and (fact.low is not None or fact.high is not None):
        return False
    chosen = [condition for other in compiled.pack.facts.values() for condition in sifting(other)]
    conditions = [*compiled.conditions.values(), *(inline(one, compiled.definitions) for one in chosen)]
    atoms = {a for one in conditions for a in atoms_of(one) if a.fact == fact.id}
    tests = [atom for atom in atoms if not isinstance(atom, StatusTest)]
    partition = value_partition(fact, tests)
    return all(0 < partition.true_in[atom] < partition.everything for atom in tests)


def _unseen_caveats(
    compiled: CompiledPack, mutants: Sequence[Mutant], found: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Caveats put beside an option, or taken from it, that is never offered while they stand."""
    pack, seen = compiled.pack, dict[tuple[str, str], bool]()
    for mutant in mutants:
        if mutant.operator != "caveat-options" or mutant.id in found:
            continue
        before, change = pack.rules[mutant.part], mutant.change
        assert isinstance(change, ChangedRule) and change.rule is not None
        (option,) = set(before.options or pack.options) ^ set(change.rule.options or pack.options)
        key = before.id, option
        if key not in seen:
            seen[key] = _stands_beside(before.id, option, compiled)
        if not seen[key]:
            yield mutant.id, f"`{option}` is never offered while the caveat stands"


def _stands_beside(caveat: str, option: str, compiled: CompiledPack) -> bool:
    """Whether a state of the facts makes the caveat true and a rule that offers the option.

    An option that every completion offers is offered in one of them by a rule that is true there, and a
    caveat that is true stays true in all.
    """
    conditions, rules = compiled.conditions, compiled.pack.rules.values()
    offers = [conditions[r.id] for r in rules if r.effect is Effect.OFFER and r.target == option]
    together = All((conditions[caveat], Any(tuple(offers))))
    return bool(offers) and Signatures.over([together], compiled.pack.facts).may_be_true(together)


def _alike(mutants: Sequence[Mutant], compiled: CompiledPack) -> Iterator[tuple[str, str]]:
    """Mutants of one part that come to the same as the part itself, or as one before them."""
    first = mutants[0]
    match first.change:
        case ChangedRule(name, _):
            parts: list[Rule | Fact] = [compiled.pack.rules[name]]
        case Fact(name):
            parts = [compiled.pack.facts[name]]
        case _:
            return
    changed = {mutant.id: part for mutant in mutants if (part := _part(mutant)) is not None}
    parts += changed.values()
    signatures = Signatures.over(
        (one for part in parts for one in _conditions(part, compiled)), compiled.pack.facts
    )
    seen: dict[Hashable, str] = {_key(parts[0], signatures, compiled): ""}
    for name, part in changed.items():
        key = _key(part, signatures, compiled)
        if key is not None and key in seen:
            yield name, f"it comes to the same as {seen[key]}" if seen[key] else _SAME
        elif key is not None:
            seen[key] = name


def _part(mutant: Mutant) -> Rule | Fact | None:
    change = mutant.change
    if isinstance(change, ChangedRule):
        return change.rule
    return change if isinstance(change, Fact) else None


def _conditions(part: Rule | Fact, compiled: CompiledPack) -> tuple[Condition, ...]:
    own = (part.condition,) if isinstance(part, Rule) else sifting(part)
    return tuple(inline(one, compiled.definitions) for one in own)


def _key(part: Rule | Fact, signatures: Signatures, compiled: CompiledPack) -> Hashable:
    """Equal for parts that decide alike; None where a normal form is too large to tell."""
    truths = tuple(signatures.of(one) for one in _conditions(part, compiled))
    if None in truths:
        return None
    if isinstance(part, Rule):
        options = frozenset(part.options or compiled.pack.options)
        return part.effect, part.target, part.value, options, truths
    return _rest(part), part.only is None, truths


def _rest(fact: Fact) -> Hashable:
    """What a fact says beside the conditions that its readings are put to."""
    derivation = fact.derivation and replace(fact.derivation, condition=None)
    bare = replace(fact, only=None, prefer=(), binding=None, derivation=derivation)
    return tuple(getattr(bare, name) for name in Fact.__dataclass_fields__ if name != "binding")
