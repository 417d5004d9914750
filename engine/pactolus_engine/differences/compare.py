"""Compares two versions of a pack: answers, findings, caveats by region; facts, codes and texts as lists.

Asked in turn: complete patients (every fact known, or absent where the pack says what that means); then
patients complete but for one fact, for every fact whose standing a changed rule asks about.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pactolus_engine.changes.nearest import answer_of
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Skeleton
from pactolus_engine.conditions import atoms_of
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.differences.categories import category_words
from pactolus_engine.differences.common import Common, Said, Side, moved_rules, only_rules
from pactolus_engine.differences.listed import Listed, listed_changes
from pactolus_engine.differences.regions import (
    MAXIMUM_REGIONS,
    Found,
    Region,
    answer_bits,
    find_regions,
    rule_bits,
    skeleton_of,
)
from pactolus_engine.differences.witness import Differs, Sends, Witness, WitnessFinder
from pactolus_engine.pack.model import Effect, StatusTest
from pactolus_engine.ports import Matcher

__all__ = ["Comparison", "Difference", "RuleDifference", "compare"]

_ANSWERING = (Effect.CONFLICT, Effect.HOLD, Effect.EXCLUDE, Effect.OFFER, Effect.BLOCK)
_SAYS = {
    Effect.CONFLICT: "gives CONFLICT",
    Effect.HOLD: "gives HOLD",
    Effect.EXCLUDE: "gives OUT_OF_SCOPE",
    Effect.OFFER: "offers",
    Effect.BLOCK: "blocks",
    Effect.CONCLUDE: "finds",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A region in which all patients get `before` from the old pack and `after` from the new one.

    `where`: fact, its title, and where it lies, in words; facts that are not named do not matter. `beside`:
    what the unchanged rules say there. `open_fact`: the fact that is not known, empty for complete patients;
    then an answer that no rule ends is that of the witness.
    """

    where: tuple[tuple[str, str, str], ...]
    beside: tuple[str, ...]
    before: Skeleton
    after: Skeleton
    witness: Witness
    open_fact: str = ""


@dataclass(frozen=True, slots=True)
class RuleDifference:
    """A region in which a finding or caveat comes (`is_new`) or goes, with the rule that states it."""

    rule: str
    where: tuple[tuple[str, str, str], ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything in which two packs differ. `moved`: rules that act otherwise. `is_whole`: what is listed is all
    there is; False when a bound was met, or a region has no witness (`not_shown` of them)."""

    moved: tuple[str, ...]
    answers: tuple[Difference, ...]
    beside: tuple[RuleDifference, ...]
    listed: Listed
    is_whole: bool
    not_shown: int

    @property
    def is_same(self) -> bool:
        """No patient of those compared is told anything else, but for texts and sources."""
        return not (self.answers or self.beside or self.listed.facts or self.listed.acting)


def compare(
    old: CompiledPack,
    new: CompiledPack,
    matcher: Matcher,
    maximum: int = MAXIMUM_REGIONS,
    effort: int = 1,
    sends: Sends | None = None,
) -> Comparison:
    """Compares. `maximum`: regions of each kind; `effort`: a multiple of the solver's steps for one question;
    `sends`: whether a patient shows a difference when he is sent, who is then preferred.

    Raises `EnginesDisagree` and `MatcherFailed` as evaluation does.
    """
    return _Comparer(old, new, matcher, maximum, effort, sends).comparison()


class _Comparer:
    """Compares two packs, one question after the other."""

    def __init__(
        self,
        old: CompiledPack,
        new: CompiledPack,
        matcher: Matcher,
        maximum: int,
        effort: int,
        sends: Sends | None,
    ) -> None:
        self._old, self._new = old, new
        self._matcher, self._sends = matcher, sends
        self._maximum, self._effort = maximum, effort
        self._answering = (
            _ANSWERING if old.pack.options or new.pack.options else (*_ANSWERING, Effect.CONCLUDE)
        )
        self._is_whole = True
        self._not_shown = 0

    def comparison(self) -> Comparison:
        old, new = (only_rules(pack, self._answering) for pack in (self._old, self._new))
        answers = list(self._answers(Common(Side(old), Side(new))))
        for fact in _standings_asked(old, new):
            answers += self._answers(Common(Side(old), Side(new), fact))
        beside = tuple(self._beside())
        moved, listed = moved_rules(self._old, self._new), listed_changes(self._old, self._new)
        answers.sort(key=_order)
        return Comparison(moved, tuple(answers), beside, listed, self._is_whole, self._not_shown)

    def _answers(self, common: Common) -> Iterator[Difference]:
        if not common.moved:
            return
        finder = WitnessFinder(common, self._old, self._new, self._matcher, self._sends)
        for region in self._found(common).regions:
            witness = finder.witness(region, self._as_claimed(region))
            if witness is None:
                self._not_shown += 1
                self._is_whole = False
                continue
            yield Difference(
                _where(common, region),
                tuple(_beside(region)),
                skeleton_of(region.before) or answer_of(witness.before, self._old),
                skeleton_of(region.after) or answer_of(witness.after, self._new),
                witness,
                common.open_fact,
            )

    def _found(self, common: Common) -> Found:
        found = find_regions(common, answer_bits(common), self._maximum, self._effort)
        self._is_whole = self._is_whole and found.is_whole
        return found

    def _as_claimed(self, region: Region) -> Differs:
        """Whether two decisions differ, and are what was proved of the region."""
        claimed = skeleton_of(region.before), skeleton_of(region.after)

        def differs(before: Decision, after: Decision) -> bool:
            given = answer_of(before, self._old), answer_of(after, self._new)
            return given[0] != given[1] and all(
                said in {None, answer} for said, answer in zip(claimed, given, strict=True)
            )

        return differs

    def _beside(self) -> Iterator[RuleDifference]:
        """Findings and caveats, each where its own rule moved."""
        effects = {Effect.CONCLUDE, Effect.CAVEAT} - set(self._answering)
        old, new = (only_rules(pack, effects) for pack in (self._old, self._new))
        for rule in moved_rules(old, new):
            common = Common(Side(_alone(old, rule)), Side(_alone(new, rule)))
            found = find_regions(common, rule_bits(common), self._maximum, self._effort)
            self._is_whole = self._is_whole and found.is_whole
            for region in found.regions:
                yield RuleDifference(rule, _where(common, region), bool(region.after))


def _order(one: Difference) -> tuple[object, ...]:
    """Where both versions give something first, then where one of them does."""
    gives = sum(answer.outcome in {Outcome.OFFER, Outcome.CONCLUDED} for answer in (one.before, one.after))
    return one.open_fact, -gives, one.before, one.after, one.where, one.beside


def _alone(compiled: CompiledPack, rule: str) -> CompiledPack:
    own = {name: condition for name, condition in compiled.conditions.items() if name == rule}
    return replace(compiled, conditions=own)


def _standings_asked(old: CompiledPack, new: CompiledPack) -> tuple[str, ...]:
    """The facts whose standing a changed rule asks about."""
    moved = moved_rules(old, new)
    atoms = (
        atom
        for pack in (old, new)
        for rule in moved
        if rule in pack.conditions
        for atom in atoms_of(pack.conditions[rule])
    )
    return tuple(sorted({atom.fact for atom in atoms if isinstance(atom, StatusTest)}))


def _where(common: Common, region: Region) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (name, common.fact(name).title, category_words(common.fact(name), allowed, common.categories[name]))
        for name, allowed in region.where.items()
    )


def _beside(region: Region) -> Iterator[str]:
    """What the unchanged rules say, in words; the endings that they do not give in one phrase."""
    silent = [
        _SAYS[one.effect].split()[-1]
        for one, is_said in region.said.items()
        if not is_said and not one.target
    ]
    if silent:
        yield f"no unchanged rule gives {' or '.join(silent)}"
    for one, is_said in region.said.items():
        if is_said or one.target:
            yield f"{'an' if is_said else 'no'} unchanged rule {_words(one)}"


def _words(said: Said) -> str:
    value = f" = {said.value}" if said.value else ""
    return f"{_SAYS[said.effect]} {said.target}".rstrip() + value
