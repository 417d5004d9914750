"""The tables of a report, the same on the page and in the text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.instants import written
from pactolus_adapters.replay.report.summary import RuleMoved, Summary
from pactolus_adapters.replay.report.words import (
    CLASS_WORDS,
    causes_in_order,
    instant_range,
    outcome_name,
    outcome_rank,
    period_name,
    records_read,
    replayed_under,
    source_words,
)

__all__ = ["MOST_ROWS", "Table", "about", "how_it_ran", "tables"]

MOST_ROWS: Final = 200
"""Rows of a table that are shown; more are counted, and in `summary.json`."""

_MOST_CAUSES: Final = 4

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`name`: by which a plot belongs to it. `empty`: what is said in place of a table without rows. `numbers`: the
    columns that hold numbers."""

    name: str
    title: str
    head: Row
    rows: Sequence[Row]
    empty: str
    numbers: frozenset[int]


def about(summary: Summary) -> list[tuple[str, str]]:
    """What was replayed and how much, each with its name."""
    spec = summary.spec
    records = f"{spec.first} to {spec.end - 1}" if spec.first < spec.end else "none"
    return [
        *source_words(summary),
        ("records, by index", records),
        ("records read", records_read(summary)),
        ("recorded", instant_range(summary)),
        ("evaluated under", replayed_under(summary)),
        *([("pack digest", spec.pack.digest)] if spec.pack else []),
        *([("only decisions of", spec.of)] if spec.of else []),
        *((f"software: {name}", version) for name, version in sorted(spec.software.items())),
        ("root over all results", summary.root),
    ]


def how_it_ran(summary: Summary) -> list[tuple[str, str]]:
    """What is not under the root, each with its name."""
    ran = summary.ran
    return [
        ("runner", ran.runner),
        ("started", written(ran.started)),
        ("ended", written(ran.ended)),
        ("records read in this run", f"{ran.records:,}"),
        ("records per second", f"{ran.records_per_second:,}"),
    ]


def tables(summary: Summary) -> Iterator[Table]:
    """All tables, in the order in which they are read."""
    for make in _TABLES:
        yield make(summary)


def _classes(summary: Summary) -> Table:
    rows = [(name, f"{count:,}", CLASS_WORDS[name]) for name, count in summary.classes.items() if count]
    return _table("classes", "Results by class", ("class", "records", "what it means"), rows, "no results", 1)


def _not_compared(summary: Summary) -> Table:
    rows = [
        (one.result_class, one.detail or "other reasons", f"{one.records:,}") for one in summary.not_compared
    ]
    empty = "every record of this replay could be evaluated"
    return _table("not-compared", "What could not be compared", ("class", "why", "records"), rows, empty, 2)


def _passed_over(summary: Summary) -> Table:
    title = "Passed over: records that are no part of this replay"
    return _counts("passed-over", title, "event", summary.passed_over, "no record was passed over")


def _flows(summary: Summary) -> Table:
    ordered = sorted(summary.flows, key=lambda one: (outcome_rank(one.before), outcome_rank(one.after)))
    rows = [
        (
            outcome_name(one.before, after=False),
            outcome_name(one.after, after=True),
            f"{one.records:,}",
            f"{one.differences:,}",
        )
        for one in ordered
    ]
    head = ("before", "after", "records", "with another answer")
    return _table("flows", "Outcomes before and after", head, rows, "no results", 2, 3)


def _options(summary: Summary) -> Table:
    rows = [
        (one.option, *(f"{count:,}" for count in (one.before, one.after, one.gained, one.lost)))
        for one in summary.options
    ]
    head = ("option", "offered before", "offered after", "gained", "lost")
    return _table("options", "Options before and after", head, rows, "no options were offered", 1, 2, 3, 4)


def _rules(summary: Summary) -> Table:
    rows = [
        (
            one.rule,
            one.before,
            one.after,
            f"{one.differences:,}",
            f"{one.records:,}",
            _because(one),
            ", ".join(map(str, one.examples)) or "none",
        )
        for one in summary.rules
    ]
    head = (
        "rule",
        "before",
        "after",
        "differences",
        "records in all",
        "because of",
        "first differences, by index",
    )
    return _table("rules", "Rules that came out otherwise", head, rows, "no rule came out otherwise", 3, 4)


def _because(moved: RuleMoved) -> str:
    ordered = causes_in_order(moved.because)
    more = [f"{len(ordered) - _MOST_CAUSES} more"] if len(ordered) > _MOST_CAUSES else []
    return (
        "; ".join([*(f"{cause} ({count:,})" for cause, count in ordered[:_MOST_CAUSES]), *more])
        or "not known"
    )


def _causes(summary: Summary) -> Table:
    return _counts("causes", "Differences by cause", "cause", summary.causes, "no differences")


def _fields(summary: Summary) -> Table:
    title = "Differences by part of the answer"
    return _counts("fields", title, "part of the answer", summary.fields, "no differences")


def _over_time(summary: Summary) -> Table:
    rows = [(period_name(one.since), f"{one.records:,}", f"{one.differences:,}") for one in summary.over_time]
    head = ("recorded (UTC)", "records", "differences")
    return _table("over-time", "Differences over time", head, rows, "no results", 1, 2)


def _packs(summary: Summary) -> Table:
    return _counts(
        "packs", "Packs that had decided", "pack", summary.packs, "no pack is named in the records"
    )


def _counts(name: str, title: str, what: str, counts: Mapping[str, int], empty: str) -> Table:
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    rows = [(key, f"{count:,}") for key, count in ordered]
    return _table(name, title, (what, "records"), rows, empty, 1)


def _table(name: str, title: str, head: Row, rows: Sequence[Row], empty: str, *numbers: int) -> Table:
    return Table(name, title, head, rows, empty, frozenset(numbers))


_TABLES: Final[Sequence[Callable[[Summary], Table]]] = (
    _classes,
    _not_compared,
    _flows,
    _options,
    _rules,
    _causes,
    _fields,
    _over_time,
    _packs,
    _passed_over,
)
