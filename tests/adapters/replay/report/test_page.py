"""The page of a replay: complete, harmless, asking for nothing from outside, with plots that are readable."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise, product
from xml.etree import ElementTree

import pytest

from pactolus_adapters.replay.report.html import page
from pactolus_adapters.replay.report.plots.drawing import SVG_COLOURS, legible
from pactolus_adapters.replay.report.plots.flow import flow_plot
from pactolus_adapters.replay.report.plots.over_time import over_time_plot
from pactolus_adapters.replay.report.plots.rules import new_plot, rules_plot
from pactolus_adapters.replay.report.summary import Flow, Period, Summary
from pactolus_engine.decision import Outcome
from tests.adapters.replay.report.golden import LONG_RULE, a_summary

_VOID = {"meta"}
_HOSTILE = '<script>alert("x")</script>$\\frac{1}{2}$&\u202e'


class _Page(HTMLParser):
    """A page taken apart: what stands in it, and whether every element is closed."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.heads: list[dict[str, str | None]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(tag, attrs)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._take(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def _take(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}]
        if tag == "th":
            self.heads.append(dict(attrs))


@pytest.fixture(scope="module")
def summary() -> Summary:
    return a_summary()


def _words(svg: str) -> list[str]:
    return [one.text or "" for one in _texts(svg)]


def _texts(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"))


def test_a_page_is_whole_and_holds_no_script_and_no_address(summary: Summary) -> None:
    content = page(summary)
    taken = _Page(content)
    assert taken.open == []
    assert set(taken.names).isdisjoint({"script", "img", "iframe", "link", "form", "object", "base", "image"})
    assert taken.names.count("svg") == 3
    assert not any(name.startswith("on") for name in taken.attributes)
    assert "@import" not in content and set(re.findall(r"url\(.", content)) <= {"url(#"}
    assert set(re.findall(r"https?://[^\s\"']+", content)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert {link[:1] for link in taken.links} <= {"#"}
    assert {link[1:] for link in taken.links} <= set(taken.ids)
    assert len(taken.ids) == len(set(taken.ids))
    assert taken.heads and all(head.get("scope") == "col" for head in taken.heads)
    assert "default-src 'none'" in content


def test_a_page_begins_with_what_a_reader_must_know(summary: Summary) -> None:
    text = _Page(page(summary)).text
    told = [
        "Not a medical device",
        "5 of 15 decisions compared came out differently; 4 could not be compared; 1 had no earlier answer.",
        "4 records could not be evaluated again: 1 input-missing, 1 erased, 1 tampered, 1 error.",
        summary.root,
        "Results by class",
        "Not under the root",
        "records per second",
    ]
    places = [text.index(one) for one in told]
    assert places == sorted(places)


def test_a_page_has_the_same_bytes_each_time(summary: Summary) -> None:
    assert page(summary) == page(summary)


def test_how_it_ran_changes_one_part_of_the_page_alone(summary: Summary) -> None:
    other = page(replace(summary, ran=replace(summary.ran, runner="spark", records=1)))
    before, mark, _ = page(summary).partition('<section id="ran"')
    assert mark and other.startswith(before)


def test_plots_have_only_colours_of_the_page(summary: Summary) -> None:
    for svg in (flow_plot(summary), over_time_plot(summary), rules_plot(summary)):
        found = set(re.findall(r"(?:fill|stroke): ([^;\"]+)", svg))
        assert found <= {*SVG_COLOURS.values(), "none"}


def test_the_flow_has_every_number(summary: Summary) -> None:
    words = _words(flow_plot(summary))
    for flow in summary.flows:
        assert all(f"{n:,}" in words for n in (flow.differences, flow.records - flow.differences) if n)
    assert "OFFER 17" in [" ".join(one.split()) for one in words]


def test_small_flows_beside_a_large_one_are_labelled_apart(summary: Summary) -> None:
    outcomes = [one.value for one in Outcome]
    flows = tuple(
        Flow(before, after, 10**7 if before == after == "OFFER" else 1, int(before != after))
        for before, after in product(outcomes, outcomes)
    )
    svg = flow_plot(replace(summary, flows=flows))
    numbers = [one for one in _texts(svg) if one.text in {"1", "10,000,000"}]
    assert len(numbers) == len(flows)
    assert min(below - above for above, below in pairwise(sorted(map(_height, numbers)))) > 8


def _height(text: ElementTree.Element) -> float:
    """From above, in points."""
    found = re.search(r"translate\([^ ]+ ([^)]+)\)", text.get("transform", ""))
    return float(found.group(1) if found else text.get("y", "nan"))


def test_new_records_have_an_after_side_only(summary: Summary) -> None:
    new = replace(summary, flows=(Flow("", "NEED_DATA", 3, 0), Flow("", "OFFER", 2, 0)))
    assert flow_plot(new) == ""
    assert _words(new_plot(new))[:4] == ["records", "OFFER", "2", "NEED_DATA"]
    assert new_plot(summary) == ""


def test_where_nothing_differs_words_stand_in_place_of_plots(summary: Summary) -> None:
    same = replace(
        summary,
        rules=(),
        causes={},
        over_time=(Period("2026-07-01", {"identical": 4}, 4, 0),),
    )
    assert (over_time_plot(same), rules_plot(same)) == ("", "")
    text = _Page(page(same)).text
    assert "No rule came out otherwise." in text and "No differences with a date." in text


@pytest.mark.parametrize("since", [("2026",), ("2026-01", "2026-12"), ("2026-01-01", "2026-03-31")])
def test_time_is_named_with_its_unit_and_never_crowded(summary: Summary, since: Sequence[str]) -> None:
    periods = tuple(Period(one, {"changed-text": 2, "erased": 1}, 3, 2) for one in since)
    words = _words(over_time_plot(replace(summary, over_time=periods)))
    unit = {4: "year", 7: "month", 10: "day"}[len(since[0])]
    assert f"{unit} of the record (UTC)" in words and "records" in words
    assert next(one for one in words if one.startswith("2026")) == since[0]


def test_long_and_hostile_names_stay_text(summary: Summary) -> None:
    rules = tuple(replace(one, rule=one.rule + _HOSTILE) for one in summary.rules)
    content = page(replace(summary, rules=rules, causes={_HOSTILE: 1}))
    assert "<script" not in content and "\u202e" not in content
    assert '<script>alert("x")</script>$\\frac{1}{2}$&\N{REPLACEMENT CHARACTER}' in _Page(content).text


def test_no_name_is_read_as_a_formula(summary: Summary) -> None:
    formula = replace(summary.rules[0], rule="$x^2$", before="a", after="b")
    assert "$x^2$: a \N{RIGHTWARDS ARROW} b" in _words(rules_plot(replace(summary, rules=(formula,))))


def test_a_long_name_keeps_its_ends() -> None:
    short = legible(LONG_RULE, 40)
    assert len(short) <= 40 and short.startswith("mrd-positive") and short.endswith("line-of-a-plot")
    assert legible("mrd-negative") == "mrd-negative"
