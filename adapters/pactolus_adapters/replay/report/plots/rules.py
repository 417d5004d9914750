"""Horizontal bars, each under its name, however long that is: rules that moved, and outcomes of new records."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pactolus_adapters.replay.report.plots.drawing import BLUE, RED, SOFT, drawn, legible
from pactolus_adapters.replay.report.summary import Summary
from pactolus_adapters.replay.report.words import counted, outcome_rank

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["MOST_BARS", "new_plot", "rules_plot"]

MOST_BARS: Final = 15
_STEP: Final = 0.42
_FOOT: Final = 0.45

_Row = tuple[str, int]


def rules_plot(summary: Summary) -> str:
    """The rules that moved in most differences, as SVG; empty when none did."""
    rows = [
        (f"{moved.rule}: {moved.before} \N{RIGHTWARDS ARROW} {moved.after}", moved.differences)
        for moved in summary.rules[:MOST_BARS]
        if moved.differences
    ]
    return _plot("rules", "Rules that came out otherwise", "records with another answer", rows, RED)


def new_plot(summary: Summary) -> str:
    """The outcomes of records of which none had an answer before, as SVG; empty where one had, which is a flow."""
    if any(flow.before for flow in summary.flows):
        return ""
    ordered = sorted(summary.flows, key=lambda one: outcome_rank(one.after))
    rows = [(flow.after, flow.records) for flow in ordered if flow.after]
    return _plot("new", "Outcomes of records without an earlier answer", "records", rows, BLUE)


def _plot(name: str, about: str, unit: str, rows: Sequence[_Row], colour: str) -> str:
    if not rows:
        return ""

    def draw(axes: "Axes") -> None:
        most = max(count for _, count in rows)
        for place, (label, count) in enumerate(rows):
            axes.barh(place, count, height=0.38, color=colour)
            axes.text(0, place - 0.25, legible(label, 100), va="bottom")
            axes.text(count + most * 0.008, place, f"{count:,}", va="center_baseline", color=SOFT)
        axes.set_xlim(0, most * 1.12)
        axes.set_ylim(len(rows) - 0.6, -0.7)
        axes.set_yticks([])
        axes.set_xticks([])
        axes.set_xlabel(unit)
        axes.spines[["top", "right", "bottom"]].set_visible(False)

    told = f"{about}: {counted(len(rows), 'bar')}, in {unit}. The table below has every number."
    return drawn(name, told, _STEP * len(rows) + _FOOT, draw)
