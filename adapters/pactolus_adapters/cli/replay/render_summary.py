"""What a replay came to, on a terminal: at most forty lines; the whole of it is in the report."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pactolus_adapters.cli.terminal import clean, folded, section, shown_digest, table
from pactolus_adapters.replay.report.summary import RuleMoved, Summary
from pactolus_adapters.replay.report.words import (
    causes_in_order,
    could_not_be_compared,
    named_pack,
    outcome_name,
    records_read,
    replayed_under,
    title,
    verdict,
)

__all__ = ["render_summary"]

_MOST_FLOWS: Final = 3
_MOST_OPTIONS: Final = 3
_MOST_RULES: Final = 4
_MOST_REASONS: Final = 2
_Row = tuple[str, ...]

_INDENT: Final = "   "
_SHORT: Final = 36
"""Columns of an id."""
_LONGEST: Final = 64
"""Columns of a reason."""


def render_summary(summary: Summary, folder: Path | None = None) -> str:
    """The text, at most forty lines. `folder`: where the report is, if it was written."""
    return "\n".join(_lines(summary, folder))


def _lines(summary: Summary, folder: Path | None) -> Iterator[str]:
    yield f"{title(summary)} under {clean(replayed_under(summary))}"
    yield verdict(summary)
    yield from section("By class", _classes(summary))
    yield from section("First answers", _first_answers(summary))
    yield from section("Outcomes that changed", _flows(summary))
    yield from section("Options gained and lost", _options(summary))
    yield from section("Rules that came out otherwise", _rules(summary))
    yield from section("Not compared", _not_compared(summary))
    yield ""
    if pack := summary.spec.pack:  # a candidate may have the version of the pack in force
        yield f"pack     {clean(named_pack(pack))}, {shown_digest(pack.digest)}"
    yield f"records  {records_read(summary)}"
    yield f"root     {summary.root}"
    if folder is not None:
        yield f"report   {clean(str(folder))}"


def _classes(summary: Summary) -> Iterator[str]:
    """Classes that occurred, side by side: ten lines would be too many."""
    said = [f"{count:,} {name}" for name, count in summary.classes.items() if count]
    return iter(folded(", ".join(said)) if said else [])


def _first_answers(summary: Summary) -> Iterator[str]:
    """Of records that were never evaluated before."""
    said = [
        f"{flow.records:,} {outcome_name(flow.after, after=True)}"
        for flow in summary.flows
        if not flow.before and flow.after
    ]
    return iter(folded(", ".join(said)) if said and summary.classes["new"] else [])


def _flows(summary: Summary) -> Iterator[str]:
    changed = sorted(
        (flow for flow in summary.flows if flow.differences and flow.before != flow.after),
        key=lambda flow: -flow.differences,
    )
    rows = [
        (
            outcome_name(flow.before, after=False),
            outcome_name(flow.after, after=True),
            f"{flow.differences:,}",
        )
        for flow in changed
    ]
    return _first(("before", "after", "differences"), rows, _MOST_FLOWS)


def _options(summary: Summary) -> Iterator[str]:
    """By how many answers an option was gained and lost, side by side."""
    moved = [one for one in summary.options if one.gained or one.lost]
    said = [f"{_short(one.option)} +{one.gained:,} -{one.lost:,}" for one in moved[:_MOST_OPTIONS]]
    if len(moved) > _MOST_OPTIONS:
        said.append(f"and {len(moved) - _MOST_OPTIONS} more, in the report")
    return iter(folded(", ".join(said)) if said else [])


def _rules(summary: Summary) -> Iterator[str]:
    rows = [
        (
            _short(moved.rule),
            f"{moved.before} -> {moved.after}",
            f"{moved.differences:,}",
            _because(moved),
        )
        for moved in summary.rules
        if moved.differences
    ]
    return _first(("rule", "before -> after", "differences", "mostly because of"), rows, _MOST_RULES)


def _because(moved: RuleMoved) -> str:
    """The most frequent cause, and how many others there are."""
    ordered = causes_in_order(moved.because)
    if not ordered:
        return ""
    more = f" and {len(ordered) - 1} more" if len(ordered) > 1 else ""
    return f"{_short(ordered[0][0])}{more}"


def _not_compared(summary: Summary) -> Iterator[str]:
    if not summary.could_not_be_compared:
        return
    yield from folded(could_not_be_compared(summary))
    rows = [
        (one.result_class, f"{one.records:,}", _short(one.detail or "other reasons", _LONGEST))
        for one in sorted(summary.not_compared, key=lambda one: -one.records)
    ]
    yield from _first(("class", "records", "why"), rows, _MOST_REASONS)


def _first(titles: _Row, rows: Sequence[_Row], most: int) -> Iterator[str]:
    """The first rows under their titles, and how many there are beyond."""
    shown = [tuple(map(clean, row)) for row in rows[:most]]
    for line in table(titles, shown):
        yield f"{_INDENT}{line}"
    if len(rows) > most:
        yield f"{_INDENT}and {len(rows) - most:,} more, in the report"


def _short(text: str, most: int = _SHORT) -> str:
    """On one line; a long one loses its middle, for ids differ at both ends."""
    cleaned = clean(text)
    if len(cleaned) <= most:
        return cleaned
    half = (most - 3) // 2
    return f"{cleaned[:half]}...{cleaned[-half:]}"
