"""Outcomes before and after: bars left and right, and between them a band for what went from one to the other.

What is the same is grey; what is not stands out and lies over it. A band is as thick as its share, but never too
thin to be seen and to hold its number: where one flow is nearly all, the others would vanish.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pactolus_adapters.replay.report.plots.drawing import (
    AMBER,
    BLUE,
    GREY,
    INK,
    PALE,
    RED,
    drawn,
    key_above,
    legible,
)
from pactolus_adapters.replay.report.summary import Flow, Summary
from pactolus_adapters.replay.report.words import counted, outcome_name, outcome_rank

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["flow_plot"]

_SHARES: Final = 2.6
"""Inches over which the records are shared out."""
_LEAST: Final = 0.17
"""Inches of the thinnest band."""
_GAP: Final = 0.22
"""Inches between bars: there is room for a line of text at each."""
_NAMES: Final = 0.3
_HEAD: Final = 0.75
_LEFT: Final = 0.24
_RIGHT: Final = 0.76
_BAR: Final = 0.012
_KEY: Final = (
    (GREY, "the same answer"),
    (RED, "another outcome"),
    (AMBER, "the same outcome, otherwise different"),
    (PALE, "not compared"),
    (BLUE, "never evaluated before"),
)


@dataclass(frozen=True, slots=True)
class _Band:
    """Records that went one way. `thick`: inches."""

    before: str
    after: str
    records: int
    colour: str
    thick: float


@dataclass(frozen=True, slots=True)
class _Bar:
    """An outcome on one side. `top`, `high`: inches, from above."""

    outcome: str
    records: int
    top: float
    high: float


def flow_plot(summary: Summary) -> str:
    """Outcomes before and after, as SVG; empty without results, and where no record had an answer before."""
    if not any(flow.before for flow in summary.flows):
        return ""
    bands = list(_bands(summary.flows))
    left, bars_left = _stacked([(band.before, band.after, band) for band in bands])
    right, bars_right = _stacked([(band.after, band.before, band) for band in bands])
    high = max(bars[-1].top + bars[-1].high for bars in (bars_left, bars_right))
    colours = {band.colour for band in bands}

    def draw(axes: "Axes") -> None:
        _frame(axes, high)
        for band in bands:
            _draw_band(axes, band, left[band], right[band])
        for band in bands:
            _draw_number(axes, band, left[band])
        _draw_bars(axes, bars_left, is_left=True)
        _draw_bars(axes, bars_right, is_left=False)
        key_above(axes, [entry for entry in _KEY if entry[0] in colours])

    told = (
        f"Outcomes before and after: {summary.differences:,} of {counted(summary.results, 'record')} "
        "with another answer. The table below has every number."
    )
    return drawn("flow", told, high + _HEAD, draw)


def _bands(flows: Sequence[Flow]) -> Iterator[_Band]:
    """What is the same first, so that the others are drawn over it."""
    total = sum(flow.records for flow in flows)

    def band(flow: Flow, records: int, colour: str) -> _Band:
        return _Band(flow.before, flow.after, records, colour, max(_LEAST, _SHARES * records / total))

    for flow in flows:
        if same := flow.records - flow.differences:
            yield band(flow, same, _quiet(flow))
    for flow in flows:
        if flow.differences:
            yield band(flow, flow.differences, AMBER if flow.before == flow.after else RED)


def _quiet(flow: Flow) -> str:
    """The colour of what is no difference: it has no answer now, had none before, or has the same."""
    if not flow.after:
        return PALE
    return GREY if flow.before else BLUE


def _stacked(ends: Sequence[tuple[str, str, _Band]]) -> tuple[Mapping[_Band, float], list[_Bar]]:
    """The tops of the bands on one side, and the bars they leave from or arrive at. An end is the outcome on this
    side, the one on the other, and the band."""
    tops: dict[_Band, float] = {}
    bars: list[_Bar] = []
    top = 0.0
    for outcome in sorted({here for here, _, _ in ends}, key=outcome_rank):
        begin, records = top, 0
        of_it = [(outcome_rank(there), band.colour, band) for here, there, band in ends if here == outcome]
        for _, _, band in sorted(of_it, key=lambda one: one[:2]):
            tops[band] = top
            top += band.thick
            records += band.records
        bars.append(_Bar(outcome, records, begin, top - begin))
        top += _GAP
    return tops, bars


def _frame(axes: "Axes", high: float) -> None:
    """Inches from above downwards, the width from 0 to 1, nothing around it."""
    axes.set_xlim(0, 1)
    axes.set_ylim(high, -_NAMES)
    axes.set_axis_off()


def _draw_band(axes: "Axes", band: _Band, left: float, right: float) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    begin, end, middle = _LEFT + _BAR, _RIGHT - _BAR, (_LEFT + _RIGHT) / 2
    corners = [
        (begin, left),
        *((middle, left), (middle, right), (end, right)),
        (end, right + band.thick),
        *((middle, right + band.thick), (middle, left + band.thick), (begin, left + band.thick)),
        (begin, left),
    ]
    curve = [Path.CURVE4] * 3
    outline = Path(corners, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])
    strong = 0.75 if band.colour in {RED, AMBER} else 0.45
    axes.add_patch(PathPatch(outline, facecolor=band.colour, edgecolor="none", alpha=strong))


def _draw_number(axes: "Axes", band: _Band, left: float) -> None:
    """How many, where the band leaves its bar: there no two bands cross."""
    axes.text(
        _LEFT + _BAR + 0.008, left + band.thick / 2, f"{band.records:,}", va="center_baseline", fontsize=8
    )


def _draw_bars(axes: "Axes", bars: Sequence[_Bar], *, is_left: bool) -> None:
    from matplotlib.patches import Rectangle

    edge, side, word = (_LEFT, "right", "before") if is_left else (_RIGHT, "left", "after")
    apart = -0.012 if is_left else 0.012
    begin = edge if is_left else edge - _BAR
    axes.text(edge, -0.08, word, ha=side, va="bottom", fontsize=10, fontweight="bold")
    for bar in bars:
        axes.add_patch(Rectangle((begin, bar.top), _BAR, bar.high, facecolor=INK))
        name = legible(outcome_name(bar.outcome, after=not is_left), 20)
        said = f"{name}  {bar.records:,}"
        axes.text(edge + apart, bar.top + bar.high / 2, said, ha=side, va="center_baseline", fontsize=9)
