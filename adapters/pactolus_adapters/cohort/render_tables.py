"""The tables of a cohort for people: as plain text, and as Markdown. What they are not stands first."""

from collections.abc import Iterator
from dataclasses import dataclass

from pactolus_adapters.cohort.statistics import Interval, Rate, RelativeRisk
from pactolus_adapters.cohort.tables import ArmRow, ComparisonRow, CountRow, Tables

__all__ = ["render_markdown", "render_text"]

_FIRST = (
    "The cohort is synthetic and was made to match the published numbers of MIDAS.",
    "This tests the pipeline, from FHIR to tables. It does not test the trial and shows nothing about patients.",
)
_UNKNOWN = "-"
_NOTES = (
    "Service: from the answers of `midas-consolidation` and `midas-endpoint`; arms and completion from the cohort.",
    (
        "Published: N Engl J Med 2025, doi 10.1056/NEJMoa2505133 (sizes, rates, relative risks), and Blood "
        "2025;146(1):52-61 (enrolment, completion, 63 %), both as reported by the press; neither paper was read. "
        "The sizes of the four arms come from a popular article alone; 39 is 757 less 718."
    ),
    (
        "Published relative risks are adjusted, ours are not. Neither comparison showed superiority; the trial was not "
        "designed to show non-inferiority, and survival by arm is not known."
    ),
    (
        "Rates are of all patients assigned to an arm; whoever has no finding counts as not reached. How the trial counted "
        "them, and the numbers of patients behind its percentages, were not found."
    ),
)


@dataclass(frozen=True, slots=True)
class _Grid:
    """One table: its title, the heads of its columns, its rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def render_text(tables: Tables) -> str:
    """The tables for a terminal: columns aligned by spaces, ASCII."""
    return "\n".join((*_FIRST, *(line for grid in _grids(tables) for line in _plain(grid)), "", *_NOTES, ""))


def render_markdown(tables: Tables) -> str:
    """The tables as Markdown (GitHub's)."""
    warning = (f"> **{_FIRST[0]}**", f"> {_FIRST[1]}")
    notes = (f"- {note}" for note in _NOTES)
    return "\n".join((*warning, *(line for grid in _grids(tables) for line in _marked(grid)), "", *notes, ""))


def _plain(grid: _Grid) -> Iterator[str]:
    lines = (grid.heads, *grid.rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    yield from ("", grid.title)
    for line in lines:
        cells = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        yield f"   {'  '.join(cells)}".rstrip()


def _marked(grid: _Grid) -> Iterator[str]:
    yield from ("", f"## {grid.title}", "")
    for line in (grid.heads, ("---",) * len(grid.heads), *grid.rows):
        yield f"| {' | '.join(line)} |"


def _grids(tables: Tables) -> Iterator[_Grid]:
    published = "published" if tables.scale == 1 else f"published x {tables.scale}"
    heads = ("patients", "service", published, "")
    yield _Grid("From enrolment to randomisation", heads, tuple(map(_count, tables.flow)))
    yield _Grid(
        "Arm against the stratum in which the service offers options",
        heads,
        tuple(map(_count, tables.strata)),
    )
    outcomes = tuple((row.title, str(row.patients)) for row in tables.outcomes)
    yield _Grid("Outcomes after induction", ("outcome", "patients"), outcomes)
    below = (
        *_rate(tables.below),
        f"{tables.below_percent} %",
        _mark(tables.below.rounds_to(tables.below_percent)),
    )
    yield _Grid(
        "MRD below 1e-5 after induction, of all enrolled, whatever the outcome",
        ("patients", "rate", "95 % CI", "published", ""),
        (below,),
    )
    yield _Grid(
        "MRD below 1e-6 before maintenance",
        ("arm", "reached", "rate", "95 % CI", "published", "", "not reached", "no finding"),
        tuple(map(_arm, tables.arms)),
    )
    yield _Grid(
        "Relative risk of MRD below 1e-6 before maintenance",
        ("arms", "service", "95 % CI", "published (adjusted)", "95 % CI", "P"),
        tuple(map(_comparison, tables.comparisons)),
    )


def _count(row: CountRow) -> tuple[str, ...]:
    published = _UNKNOWN if row.published is None else str(row.published)
    return row.title, str(row.patients), published, _mark(row.matches)


def _mark(matches: bool) -> str:
    return "same" if matches else "DIFFERS"


def _rate(one: Rate) -> tuple[str, str, str]:
    percent = _UNKNOWN if one.percent is None else f"{one.percent:.1f} %"
    bounds = one.interval
    between = f"{100 * bounds.low:.1f} to {100 * bounds.high:.1f} %" if bounds else _UNKNOWN
    return f"{one.cases} of {one.patients}", percent, between


def _arm(row: ArmRow) -> tuple[str, ...]:
    without = ", ".join(f"{patients} {outcome}" for outcome, patients in row.without.items()) or "0"
    published = f"{row.arm.percent} %"
    return row.arm.name, *_rate(row.reached), published, _mark(row.matches), str(row.not_reached), without


def _comparison(row: ComparisonRow) -> tuple[str, ...]:
    one = row.published
    return (
        f"{one.first} against {one.second}",
        *_risk(row.ours),
        one.relative_risk,
        f"{one.low} to {one.high}",
        one.p_value,
    )


def _risk(one: RelativeRisk | None) -> tuple[str, str]:
    if one is None:
        return _UNKNOWN, _UNKNOWN
    return f"{one.ratio:.2f}", _between(one.interval)


def _between(one: Interval | None) -> str:
    return f"{one.low:.2f} to {one.high:.2f}" if one else _UNKNOWN
