"""An export as a page: complete, harmless whatever a record holds, and asking for nothing from outside."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.trail.export_request import WITH_PATIENT_DATA, WITHOUT_PATIENT_DATA, Wanted
from pactolus_adapters.trail.html_parts import Markup, element, plain
from pactolus_engine.decision import Outcome
from tests.support.audit_exports import HOSTILE, a_full_log, a_log_of, exporter
from tests.support.decisions import a_decision

_VOID = {"meta", "br"}


class _Page(HTMLParser):
    """A page taken apart: what stands in it, and whether every element is closed."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def full() -> MemoryAuditLog:
    return a_full_log()


def _page(log: MemoryAuditLog, *, told: bool) -> tuple[str, _Page]:
    content = b"".join(exporter(log).lines(Wanted("html", with_patient_data=told))).decode()
    return content, _Page(content)


@pytest.mark.parametrize("told", [True, False])
def test_a_page_is_whole_and_holds_no_script_and_no_address(full: MemoryAuditLog, told: bool) -> None:
    content, page = _page(full, told=told)
    assert page.open == []
    assert set(page.names).isdisjoint({"script", "img", "iframe", "link", "form", "object", "svg", "base"})
    assert not any(name.startswith("on") or name == "style" for name in page.attributes)
    assert "url(" not in content and "@import" not in content
    assert {link[0] for link in page.links} <= {"#"}
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_hostile_words_are_shown_and_do_nothing(full: MemoryAuditLog) -> None:
    content, page = _page(full, told=True)
    assert "<script" not in content
    assert '<script>alert("x")</script>&\'"\N{REPLACEMENT CHARACTER}  </td>=cmd|x' in page.text
    assert "\u202e" not in content


@pytest.mark.parametrize(("told", "words"), [(True, WITH_PATIENT_DATA), (False, WITHOUT_PATIENT_DATA)])
def test_the_first_line_says_whether_patient_data_follow(
    full: MemoryAuditLog, told: bool, words: str
) -> None:
    content, page = _page(full, told=told)
    assert words in content.partition("\n")[0]
    assert words in page.text
    decision = a_decision(Outcome.HOLD)
    for secret in (decision.decision_id, decision.reasons[0].text, "Observation/mrd-1"):
        assert (secret in page.text) is told


def test_every_record_is_listed_and_every_decision_explained(full: MemoryAuditLog) -> None:
    size = full.size()
    _, page = _page(full, told=True)
    assert {f"r{index}" for index in range(size)} | {f"d{index}" for index in range(size)} == set(page.ids)
    assert "Options to consider, in no order" in page.text
    assert f"Each of the {size} records is proved to be in the tree" in page.text
    assert "2 of them were erased or pruned" in page.text
    assert "erased by record 17" in page.text
    assert "record `14` was erased by record `17`" in page.text


def test_a_part_of_the_log_links_only_to_what_is_on_the_page(full: MemoryAuditLog) -> None:
    content = b"".join(exporter(full).lines(Wanted("html", 10, 16))).decode()
    page = _Page(content)
    assert "erased by record 17" in page.text
    assert {link[1:] for link in page.links} <= set(page.ids)


def test_a_record_that_is_not_in_order_is_named_at_the_top() -> None:
    log = a_log_of(3)
    records = log._rows._records
    records[1] = replace(records[1], leaf=records[0].leaf)
    _, page = _page(log, told=False)
    assert "1 of 3 records are not in order" in page.text
    assert "record 1: its leaf does not match its leaf hash" in page.text
    assert page.text.count("NOT PROVED") == 1


def test_an_empty_export_is_a_page_too(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    exporter(a_log_of(0)).write(Wanted("html"), out)
    assert "No audit records" in _Page(out.read_text(encoding="utf-8")).text


def test_text_is_escaped_once_and_markup_never() -> None:
    assert plain(HOSTILE) == plain(plain(HOSTILE))
    assert element("b", "<i>", title='"') == Markup('<b title="&quot;">&lt;i&gt;</b>')


@given(st.text())
def test_any_text_is_text_in_the_page(text: str) -> None:
    page = _Page(element("p", text, title=text))
    assert page.names == ["p"]
    assert page.text == "".join(_visible(one) for one in text)


def _visible(character: str) -> str:
    return (
        " " if character.isspace() else character if character.isprintable() else "\N{REPLACEMENT CHARACTER}"
    )
