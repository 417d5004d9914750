"""The summary: every result counted once in each respect, whatever the parts; nothing of the run under the root."""

import json
import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.replay.parts import PartUnreadable
from pactolus_adapters.replay.report.root import report_root
from pactolus_adapters.replay.report.summarize import summarize
from pactolus_adapters.replay.report.summary import (
    NOT_COMPARED,
    Flow,
    OptionOffered,
    RuleMoved,
    Summary,
    written_summary,
)
from pactolus_engine.replay.result import Moved, ReplayClass, ReplayResult, Said
from tests.adapters.replay.report.material import RAN, cuts, result_lists, spec_over, written_parts

OFFER, NEED_DATA = Said("OFFER", ("krd", "asct")), Said("NEED_DATA")


def _summary(results: list[ReplayResult], bounds: list[int], passed: str = "look") -> Summary:
    with TemporaryDirectory() as folder:
        written_parts(Path(folder), results, bounds, passed)
        summary = summarize(spec_over(bounds[-1]), Path(folder), RAN)
        assert summary.root == report_root(spec_over(bounds[-1]), Path(folder)).hex()
    return summary


def _one_of(*results: ReplayResult) -> Summary:
    return _summary([replace(one, index=place) for place, one in enumerate(results)], [0, len(results)])


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_each_result_counts_once_in_every_respect_whatever_the_parts(data: st.DataObject) -> None:
    results = data.draw(result_lists())
    end = results[-1].index + 1 if results else 1
    summary = _summary(results, data.draw(cuts(end)))
    assert summary == _summary(results, [0, end])
    assert summary.records == end == summary.results + sum(summary.passed_over.values())
    assert summary.classes == {kind: sum(one.result_class == kind for one in results) for kind in ReplayClass}
    assert summary.results == sum(flow.records for flow in summary.flows) == len(results)
    assert summary.results == sum(period.records for period in summary.over_time)
    assert all(period.records == sum(period.classes.values()) for period in summary.over_time)
    differences = [one for one in results if one.is_difference]
    assert summary.differences == sum(flow.differences for flow in summary.flows) == len(differences)
    assert summary.differences == sum(period.differences for period in summary.over_time)
    assert summary.causes == Counter(cause for one in differences for cause in one.causes)
    assert summary.could_not_be_compared == sum(one.records for one in summary.not_compared)
    assert summary.compared + summary.could_not_be_compared + summary.classes["new"] == summary.results
    moved = Counter(key for one in results for key in [(m.rule, m.before, m.after) for m in one.moved])
    assert {(r.rule, r.before, r.after): r.records for r in summary.rules} == moved


def test_flows_keep_what_changed_within_an_outcome_apart() -> None:
    summary = _one_of(
        ReplayResult(0, ReplayClass.IDENTICAL, recorded=OFFER, replayed=OFFER),
        ReplayResult(
            0, ReplayClass.CHANGED_OPTIONS, recorded=OFFER, replayed=Said("OFFER", ("krd", "tandem"))
        ),
        ReplayResult(0, ReplayClass.CHANGED_OUTCOME, recorded=OFFER, replayed=NEED_DATA),
        ReplayResult(0, ReplayClass.ERASED, recorded=OFFER, detail="the key was erased"),
        ReplayResult(0, ReplayClass.NEW, replayed=OFFER),
    )
    assert summary.flows == (
        Flow("", "OFFER", 1, 0),
        Flow("OFFER", "", 1, 0),
        Flow("OFFER", "NEED_DATA", 1, 1),
        Flow("OFFER", "OFFER", 2, 1),
    )
    assert summary.options == (
        OptionOffered("asct", before=3, after=2, gained=0, lost=2),
        OptionOffered("krd", before=3, after=3, gained=0, lost=1),
        OptionOffered("tandem", before=0, after=1, gained=1, lost=0),
    )


def test_a_moved_rule_has_its_causes_and_its_first_examples() -> None:
    moved = Moved("mrd-negative", "true", "false", ("parameter:threshold",))
    changed = ReplayResult(0, ReplayClass.CHANGED_TEXT, moved=(moved,), causes=("parameter:threshold",))
    same = replace(changed, result_class=ReplayClass.IDENTICAL)
    summary = _one_of(same, *[changed] * 25)
    assert summary.rules == (
        RuleMoved("mrd-negative", "true", "false", 26, 25, {"parameter:threshold": 26}, tuple(range(1, 21))),
    )
    assert summary.causes == {"parameter:threshold": 25}


def test_among_equals_the_rule_that_is_written_otherwise_stands_first() -> None:
    follows = Moved("above-endpoint", "false", "true", ("rule:mrd-negative",))
    written = Moved("mrd-negative", "false", "true", ("rule:mrd-negative",))
    summary = _one_of(ReplayResult(0, ReplayClass.CHANGED_OPTIONS, moved=(follows, written)))
    assert [one.rule for one in summary.rules] == ["mrd-negative", "above-endpoint"]


def test_rules_with_most_differences_come_first() -> None:
    def changed(rule: str) -> ReplayResult:
        return ReplayResult(0, ReplayClass.CHANGED_TEXT, moved=(Moved(rule, "true", "false", ()),))

    summary = _one_of(changed("a"), changed("b"), changed("b"))
    assert [one.rule for one in summary.rules] == ["b", "a"]


def test_at_most_fifty_reasons_are_told_apart_and_all_are_counted() -> None:
    summary = _one_of(*(ReplayResult(0, ReplayClass.ERROR, detail=f"reason {n}") for n in range(60)))
    assert [(one.detail, one.records) for one in summary.not_compared][:2] == [("", 10), ("reason 0", 1)]
    assert sum(one.records for one in summary.not_compared) == summary.could_not_be_compared == 60
    assert len(summary.not_compared) == 51


@pytest.mark.parametrize("kind", NOT_COMPARED)
def test_what_could_not_be_compared_is_not_identical(kind: ReplayClass) -> None:
    summary = _one_of(ReplayResult(0, ReplayClass.IDENTICAL), ReplayResult(0, kind, detail="why"))
    assert (summary.is_all_identical, summary.compared, summary.could_not_be_compared) == (False, 1, 1)


@pytest.mark.parametrize(
    ("instants", "expected"),
    [
        ([f"2026-01-{day:02}T09:00:00.000Z" for day in range(1, 31)], ["2026-01-01", "2026-01-30"]),
        (
            [f"2026-{month:02}-{day:02}T09:00:00Z" for month in range(1, 13) for day in range(1, 29)],
            ["2026-01", "2026-12"],
        ),
        (
            [f"20{year:02}-{month:02}-28T09:00:00Z" for year in range(20, 30) for month in range(1, 13)],
            ["2020", "2029"],
        ),
        (
            [
                "",
                "2026-13-01T00:00:00Z",
                "2026-01-011T00:00:00Z",
                "born 1950-01-01",
                "\uff12026-01-01T00:00:00Z",
            ],
            ["", ""],
        ),
    ],
)
def test_results_are_told_by_day_month_or_year_of_the_record(
    instants: list[str], expected: list[str]
) -> None:
    summary = _one_of(*(ReplayResult(0, ReplayClass.IDENTICAL, recorded_at=one) for one in instants))
    assert [summary.over_time[0].since, summary.over_time[-1].since] == expected


def test_how_it_ran_stands_apart_in_the_document_and_changes_nothing_else() -> None:
    summary = _one_of(ReplayResult(0, ReplayClass.IDENTICAL, recorded=OFFER, replayed=OFFER))
    document = json.loads(written_summary(summary))
    ran = document.pop("not_under_the_root")
    assert ran == {
        "runner": "pool",
        "started": "2026-11-24T09:00:00.000Z",
        "ended": "2026-11-24T09:00:03.500Z",
        "records": 7000,
        "records_per_second": 2000,
    }
    other = json.loads(written_summary(replace(summary, ran=replace(RAN, runner="spark", records=1))))
    del other["not_under_the_root"]
    assert other == document
    assert document["schema"] == "pactolus replay summary 1"


def test_a_clock_that_stood_still_gives_no_rate() -> None:
    assert replace(RAN, ended=RAN.started).records_per_second == 0


def test_a_missing_part_gives_no_summary(tmp_path: Path) -> None:
    written_parts(tmp_path, [], [0, 4])
    with pytest.raises(PartUnreadable, match="expected was record 5"):
        summarize(spec_over(5), tmp_path, RAN)


def _peak(tmp_path: Path, size: int) -> int:
    """Bytes that Python holds at most while it summarizes so many results."""
    moved = (Moved("mrd-negative", "true", "false", ("rule:mrd-negative",)),)
    some = [
        ReplayResult(
            n,
            ReplayClass.CHANGED_OUTCOME,
            "2026-01-01T00:00:00Z",
            recorded=OFFER,
            replayed=NEED_DATA,
            moved=moved,
        )
        for n in range(size)
    ]
    folder = tmp_path / str(size)
    written_parts(folder, some, [*range(0, size, 512), size])
    del some
    tracemalloc.start()
    summarize(spec_over(size), folder, RAN)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_is_flat(tmp_path: Path) -> None:
    small, large = _peak(tmp_path, 1_024), _peak(tmp_path, 4_096)
    assert large < 1.5 * small
