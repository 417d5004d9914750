"""The summary as one page: it stands alone, holds no script and asks for nothing from outside; its policy forbids both.

Its plots are drawn in the page. What is in a plot is in a table below it as well.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pactolus_adapters.replay.report.plots.flow import flow_plot
from pactolus_adapters.replay.report.plots.over_time import over_time_plot
from pactolus_adapters.replay.report.plots.rules import new_plot, rules_plot
from pactolus_adapters.replay.report.summary import Summary
from pactolus_adapters.replay.report.tables import MOST_ROWS, Table, about, how_it_ran, tables
from pactolus_adapters.replay.report.words import (
    DISCLAIMER,
    NOT_UNDER_ROOT,
    UNDER_ROOT,
    could_not_be_compared,
    title,
    verdict,
)
from pactolus_adapters.trail.html_parts import Markup, element, joined, plain
from pactolus_adapters.trail.html_style import STYLE

__all__ = ["page"]

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_PLOT_STYLE: Final = """
:root { --plot-grey: #8794a3; --plot-pale: #b9a5d6; --plot-red: #cf3f2c; --plot-amber: #dd9a1f; --plot-blue: #2f77bd; }
@media (prefers-color-scheme: dark) { :root { --plot-grey: #7b8896; --plot-pale: #8d78b3; --plot-red: #f0705c;
  --plot-amber: #e8b04a; --plot-blue: #6aa9e6; } }
figure { margin: .8rem 0 1.2rem; overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 34rem; max-width: 60rem; height: auto; }
td.number, th.number { text-align: right; padding-right: 1.4rem; white-space: nowrap; }
td { overflow-wrap: anywhere; min-width: 5rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
"""
_THIN: Final = "A band is never thinner than its number needs: small ones look larger than their share."
_PLOTS: Final[Mapping[str, Sequence[tuple[Callable[[Summary], str], str]]]] = {
    "flows": ((flow_plot, _THIN), (new_plot, "")),
    "rules": ((rules_plot, ""),),
    "over-time": ((over_time_plot, ""),),
}
"""The plots that stand above a table, by its name, each with a caption."""


def page(summary: Summary) -> str:
    """The page, a whole document."""
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    name = title(summary)
    head = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'{policy}<meta name="viewport" content="width=device-width"><title>{plain(name)}</title>'
        f"<style>{STYLE}{_PLOT_STYLE}</style></head><body><main>\n"
    )
    parts = [element("h1", name), element("p", DISCLAIMER, class_="lead"), _verdict(summary), _about(summary)]
    parts += [_section(summary, table) for table in tables(summary)]
    parts.append(_how_it_ran(summary))
    return Markup(head) + "\n".join(parts) + "\n</main></body></html>\n"


def _verdict(summary: Summary) -> Markup:
    is_good = summary.results > 0 and not summary.differences and not summary.could_not_be_compared
    said = element("p", element("strong", verdict(summary)), class_="good" if is_good else "bad")
    apart = element("p", could_not_be_compared(summary))
    return element("div", said, apart, class_="notice" if is_good else "notice bad")


def _about(summary: Summary) -> Markup:
    return joined(_named(about(summary)), element("p", UNDER_ROOT, class_="soft"))


def _section(summary: Summary, table: Table) -> Markup:
    figures = [
        figure for plot, caption in _PLOTS.get(table.name, ()) if (figure := _figure(plot(summary), caption))
    ]
    if table.name == "over-time" and table.rows and not figures:
        figures = [element("p", "No differences with a date.")]
    return element("section", element("h2", table.title), *figures, _table(table), id=table.name)


def _figure(svg: str, caption: str) -> Markup:
    told = [element("figcaption", caption, class_="soft")] if caption else []
    return element("figure", Markup(svg), *told) if svg else Markup()


def _table(table: Table) -> Markup:
    if not table.rows:
        return element("p", f"{table.empty[0].upper()}{table.empty[1:]}.", class_="soft")
    head = element("tr", *(_cell("th", table, place, text) for place, text in enumerate(table.head)))
    rows = [
        element("tr", *(_cell("td", table, place, text) for place, text in enumerate(row)))
        for row in table.rows[:MOST_ROWS]
    ]
    more = len(table.rows) - MOST_ROWS
    rest = element("p", f"{more} more rows are in summary.json.", class_="soft") if more > 0 else Markup()
    whole = element("table", element("thead", head), element("tbody", *rows))
    return joined(element("div", whole, class_="scroll"), rest)


def _cell(name: str, table: Table, place: int, text: str) -> Markup:
    class_ = "number" if place in table.numbers else ""
    return element(name, text, class_=class_, scope="col" if name == "th" else "")


def _how_it_ran(summary: Summary) -> Markup:
    told = element("p", NOT_UNDER_ROOT)
    return element(
        "section", element("h2", "Not under the root"), told, _named(how_it_ran(summary)), id="ran"
    )


def _named(facts: Sequence[tuple[str, str]]) -> Markup:
    return element(
        "dl", *(part for name, text in facts for part in (element("dt", name), element("dd", text)))
    )
