"""The gates of publishing: each keeps a pack out by its own findings, and says what it looked at."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pactolus_adapters.authoring.draft import Draft, open_draft
from pactolus_adapters.authoring.gates import all_gates
from tests.support.released import Bench

_AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Draft:
    return open_draft(Bench(tmp_path_factory.mktemp("gates")).pack)


def test_the_gates_are_tried_in_this_order() -> None:
    assert [gate.name for gate in all_gates(_AT)] == ["check", "cases", "prove"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("check", "parameters.yaml:20:1: warning C103 nothing depends on parameter `laboratory-limit`"),
        ("prove", "rules/offer-go-on.yaml:1:1: gap: a patient of whom all is known is in scope"),
    ],
)
def test_a_finding_keeps_the_pack_out_with_its_place(draft: Draft, name: str, told: str) -> None:
    (gate,) = (gate for gate in all_gates(_AT) if gate.name == name)
    report = gate.run(draft)
    assert any(problem.startswith(told) for problem in report.problems)
    assert report.statement["findings"] == len(report.problems)


def test_the_shipped_endpoint_pack_passes_the_check_and_says_what_it_let_stand() -> None:
    rules = Path(__file__).resolve().parents[3] / "rules"
    report = all_gates(_AT)[0].run(open_draft(rules / "midas-endpoint"))
    assert report.problems == ()
    assert all(": " in line for line in report.statement["waived"])


def test_a_review_date_that_has_passed_keeps_the_pack_out(draft: Draft) -> None:
    late = all_gates(datetime(2030, 1, 1, tzinfo=UTC))[0].run(draft)
    assert any("review" in problem for problem in late.problems)
