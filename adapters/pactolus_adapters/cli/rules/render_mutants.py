"""The mutation report for a reader and for a machine."""

import json
from collections.abc import Iterator
from pathlib import Path

from pactolus_adapters.authoring.mutate import MutantResult, MutationReport
from pactolus_adapters.authoring.mutation_bench import Fate
from pactolus_adapters.cli.rules.places import opened, place_text
from pactolus_adapters.cli.terminal import clean, folded, several
from pactolus_engine.mutants.operators import OPERATORS

__all__ = ["operator_lines", "report_json", "report_lines"]

_FATES = (Fate.KILLED, Fate.SURVIVED, Fate.REFUSED, Fate.EQUIVALENT)


def operator_lines() -> Iterator[str]:
    """Every kind of mistake with its code."""
    width = max(map(len, OPERATORS))
    for code, sentence in OPERATORS.items():
        yield f"{code:<{width}}  {sentence}"


def report_lines(report: MutationReport, folder: Path) -> Iterator[str]:
    """The survivors, what `mutants.yaml` in the folder says that is not so, and last the score."""
    for file in report.failing:
        yield f"fails as the pack stands: {opened(folder, file)}"
    if report.failing:
        yield "nothing was tried: a case that fails already notices every mistake and none"
    survivors = report.of(Fate.SURVIVED)
    for one in survivors:
        yield from _survivor(one, folder)
    for stated, why in report.strays:
        yield f"{place_text(folder, stated.place)}: {clean(stated.mutant)}: {why}; take it out"
    if any(not one.reason for one in survivors):
        yield from folded(
            "What survived without a reason wants a case that notices it, or a line in `mutants.yaml` that says why it "
            "does no harm."
        )
    if report.failing or survivors or report.strays:
        yield ""
    yield f"{report.pack} {report.version}: {_score(report)}"
    yield f"   {_counts(report)}"


def _score(report: MutationReport) -> str:
    if not report.tried:
        return "no mutant was tried"
    whole, tenth = divmod(report.tenths, 10)
    return f"{whole}.{tenth} % of mutants killed ({len(report.of(Fate.KILLED))} of {report.tried})"


def _counts(report: MutationReport) -> str:
    stated = sum(1 for one in report.of(Fate.SURVIVED) if one.reason)
    counts = {fate: f"{len(report.of(fate))} {fate}" for fate in _FATES}
    counts[Fate.SURVIVED] += f" ({stated} with a reason)" if stated else ""
    tried = f"{several(len(report.results), 'mutant')} by {several(report.cases, 'case')}"
    return f"{tried}: {', '.join(counts.values())}"


def _survivor(one: MutantResult, folder: Path) -> Iterator[str]:
    yield f"{place_text(folder, one.mutant.place)}: survived: {one.mutant.id}"
    yield from folded(one.mutant.description)
    if one.reason:
        yield from folded(f"reason: {one.reason}")


def report_json(report: MutationReport, folder: Path) -> str:
    """Everything, with every mutant; the score in tenths of a percent, so that it stays a whole number."""
    document = {
        "pack": report.pack,
        "version": report.version,
        "digest": report.digest,
        "cases": report.cases,
        "scoreTenths": report.tenths if report.tried else None,
        "counts": {fate.value: len(report.of(fate)) for fate in _FATES},
        "failing": list(report.failing),
        "mutants": [_mutant(one, folder) for one in report.results],
        "notSurvivors": [
            {"mutant": one.mutant, "line": one.place.line, "why": why} for one, why in report.strays
        ],
    }
    return json.dumps(document, indent=2)


def _mutant(one: MutantResult, folder: Path) -> dict[str, object]:
    place = one.mutant.place
    return {
        "id": one.mutant.id,
        "operator": one.mutant.operator,
        "part": one.mutant.part,
        "file": opened(folder, place.file),
        "line": place.line,
        "column": place.column,
        "description": one.mutant.description,
        "fate": one.fate.value,
        "ground": one.verdict.ground,
        "reason": one.reason,
    }
