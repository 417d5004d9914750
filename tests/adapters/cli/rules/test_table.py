"""`pactolus rules table`: three forms of the same tables; what a pack says stays text."""

import shutil
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from tests.adapters.cli.run import Runner, runner
from tests.support.examples import ROOT


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


class _Page(HTMLParser):
    """Counts what makes a table readable aloud, and sees that every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tables = self.captions = self.bare_heads = self.rows = 0
        self.outside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.rows += tag == "tr"
        self.bare_heads += tag == "th" and dict(attrs).get("scope") not in {"col", "row"}
        self.outside += [name for name, _ in attrs if name in {"src", "href", "onload", "onerror"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_terminal_shows_what_is_asked_for(run: Runner) -> None:
    told = run("rules", "table", "midas-consolidation", "--effect", "offer")
    assert told.code == 0 and "at or above 1e-5" in told.out and "offer tandem-asct" in told.out
    assert "OUT_OF_SCOPE" not in told.out and "\x1b" not in told.out
    one = run("rules", "table", "midas-consolidation", "--rule", "age-66-or-over")
    assert "at or above 66 a" in one.out and "mrd" not in one.out


@pytest.mark.parametrize("pack", ["midas-consolidation", "r-iss"])
def test_no_column_is_cut_off_on_a_page_of_the_least_width(run: Runner, pack: str) -> None:
    lines = run("rules", "table", pack).out.splitlines()
    drawn = [line for line in lines if line.startswith(("|", "+"))]
    assert len(drawn) > 20 and max(map(len, lines)) <= 100
    assert [line for line in drawn if line[0] != line[-1]] == []


def test_markdown_has_as_many_cells_in_every_line_of_a_table(run: Runner) -> None:
    told = run("rules", "table", "midas-consolidation", "--format", "markdown")
    lines = told.out.splitlines()
    for before, after in pairwise(lines):
        if before.startswith("|") and after.startswith("|"):
            assert before.count("|") == after.count("|")
    assert "| 66 years or older at diagnosis (age-66-or-over) |" in told.out


def test_the_page_is_whole_accessible_and_fetches_nothing(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "table.html"
    assert run("rules", "table", "midas-endpoint", "--format", "html", "--output", file).code == 0
    text = file.read_text(encoding="utf-8")
    page = _Page(text)
    assert page.open == [] and page.tables == page.captions > 3 and page.rows > page.tables
    assert page.bare_heads == 0 and page.outside == [] and "@media print" in text


@pytest.mark.parametrize(
    ("form", "safe"), [("html", "&lt;script&gt;|&quot;"), ("markdown", "\\<script\\>\\|")]
)
def test_what_a_pack_says_stays_text(run: Runner, tmp_path: Path, form: str, safe: str) -> None:
    folder = tmp_path / "midas-endpoint"
    shutil.copytree(ROOT / "rules" / "midas-endpoint", folder, ignore=shutil.ignore_patterns("cases"))
    facts = folder / "facts.yaml"
    facts.write_text(
        facts.read_text(encoding="utf-8").replace("title: Multiple myeloma", "title: '<script>|\"alert(1)'"),
        encoding="utf-8",
    )
    told = run("rules", "table", folder, "--format", form)
    assert told.code == 0 and safe in told.out and "<script>" not in told.out


def test_a_rule_that_is_not_there_is_a_mistake_of_usage(run: Runner) -> None:
    told = run("rules", "table", "midas-consolidation", "--rule", "no-such-rule")
    assert told.code == 2 and "no acting rule `no-such-rule` in the pack" in told.err
