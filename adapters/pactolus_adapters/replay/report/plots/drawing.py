"""How plots are drawn: figures of matplotlib as SVG inside a page, the same bytes for the same summary.

Colours are those of the page, so that a plot is readable on light and dark ground alike: each stands for a variable
of the page's style and is replaced by it in the SVG.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "AMBER",
    "BLUE",
    "GREY",
    "INK",
    "PALE",
    "RED",
    "SOFT",
    "SVG_COLOURS",
    "WIDTH",
    "drawn",
    "key_above",
    "legible",
]

WIDTH: Final = 9.6
"""Of every plot, in inches."""

INK, SOFT, GREY, PALE = "#010101", "#020202", "#030303", "#040404"
RED, AMBER, BLUE = "#050505", "#060606", "#070707"
SVG_COLOURS: Final[Mapping[str, str]] = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    GREY: "var(--plot-grey)",
    PALE: "var(--plot-pale)",
    RED: "var(--plot-red)",
    AMBER: "var(--plot-amber)",
    BLUE: "var(--plot-blue)",
}
"""A colour as matplotlib is told it, and what stands in the page for it."""

_FONT: Final = "'DejaVu Sans', Verdana, sans-serif"
_NAMED: Final = re.compile(r'(\bid="|url\(#|href="#)')


def drawn(name: str, told: str, height: float, draw: Callable[["Axes"], None]) -> str:
    """A plot as an SVG element. `name`: before each id in it, so that several may stand on one page; `told`: what
    is read to those who do not see it; `height`: in inches."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context():
        _set_style(name)
        figure = Figure((WIDTH, height), layout="constrained")
        figure.patch.set_visible(False)
        axes = figure.add_subplot()
        axes.patch.set_visible(False)
        draw(axes)
        content = StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(content, format="svg", metadata=nothing)
    return _for_page(name, told, content.getvalue())


def legible(text: str, most: int = 80) -> str:
    """Text for a label: on one line, without what would steer the reader's eye, its middle left out when it is
    long."""
    clean = "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
    if len(clean) <= most:
        return clean
    half = (most - 1) // 2
    return f"{clean[:half]}\N{HORIZONTAL ELLIPSIS}{clean[-half:]}"


def key_above(axes: "Axes", entries: Sequence[tuple[str, str]]) -> None:
    """What the colours mean, on a line above the plot."""
    from matplotlib.patches import Patch

    axes.legend(
        handles=[Patch(facecolor=colour, label=words) for colour, words in entries],
        loc="lower left",
        bbox_to_anchor=(0, 1.01),
        ncols=len(entries),
        frameon=False,
        borderpad=0,
        handlelength=1,
        handleheight=1,
    )


def _set_style(name: str) -> None:
    """Nothing of a machine's own settings; text stays text; names inside do not change from run to run."""
    from matplotlib import rc, rcdefaults

    rcdefaults()
    rc("svg", fonttype="none", hashsalt=name)
    rc("font", family="DejaVu Sans", size=9)
    rc("text", color=INK, parse_math=False)
    rc("axes", labelcolor=SOFT, edgecolor=SOFT)
    rc("xtick", color=SOFT)
    rc("ytick", color=SOFT)


def _for_page(name: str, told: str, content: str) -> str:
    """Without the head of a file of its own, its ids under its name, its colours those of the page."""
    content = content[content.index("<svg ") :]
    content = _NAMED.sub(rf"\g<1>{name}-", content)
    for colour, variable in SVG_COLOURS.items():
        content = content.replace(colour, variable)
    content = content.replace("'DejaVu Sans'", _FONT)
    return content.replace("<svg ", f'<svg role="img" aria-label="{escape(told)}" ', 1)
