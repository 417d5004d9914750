"""What a mutant can move: the rules that come out otherwise, the facts that are weighed otherwise, the
files that are read otherwise. All else of a case stays as the unchanged pack made it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import inline
from pactolus_engine.facts import FactSet
from pactolus_engine.mutants.reach import sifting
from pactolus_engine.pack.model import CodeSet, Condition, Fact, Pack, Rule, Several, Status
from pactolus_engine.states import States

__all__ = ["Touched", "touched"]

_MISSING = frozenset({Status.MISSING})


@dataclass(frozen=True, slots=True)
class Touched:
    """The parts of a pack that a mutant changes, by what has to be done again because of them.

    `rules`: acting rules whose condition or effect is another; `acts_otherwise`: those whose effect is.
    `sifted`, `agreeing`, `absent`, `derived`: facts whose readings are chosen otherwise, whose cells are
    others where all must agree, whose absence means something else, that follow from other dates or ask
    another thing of their samples.
    `cells`: the dimensions that are cut otherwise. `is_read`: whether FHIR is read otherwise; `codes`: then
    only where one of these codes stands (None: anywhere).
    """

    rules: frozenset[str]
    acts_otherwise: frozenset[str]
    sifted: frozenset[str]
    agreeing: frozenset[str]
    absent: frozenset[str]
    derived: frozenset[str]
    cells: frozenset[str]
    is_read: bool
    codes: tuple[bytes, ...] | None
    pack: Pack

    @property
    def weighs(self) -> bool:
        """Whether some fact may have another state."""
        return bool(self.sifted or self.agreeing or self.absent or self.derived)

    def reads_otherwise(self, content: bytes) -> bool:
        """Whether this FHIR file may give other readings. A code may hide behind a JSON escape."""
        if not self.is_read or self.codes is None:
            return self.is_read
        return b"\\u" in content or any(code in content for code in self.codes)

    def moves(self, facts: FactSet, states: States, *, is_open: bool) -> bool:
        """Whether the states of a patient may be others; `is_open`: they are weighed under suppositions."""
        return (
            bool(self.derived)
            or any(self.samples(fact, facts) for fact in self.sifted)
            or any(self.samples(fact, facts) > 1 for fact in self.agreeing)
            or any(is_open or self._may_be_absent(fact, facts, states) for fact in self.absent)
        )

    def is_spoken_of(self, states: States) -> bool:
        """As `moves`, where only states are known: whether anything was read of what is weighed otherwise."""
        if self.derived or self.absent:
            return True
        heads = {self._head(fact) for fact in self.sifted | self.agreeing}
        family = [fact.id for fact in self.pack.facts.values() if {fact.id, fact.of} & heads]
        return any(states[fact].readings for fact in family)

    def _head(self, fact: str) -> str:
        return self.pack.facts[fact].of or fact

    def samples(self, fact: str, facts: FactSet) -> int:
        """How many resources speak of the fact, or of the one it is `of`."""
        return len(_origins(self._head(fact), facts))

    def _may_be_absent(self, fact: str, facts: FactSet, states: States) -> bool:
        """Whether no sample that counts, or some sample by itself, says nothing of the fact."""
        if states[fact].statuses == _MISSING or self.pack.facts[fact].several is Several.ANY:
            return True
        return not _origins(self._head(fact), facts) <= _origins(fact, facts)


def _origins(fact: str, facts: FactSet) -> set[str]:
    return {reading.origin for reading in facts.readings if reading.fact == fact}


def touched(base: CompiledPack, changed: CompiledPack, change: object) -> Touched:
    """Compares the two packs; `change` only tells which codes may be read otherwise."""
    before, after = base.pack, changed.pack
    acts = frozenset(_acting_otherwise(base, changed))
    conditions = {
        rule for rule in base.conditions if base.conditions[rule] != changed.conditions.get(rule)
    } | (changed.conditions.keys() - base.conditions.keys())
    cells = {
        name
        for name in base.partitions.keys() | changed.partitions.keys()
        if name not in base.partitions
        or name not in changed.partitions
        or base.partitions[name].cells != changed.partitions[name].cells
    }
    facts = [(fact, after.facts[name]) for name, fact in before.facts.items()]
    otherwise = frozenset(old.id for old, new in facts if _chosen(old, base) != _chosen(new, changed))
    derived = frozenset(
        old.id
        for old, new in facts
        if old.derivation != new.derivation or (old.derivation and old.id in otherwise)
    )
    return Touched(
        rules=acts | conditions,
        acts_otherwise=acts,
        sifted=otherwise - derived,
        agreeing=frozenset(old.id for old, _ in facts if old.several is Several.AGREE and old.id in cells),
        absent=frozenset(old.id for old, new in facts if _absence(old) != _absence(new)),
        derived=derived,
        cells=frozenset(cells),
        is_read=_is_read_otherwise(before, after),
        codes=_codes(before, change),
        pack=before,
    )


def _acting_otherwise(base: CompiledPack, changed: CompiledPack) -> Iterator[str]:
    for name in base.conditions.keys() | changed.conditions.keys():
        if _effect(base.pack.rules.get(name)) != _effect(changed.pack.rules.get(name)):
            yield name


def _effect(rule: Rule | None) -> object:
    return rule and (rule.effect, rule.target, rule.value, rule.options)


def _chosen(fact: Fact, compiled: CompiledPack) -> tuple[Several, bool, list[Condition]]:
    conditions = [inline(one, compiled.definitions) for one in sifting(fact)]
    return fact.several, fact.only is None, conditions


def _absence(fact: Fact) -> object:
    return fact.absence, fact.assumed_value


def _is_read_otherwise(before: Pack, after: Pack) -> bool:
    if before.code_sets != after.code_sets or before.parameter_values != after.parameter_values:
        return True
    return any(after.facts[name].suspect_from != fact.suspect_from for name, fact in before.facts.items())


def _codes(pack: Pack, change: object) -> tuple[bytes, ...] | None:
    """The codes that a changed set loses, or all of it when what it implies is another."""
    if not isinstance(change, CodeSet):
        return None
    before = pack.code_sets[change.name]
    lost = set(before.codings) - set(change.codings) or set(before.codings)
    return tuple(sorted(coding.code.encode() for coding in lost))
