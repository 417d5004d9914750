"""The bench that mutants of one pack are tried on: its cases made ready, and every mutant by its id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.mutation_case import Known, known_case, states_asked
from pactolus_adapters.authoring.mutation_reach import touched
from pactolus_adapters.authoring.mutation_trial import Trial
from pactolus_engine.cases import Case
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.errors import PackInvalid
from pactolus_engine.mutants.equivalence import equivalents
from pactolus_engine.mutants.generate import mutants_of
from pactolus_engine.mutants.mutant import Change, Mutant, Reread, mutated
from pactolus_engine.pack.model import CodeSet, Pack
from pactolus_engine.pack.read import read_pack
from pactolus_engine.states import States

__all__ = ["Bench", "Fate", "Verdict", "all_mutants"]


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    """A case comes out otherwise than it says."""
    SURVIVED = "survived"
    """Every case comes out as it says."""
    REFUSED = "refused"
    """The pack would be refused before any case runs; it counts neither for nor against the cases."""
    EQUIVALENT = "equivalent"
    """It decides as the pack does, or as another mutant; it is not tried."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The fate of a mutant and its ground: the file of the case that kills it, or why it is equivalent."""

    mutant: str
    fate: Fate
    ground: str = ""


def all_mutants(draft: Draft, overlays: tuple[str, ...]) -> tuple[dict[str, Mutant], dict[str, str]]:
    """Every mutant of the pack, and of the pack with an overlay of its cases in force, by id; and which of
    them are equivalent, and why. Rules that a site switches on have mutants only with its overlay."""
    found: dict[str, Mutant] = {}
    alike: dict[str, str] = {}
    for overlay in overlays:
        compiled = draft.compiled_with(overlay)
        mutants = mutants_of(compiled)
        own = equivalents(compiled, mutants)
        for mutant in mutants:
            if mutant.id not in found and isinstance(mutant.change, CodeSet) and overlay:
                continue  # a code that only a site added is not the pack's
            if mutant.id not in own:
                alike.pop(mutant.id, None)
            elif mutant.id not in found:
                alike[mutant.id] = own[mutant.id]
            found.setdefault(mutant.id, mutant)
    return found, alike


@dataclass(slots=True)
class _Variant:
    """The pack with one overlay of its cases in force, or with none."""

    overlay: str
    compiled: CompiledPack
    changes: Mapping[str, Change]


@dataclass(slots=True)
class Bench:
    """Tries mutants, one after the other. What the unchanged pack makes of the cases is kept."""

    draft: Draft
    cases: tuple[Case, ...]
    variants: tuple[_Variant, ...] = field(init=False)
    known: tuple[Known, ...] = field(init=False)
    asked: dict[str, tuple[States, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        overlays = sorted({"", *(case.overlay for case in self.cases)})
        self.variants = tuple(self._variant(overlay) for overlay in overlays)
        decided = (case for case in self.cases if not case.earlier and not case.expect.refused)
        self.known = tuple(known_case(case, self.draft) for case in decided)

    def _variant(self, overlay: str) -> _Variant:
        compiled = self.draft.compiled_with(overlay)
        return _Variant(overlay, compiled, {one.id: one.change for one in mutants_of(compiled)})

    def verdict(self, mutant: str) -> Verdict:
        """What becomes of a mutant that is not equivalent."""
        try:
            trials = dict(self._trials(mutant))
        except PackInvalid:
            return Verdict(mutant, Fate.REFUSED)
        killer = next(self._killers(trials, mutant), None)
        return Verdict(mutant, Fate.KILLED, killer) if killer else Verdict(mutant, Fate.SURVIVED)

    def _trials(self, mutant: str) -> Iterator[tuple[str, Trial]]:
        for variant in self.variants:
            change = variant.changes.get(mutant)
            if change is not None:
                changed = compile_pack(mutated(variant.compiled.pack, change, self._reread(variant.overlay)))
                reach = touched(variant.compiled, changed, change)
                yield variant.overlay, Trial(variant.compiled, changed, reach, self.draft.files)

    def _reread(self, overlay: str) -> Reread:
        files = {name: text for name, text in self.draft.files.items() if not name.startswith("cases/")}
        own = (overlay, self.draft.files[overlay]) if overlay else None

        def reread(values: Mapping[str, Decimal]) -> Pack:
            return read_pack(self.draft.name, files, overlay=own, supposed=values)

        return reread

    def _killers(self, trials: Mapping[str, Trial], mutant: str) -> Iterator[str]:
        """The files of the cases that kill, those first that are likely to and cost little."""
        part = mutant.split("/")[1]
        own = [(trials[one.case.overlay], one) for one in self.known if one.case.overlay in trials]
        own.sort(key=lambda pair: (not _names(pair[1].case, part), pair[0].rank(pair[1])))
        yield from (one.case.place.file for trial, one in own if trial.kills(one))
        for case in self.cases:
            if case.overlay in trials and self._is_killer(trials[case.overlay], case):
                yield case.place.file

    def _is_killer(self, trial: Trial, case: Case) -> bool:
        """Of the cases that are not decided from one request."""
        if case.expect.refused:
            return trial.kills_refused(case)
        return bool(case.earlier) and trial.kills_after(case, self._asked(case))

    def _asked(self, case: Case) -> tuple[States, ...]:
        if case.place.file not in self.asked:
            self.asked[case.place.file] = states_asked(case, self.draft)
        return self.asked[case.place.file]


def _names(case: Case, part: str) -> bool:
    """Whether the case says something of this rule or fact."""
    expect = case.expect
    return part in (*expect.fired, *expect.not_fired, *(expect.missing or ()), *(expect.assumed or ()))
