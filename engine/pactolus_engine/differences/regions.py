"""The regions where two packs answer otherwise: found, widened as far as it can be proved, blocked, until none is left.

A patient for whom the answers differ lies in one category of each fact that a changed rule looks at, and
the rules that did not change say of him what they say. All else is excluded; then as many of these exclusions
as possible are given up again while the solver proves that everybody who is left gets the same two answers.
What cannot be given up is the region: nothing that does not matter is in it, and none of its limits can be
moved outwards alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import z3

from pactolus_engine.completions import Skeleton
from pactolus_engine.decision import Outcome
from pactolus_engine.differences.categories import Category
from pactolus_engine.differences.common import Common, Said, Side
from pactolus_engine.proof.solve import STEPS

__all__ = [
    "MAXIMUM_REGIONS",
    "Bits",
    "Found",
    "Region",
    "answer_bits",
    "find_regions",
    "rule_bits",
    "skeleton_of",
]

MAXIMUM_REGIONS = 200
"""Regions that are looked for before the search gives up and says so."""

Bits = Mapping[str, tuple[z3.BoolRef, z3.BoolRef]]
"""What is compared: a name → that it is so under the old pack, and under the new one."""


@dataclass(frozen=True, slots=True)
class Region:
    """Patients who all get the same two answers.

    `where`: fact → the categories in which it may stand. `said`: what the unchanged rules say or do not say.
    `before`, `after`: the names of the bits that are true under the old pack and under the new one.
    `model`: one patient in it. `is_proved`: False where the bound was met; then it speaks of this patient only.
    """

    where: Mapping[str, tuple[Category, ...]]
    said: Mapping[Said, bool]
    before: frozenset[str]
    after: frozenset[str]
    model: z3.ModelRef = field(compare=False, repr=False)
    is_proved: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """The regions, in the order found; `is_whole`: outside them the two packs agree on every patient."""

    regions: tuple[Region, ...]
    is_whole: bool


def find_regions(common: Common, bits: Bits, maximum: int = MAXIMUM_REGIONS, effort: int = 1) -> Found:
    """All regions in which a bit differs. `effort`: a multiple of the steps that each question may take.

    Where no patient is one to both packs, as when they know no code of a fact in common, nothing is
    compared, and that is not the whole.
    """
    search = _Search(common, bits, effort)
    if search.prover.check() != z3.sat:
        return Found((), False)
    regions: list[Region] = []
    for region in search.regions():
        regions.append(region)
        if len(regions) >= maximum:
            return Found(tuple(regions), False)
    return Found(tuple(regions), search.is_whole and all(region.is_proved for region in regions))


@dataclass(slots=True)
class _Search:
    common: Common
    bits: Bits
    effort: int
    is_whole: bool = field(init=False, default=False)
    finder: z3.Solver = field(init=False)
    prover: z3.Solver = field(init=False)
    parts: tuple["_Part", ...] = field(init=False)

    def __post_init__(self) -> None:
        self.finder, self.prover = self._solver(), self._solver()
        self.finder.add(z3.Or([z3.Xor(old, new) for old, new in self.bits.values()]))
        self.parts = tuple(self._parts())
        for part in self.parts:
            self.prover.add(z3.Implies(part.is_out, z3.Not(part.holds)))

    def _parts(self) -> Iterator["_Part"]:
        """Everything that can be excluded; what the unchanged rules say first, for it is given up first."""
        for said, holds in self.common.unchanged.items():
            yield _Part(z3.Bool(f"out/{said}/said"), holds, said=said, is_said=True)
            yield _Part(z3.Bool(f"out/{said}/not"), z3.Not(holds), said=said)
        for fact, every in self.common.categories.items():
            for place, one in enumerate(every):
                yield _Part(z3.Bool(f"out/{fact}/{place}"), one.holds, category=one)

    def _solver(self) -> z3.Solver:
        solver = z3.Solver()
        solver.set("rlimit", STEPS * self.effort)
        solver.add(*self.common.always)
        return solver

    def regions(self) -> Iterator[Region]:
        """One region after the other; `is_whole` is set when there are no more."""
        while (found := self.finder.check()) == z3.sat:
            region = self._region(self.finder.model())
            yield region
            self.finder.add(z3.Or([part.holds for part in self.parts if self._is_out(part, region)]))
        self.is_whole = found == z3.unsat

    def _region(self, model: z3.ModelRef) -> Region:
        def is_true(term: z3.BoolRef) -> bool:
            return bool(z3.is_true(model.eval(term, model_completion=True)))

        pairs = {name: (is_true(old), is_true(new)) for name, (old, new) in self.bits.items()}
        excluded = [part.is_out for part in self.parts if not is_true(part.holds)]
        self.prover.push()
        self.prover.add(z3.Not(z3.And(list(self._same(pairs)))))
        needed = self._needed(excluded)
        self.prover.pop()
        kept = {str(is_out.decl().name()) for is_out in (excluded if needed is None else needed)}
        before = frozenset(name for name, (old, _) in pairs.items() if old)
        after = frozenset(name for name, (_, new) in pairs.items() if new)
        return Region(self._where(kept), self._said(kept), before, after, model, needed is not None)

    def _same(self, pairs: Mapping[str, tuple[bool, bool]]) -> Iterator[z3.BoolRef]:
        for name, (old, new) in pairs.items():
            terms = self.bits[name]
            yield terms[0] == z3.BoolVal(old)
            yield terms[1] == z3.BoolVal(new)

    def _needed(self, excluded: list[z3.BoolRef]) -> list[z3.BoolRef] | None:
        """Exclusions of which none can be given up; None where nothing could be proved."""
        needed = self._proof(self._without_needless_words(excluded) if self.common.open_fact else excluded)
        if needed is None:
            return None
        for is_out in list(needed):
            if is_out not in needed:
                continue
            fewer = self._proof([one for one in needed if not one.eq(is_out)])
            if fewer is not None:
                needed = fewer
        return needed

    def _without_needless_words(self, excluded: list[z3.BoolRef]) -> list[z3.BoolRef]:
        """What the unchanged rules say, left out where the open fact's own standing says it."""
        for part in self.parts:
            if part.said is not None and any(one.eq(part.is_out) for one in excluded):
                fewer = [one for one in excluded if not one.eq(part.is_out)]
                excluded = fewer if self._proof(fewer) is not None else excluded
        return excluded

    def _proof(self, excluded: list[z3.BoolRef]) -> list[z3.BoolRef] | None:
        """The exclusions that a proof used; None when there is no proof."""
        if self.prover.check(*excluded) != z3.unsat:
            return None
        used = {one.decl().name() for one in self.prover.unsat_core()}
        return [one for one in excluded if one.decl().name() in used]

    def _where(self, kept: set[str]) -> dict[str, tuple[Category, ...]]:
        parts = [part for part in self.parts if part.category is not None]
        out = {part.category for part in parts if part.name in kept}
        found = {
            fact: tuple(one for one in every if one not in out)
            for fact, every in self.common.categories.items()
        }
        return {fact: left for fact, left in found.items() if len(left) < len(self.common.categories[fact])}

    def _said(self, kept: set[str]) -> dict[Said, bool]:
        return {
            part.said: not part.is_said for part in self.parts if part.said is not None and part.name in kept
        }

    def _is_out(self, part: "_Part", region: Region) -> bool:
        """Whether the region excludes this."""
        if part.said is not None:
            return part.said in region.said and region.said[part.said] is not part.is_said
        assert part.category is not None
        allowed = region.where.get(part.category.fact)
        return allowed is not None and part.category not in allowed


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that can be excluded: a category of a fact, or that the unchanged rules say (or not say) so."""

    is_out: z3.BoolRef
    holds: z3.BoolRef
    category: Category | None = None
    said: Said | None = None
    is_said: bool = False

    @property
    def name(self) -> str:
        """The name of its exclusion."""
        return str(self.is_out.decl().name())


def answer_bits(common: Common) -> Bits:
    """What the answers to a complete patient are compared by: outcome, options, and findings where a pack has
    no options. To one who is not complete: the endings that rules give whatever is not known."""
    old, new = (dict(_bits(side, is_complete=not common.open_fact)) for side in (common.old, common.new))
    return _paired(old, new)


def rule_bits(common: Common) -> Bits:
    """For every rule that moved: that it is true."""
    old, new = (
        {rule: pair.true for rule, pair in side.answer.rules.items()} for side in (common.old, common.new)
    )
    return {rule: pair for rule, pair in _paired(old, new).items() if rule in common.moved}


def _paired(old: Mapping[str, z3.BoolRef], new: Mapping[str, z3.BoolRef]) -> Bits:
    never = z3.BoolVal(False)
    return {name: (old.get(name, never), new.get(name, never)) for name in sorted({*old, *new})}


def _bits(side: Side, *, is_complete: bool) -> Iterator[tuple[str, z3.BoolRef]]:
    answer = side.answer
    free = z3.Not(z3.Or(answer.conflict, answer.hold))
    yield Outcome.CONFLICT.value, answer.conflict
    yield Outcome.HOLD.value, z3.And(answer.hold, z3.Not(answer.conflict))
    if not is_complete:
        yield Outcome.OUT_OF_SCOPE.value, z3.And(free, answer.exclude)
        return
    goes_on, has_options = z3.Not(answer.ended), bool(side.compiled.pack.options)
    yield Outcome.OUT_OF_SCOPE.value, z3.And(free, z3.Or(answer.exclude, z3.Not(answer.gives)))
    yield (Outcome.OFFER if has_options else Outcome.CONCLUDED).value, z3.And(goes_on, answer.gives)
    for option, offered in answer.offered.items():
        yield f"{_OPTION}{option}", z3.And(goes_on, offered)
    if not has_options:
        for (name, value), concluded in answer.concluded.items():
            yield f"{_FINDING}{name}={value}", z3.And(goes_on, concluded)


_OPTION, _FINDING = "option ", "finding "


def skeleton_of(true: frozenset[str]) -> Skeleton | None:
    """The answer that these bits describe; None where no rule ends it and it is open."""
    outcome = next((one for one in Outcome if one.value in true), None)
    if outcome is None:
        return None
    options = sorted(name.removeprefix(_OPTION) for name in true if name.startswith(_OPTION))
    found = (name.removeprefix(_FINDING).split("=", 1) for name in true if name.startswith(_FINDING))
    return Skeleton(outcome, tuple(options), tuple(sorted((name, value) for name, value in found)))
