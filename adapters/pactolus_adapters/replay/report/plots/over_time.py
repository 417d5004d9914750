"""Differences, and what could not be compared, over the time of the records: stacked bars by class."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from pactolus_adapters.replay.report.plots.drawing import AMBER, BLUE, GREY, PALE, RED, SOFT, drawn, key_above
from pactolus_adapters.replay.report.summary import NOT_COMPARED, Period, Summary
from pactolus_adapters.replay.report.words import counted
from pactolus_engine.replay.result import ReplayClass

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["over_time_plot"]

_Stack = tuple[str, str, Sequence[ReplayClass]]

_HEIGHT: Final = 3.0
_TICKS: Final = 8
_STACKS: Final[Sequence[_Stack]] = (
    (RED, "another outcome", (ReplayClass.CHANGED_OUTCOME,)),
    (AMBER, "other options or findings", (ReplayClass.CHANGED_OPTIONS,)),
    (BLUE, "other words", (ReplayClass.CHANGED_TEXT,)),
    (SOFT, "engine changed", (ReplayClass.ENGINE_CHANGED,)),
    (PALE, "not compared", NOT_COMPARED),
)
_UNITS: Final = {4: "year", 7: "month", 10: "day"}


def over_time_plot(summary: Summary) -> str:
    """Records by day, month or year, as SVG, without those whose answer is the same; empty when there are none or
    none has a date."""
    dated = [period for period in summary.over_time if period.since]
    stacks = [one for one in _STACKS if any(_height(period, one[2]) for period in dated)]
    if not stacks:
        return ""
    unit = _UNITS[len(dated[0].since)]

    def draw(axes: "Axes") -> None:
        _bars(axes, dated, stacks)
        _axes(axes, dated, unit)
        key_above(axes, [(colour, words) for colour, words, _ in stacks])

    told = (
        f"Differences over time: {summary.differences:,} of {counted(summary.results, 'record')}, by {unit} "
        "of the record. The table below has every number."
    )
    return drawn("time", told, _HEIGHT, draw)


def _bars(axes: "Axes", dated: list[Period], stacks: list[_Stack]) -> None:
    places = [_place(period.since) for period in dated]
    under = [0] * len(dated)
    for colour, _, classes in stacks:
        heights = [_height(period, classes) for period in dated]
        axes.bar(places, heights, bottom=under, width=0.8, color=colour)
        under = [low + high for low, high in zip(under, heights, strict=True)]


def _axes(axes: "Axes", dated: list[Period], unit: str) -> None:
    """The names of some periods, so that none overlaps; whole numbers of records."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    places = {_place(period.since): period.since for period in dated}
    first, last = min(places), max(places)
    shown = [place for place in sorted(places) if (place - first) % max(1, -(-(last - first) // _TICKS)) == 0]
    axes.set_xticks(shown, [places[place] for place in shown])
    axes.set_xlim(first - max(0.6, 3 - (last - first)), last + max(0.6, 3 - (last - first)))
    axes.set_xlabel(f"{unit} of the record (UTC)")
    axes.set_ylabel("records")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=GREY, alpha=0.3, linewidth=0.6)
    axes.set_axisbelow(True)


def _height(period: Period, classes: Sequence[ReplayClass]) -> int:
    return sum(period.classes.get(one, 0) for one in classes)


def _place(since: str) -> int:
    """The place of a period on an axis where time runs evenly."""
    numbers = [int(part) for part in since.split("-")]
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) == len(("year", "month")):
        return numbers[0] * 12 + numbers[1]
    return date(*numbers).toordinal()
