"""`pactolus audit list`: the table, its filters, and the report of who has looked."""

import json

import pytest

from tests.adapters.cli.run import Runner

PATIENT = "Patient/testpatient-negative"


def _indexes(run: Runner, *options: object) -> list[int]:
    done = run("audit", "list", *options, "--json")
    assert done.code == 0, done.err
    return [json.loads(line)["index"] for line in done.out.splitlines()]


def test_the_table_has_a_line_for_each_record(run: Runner) -> None:
    done = run("audit", "list")
    assert (done.code, done.err) == (0, "")
    header, first, *others, count = done.out.splitlines()
    assert header.split()[:3] == ["record", "event", "recorded"]
    assert first.startswith("0 ")
    assert "midas-consolidation 1.0.0" in first
    assert len(others) == 4
    assert count == "found: 5 records"


def test_filters_narrow(run: Runner) -> None:
    assert _indexes(run, "--outcome", "need_data") == [4]
    assert _indexes(run, "--tenant", "south") == [3]
    assert _indexes(run, "--pack", "midas-consolidation@9.9.9") == []
    assert _indexes(run, "--rule", "offer-isa-krd-x6", "--outcome", "OFFER") == [0, 3]
    assert _indexes(run, "--since", "2100-01-01T00:00:00Z") == []
    assert _indexes(run, "--until", "2100-01-01T00:00:00Z", "--event", "evaluation") == [0, 1, 2, 3, 4]
    assert _indexes(run, "--patient", PATIENT, "--event", "evaluation") == [0, 1, 3]
    assert _indexes(run, "--patient", PATIENT, "--event", "evaluation", "--tenant", "south") == [3]


def test_who_has_looked_at_a_patient_is_listed(run: Runner) -> None:
    run("audit", "show", 0)
    run("audit", "list", "--patient", PATIENT)
    done = run("audit", "list", "--patient", PATIENT, "--event", "read")
    _, shown, listed, count = done.out.splitlines()
    assert "cli:" in shown
    assert shown.endswith("about record 0")
    assert listed.split()[0] == "6"
    assert count == "found: 2 records"
    assert _indexes(run, "--about", 0, "--event", "read")[:1] == [5]


def test_more_than_the_limit_is_said(run: Runner) -> None:
    done = run("audit", "list", "--limit", 2)
    assert done.out.splitlines()[-1] == "found: 2 records"
    assert "there are more" in done.err
    assert _indexes(run, "--all")[:3] == [0, 1, 2]


def test_an_unknown_patient_is_no_all_clear(run: Runner) -> None:
    done = run("audit", "list", "--patient", "Patient/unheard-of", "--event", "read")
    assert done.out == "found: 0 records\n"
    assert "no record is known under this name of a patient" in done.err


@pytest.mark.parametrize(
    "options", [("--event", "look"), ("--outcome", "MAYBE"), ("--since", "2026-01-01"), ("--limit", "0")]
)
def test_a_filter_that_means_nothing_is_refused(run: Runner, options: tuple[str, str]) -> None:
    assert run("audit", "list", *options).code == 2


@pytest.mark.parametrize("index", [99, 2**63, 10**30])
def test_a_list_about_a_record_that_is_not_there_is_refused(run: Runner, index: int) -> None:
    done = run("audit", "list", "--about", index)
    assert (done.code, done.out) == (3, "")
    assert "no record at this `index`" in done.err
