"""The mutation report for a reader and for a machine."""

import json
from collections.abc import Iterator

from pactolus_adapters.authoring.mutate import MutantResult, MutationReport
from pactolus_adapters.authoring.mutation_bench import Fate
from pactolus_adapters.cli.terminal import clean, folded
from pactolus_engine.mutants.operators import OPERATORS

__all__ = ["operator_lines", "report_json", "report_lines"]

_FATES = (Fate.KILLED, Fate.SURVIVED, Fate.REFUSED, Fate.EQUIVALENT)


def operator_lines() -> Iterator[str]:
    """Every kind of mistake with its code."""
    width = max(map(len, OPERATORS))
    for code, sentence in OPERATORS.items():
        yield f"{code:<{width}}  {sentence}"


def report_lines(report: MutationReport) -> Iterator[str]:
    """The score, the survivors, and what `mutants.yaml` says that is not so."""
    yield f"{report.pack} {report.version}: {_score(report)}"
    yield _counts(report)
    for file in report.failing:
        yield f"fails as the pack stands: {file}"
    if report.failing:
        yield "nothing was tried: a case that fails already notices every mistake and none"
    survivors = report.of(Fate.SURVIVED)
    if survivors:
        yield ""
        yield "survivors:"
    for one in survivors:
        yield from _survivor(one)
    for stated, why in report.strays:
        place = stated.place
        yield f"{place.file}:{place.line}:{place.column}: {clean(stated.mutant)}: {why}; take it out"


def _score(report: MutationReport) -> str:
    if not report.tried:
        return "no mutant was tried"
    whole, tenth = divmod(report.tenths, 10)
    return f"{whole}.{tenth} % of mutants killed ({len(report.of(Fate.KILLED))} of {report.tried})"


def _counts(report: MutationReport) -> str:
    stated = sum(1 for one in report.of(Fate.SURVIVED) if one.reason)
    counts = ", ".join(f"{len(report.of(fate))} {fate}" for fate in _FATES)
    return (
        f"{len(report.results)} mutants by {report.cases} cases: {counts}; {stated} of the survivors stated"
    )


def _survivor(one: MutantResult) -> Iterator[str]:
    place = one.mutant.place
    yield f"{place.file}:{place.line}:{place.column}: {one.mutant.id}"
    yield from folded(one.mutant.description)
    yield from folded(f"stated: {one.reason}" if one.reason else "no reason is stated")


def report_json(report: MutationReport) -> str:
    """Everything, with every mutant; the score in tenths of a percent, so that it stays a whole number."""
    document = {
        "pack": report.pack,
        "version": report.version,
        "digest": report.digest,
        "cases": report.cases,
        "scoreTenths": report.tenths if report.tried else None,
        "counts": {fate.value: len(report.of(fate)) for fate in _FATES},
        "failing": list(report.failing),
        "mutants": [_mutant(one) for one in report.results],
        "notSurvivors": [
            {"mutant": one.mutant, "line": one.place.line, "why": why} for one, why in report.strays
        ],
    }
    return json.dumps(document, indent=2)


def _mutant(one: MutantResult) -> dict[str, object]:
    place = one.mutant.place
    return {
        "id": one.mutant.id,
        "operator": one.mutant.operator,
        "part": one.mutant.part,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "description": one.mutant.description,
        "fate": one.fate.value,
        "ground": one.verdict.ground,
        "reason": one.reason,
    }
