"""The mutation score of a pack: how many small mistakes in it its own cases would notice."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from pactolus_adapters.authoring.draft import Draft, read_draft
from pactolus_adapters.authoring.letters import LetterMatcher
from pactolus_adapters.authoring.mutation_bench import Bench, Fate, Verdict, all_mutants
from pactolus_adapters.authoring.run_cases import run_case
from pactolus_engine.mutants.mutant import Mutant
from pactolus_engine.pack.model import StatedSurvivor

__all__ = ["Choice", "MutantResult", "MutationReport", "Progress", "mutate"]

Progress = Callable[[int, int], None]
"""Told after every mutant: how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which mutants to try. `parts`: of these rules, facts, code sets or parameters; `operators`: by these;
    empty is all. `sample`: at most so many, the same ones each time; 0 is all."""

    parts: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    sample: int = 0

    def of(self, mutants: Sequence[Mutant]) -> tuple[Mutant, ...]:
        """The chosen ones, in their order. A sample is those whose ids have the least digests."""
        fitting = [
            one
            for one in mutants
            if (not self.parts or one.part in self.parts)
            and (not self.operators or one.operator in self.operators)
        ]
        if not self.sample or len(fitting) <= self.sample:
            return tuple(fitting)
        drawn = {one.id for one in sorted(fitting, key=_drawn)[: self.sample]}
        return tuple(one for one in fitting if one.id in drawn)


def _drawn(mutant: Mutant) -> bytes:
    return sha256(mutant.id.encode()).digest()


@dataclass(frozen=True, slots=True)
class MutantResult:
    """A mutant, what became of it, and, where it survives, why its author lets it (empty: not stated)."""

    mutant: Mutant
    verdict: Verdict
    reason: str = ""

    @property
    def fate(self) -> Fate:
        """What became of it."""
        return self.verdict.fate


@dataclass(frozen=True, slots=True)
class MutationReport:
    """What became of every mutant that was chosen.

    `failing`: cases that do not pass as the pack stands; then nothing was tried. `strays`: survivors
    that `mutants.yaml` states and that are none, with what they are instead.
    """

    pack: str
    version: str
    digest: str
    cases: int
    results: tuple[MutantResult, ...]
    failing: tuple[str, ...] = ()
    strays: tuple[tuple[StatedSurvivor, str], ...] = ()

    def of(self, fate: Fate) -> tuple[MutantResult, ...]:
        """Those with this fate."""
        return tuple(one for one in self.results if one.fate is fate)

    @property
    def tried(self) -> int:
        """Those that count: killed or survived."""
        return len(self.of(Fate.KILLED)) + len(self.of(Fate.SURVIVED))

    @property
    def tenths(self) -> int:
        """The score in tenths of a percent, rounded down; 1000 when there was nothing to kill."""
        return 1000 * len(self.of(Fate.KILLED)) // self.tried if self.tried else 1000


def mutate(draft: Draft, choice: Choice, jobs: int, told: Progress) -> MutationReport:
    """Tries the chosen mutants of a pack with `jobs` processes; the report is the same for any number."""
    pack, cases = draft.pack, draft.cases()
    failing = tuple(case.place.file for case in cases if not run_case(case, draft, LetterMatcher()).passed)
    overlays = tuple(sorted({"", *(case.overlay for case in cases)}))
    mutants, alike = all_mutants(draft, overlays)
    chosen = () if failing else choice.of(tuple(mutants.values()))
    open_ones = [one.id for one in chosen if one.id not in alike]
    verdicts = {one.id: Verdict(one.id, Fate.EQUIVALENT, alike.get(one.id, "")) for one in chosen}
    for done, verdict in enumerate(_verdicts(draft, open_ones, jobs), start=1):
        verdicts[verdict.mutant] = verdict
        told(done, len(open_ones))
    reasons = {one.mutant: one.reason for one in pack.survivors}
    results = tuple(_result(one, verdicts[one.id], reasons) for one in chosen)
    strays = tuple(_strays(pack.survivors, frozenset(mutants), verdicts))
    return MutationReport(pack.id, pack.version, pack.digest, len(cases), results, failing, strays)


def _result(mutant: Mutant, verdict: Verdict, reasons: dict[str, str]) -> MutantResult:
    survives = verdict.fate is Fate.SURVIVED
    return MutantResult(mutant, verdict, reasons.get(mutant.id, "") if survives else "")


def _strays(
    stated: Sequence[StatedSurvivor], known: frozenset[str], verdicts: dict[str, Verdict]
) -> Iterator[tuple[StatedSurvivor, str]]:
    for one in stated:
        verdict = verdicts.get(one.mutant)
        if one.mutant not in known:
            yield one, "there is no such mutant"
        elif verdict is not None and verdict.fate is not Fate.SURVIVED:
            by = f" by {verdict.ground}" if verdict.fate is Fate.KILLED else ""
            yield one, f"it is {verdict.fate}{by}"


def _verdicts(draft: Draft, mutants: Sequence[str], jobs: int) -> Iterator[Verdict]:
    if jobs > 1 and len(mutants) > 1:
        yield from _in_processes(draft, mutants, min(jobs, len(mutants)))
    elif mutants:
        bench = Bench(draft, draft.cases())
        yield from map(bench.verdict, mutants)


def _in_processes(draft: Draft, mutants: Sequence[str], jobs: int) -> Iterator[Verdict]:
    """Hands out one mutant at a time, so that no process waits for another."""
    context = get_context("spawn")
    waiting, busy = iter(mutants), dict[Connection, object]()
    processes = []
    for _ in range(jobs):
        here, there = context.Pipe()
        process = context.Process(target=_work, args=(there, draft.name, dict(draft.files)), daemon=True)
        process.start()
        there.close()
        processes.append(process)
        here.send(next(waiting))
        busy[here] = process
    while busy:
        for ready in wait(list(busy)):
            assert isinstance(ready, Connection)
            yield ready.recv()
            following = next(waiting, None)
            ready.send(following)
            if following is None:
                del busy[ready]
    for process in processes:
        process.join()


def _work(pipe: Connection, name: str, files: dict[str, bytes]) -> None:
    """A process of its own: reads the pack, then answers mutants with verdicts until it gets None."""
    draft = read_draft(name, files)
    bench = Bench(draft, draft.cases())
    while (mutant := pipe.recv()) is not None:
        pipe.send(bench.verdict(mutant))
