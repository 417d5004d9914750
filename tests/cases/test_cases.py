"""Every case of every pack under `rules`, by name, through the whole core with both engines."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pactolus_adapters.authoring.draft import Draft, open_draft
from pactolus_adapters.authoring.run_cases import run_case, told
from pactolus_engine.cases import Case, Expectation
from pactolus_engine.decision import Outcome
from pactolus_engine.pack.model import Place
from tests.support.small_packs import InProcess

_RULES = Path(__file__).resolve().parents[2] / "rules"
_PACKS = sorted(path.name for path in _RULES.iterdir() if path.is_dir() and path.name[0] not in "._")


def _case_files(pack: str) -> list[Path]:
    files = sorted((_RULES / pack / "cases").glob("*.yaml"))
    return [file for file in files if not file.name.endswith(".overlay.yaml")]


_CASES = [(pack, file.name) for pack in _PACKS for file in _case_files(pack)]


_MATCHER = InProcess()


@cache
def draft(pack_name: str) -> Draft:
    """The pack of that name under `rules`."""
    return open_draft(_RULES / pack_name)


@cache
def _cases(pack_name: str) -> dict[str, Case]:
    return {case.place.file.removeprefix("cases/"): case for case in draft(pack_name).cases()}


@pytest.mark.parametrize(
    ("pack_name", "file"), [pytest.param(*case, id=f"{case[0]}/{case[1][:-5]}") for case in _CASES]
)
def test_case(pack_name: str, file: str) -> None:
    case = _cases(pack_name)[file]
    result = run_case(case, draft(pack_name), _MATCHER)
    if not result.passed:
        pytest.fail("\n".join([case.name, *told(case, result.differences)]), pytrace=False)


@pytest.mark.parametrize("pack_name", _PACKS)
def test_every_pack_has_cases_and_each_is_read(pack_name: str) -> None:
    cases = _cases(pack_name)
    assert set(cases) == {file for pack, file in _CASES if pack == pack_name} != set()
    names = [case.name for case in cases.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("expect", "differing"),
    [
        (Expectation(Outcome.HOLD), {"outcome"}),
        (Expectation(Outcome.NEED_DATA, options=("isa-krd-x6",)), {"options"}),
        (Expectation(Outcome.NEED_DATA, missing=()), {"missing"}),
        (Expectation(Outcome.NEED_DATA, conclusions={"mrd-status": "positive"}), {"conclusions"}),
        (Expectation(Outcome.NEED_DATA, fired=("age-66-or-over",)), {"fired age-66-or-over"}),
        (
            Expectation(Outcome.NEED_DATA, not_fired=("mrd-status-negative",)),
            {"not-fired mrd-status-negative"},
        ),
        (Expectation(Outcome.NEED_DATA, options=(), fired=("mrd-status-negative",)), set()),
    ],
)
def test_a_case_through_fhir_is_checked_in_every_part(expect: Expectation, differing: set[str]) -> None:
    """A lone result by flow cytometry, as `resources:` would name it."""
    own, file = draft("midas-consolidation"), "cases/lone.json"
    with_file = Draft(own.name, {**own.files, file: _lone_result()}, own.compiled)
    case = Case("a lone result", datetime(2026, 3, 1, 9, tzinfo=UTC), None, file, expect, Place(file, 1, 1))
    assert set(run_case(case, with_file, _MATCHER).differences) == differing


def test_a_difference_is_told_with_the_file_and_both_sides() -> None:
    expect = Expectation(
        Outcome.OUT_OF_SCOPE, options=(), fired=("too-old",), conclusions={"mrd-status": "positive"}
    )
    case = Case(
        "too old", datetime(2026, 3, 1, 9, tzinfo=UTC), None, "", expect, Place("cases/old.yaml", 1, 1)
    )
    found = {"outcome": Outcome.OFFER, "options": ["a", "b"], "conclusions": {}, "fired too-old": "unknown"}
    assert told(case, found) == [
        "cases/old.yaml: outcome: expected OUT_OF_SCOPE, got OFFER",
        "cases/old.yaml: options: expected none, got a, b",
        "cases/old.yaml: conclusions: expected mrd-status = positive, got none",
        "cases/old.yaml: fired too-old: expected true, got unknown",
    ]


def _lone_result() -> bytes:
    quantity = {"value": "VALUE", "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"}
    observation = {
        "resourceType": "Observation",
        "id": "lone",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "93021-4"}]},
        "subject": {"reference": "Patient/synthetic"},
        "effectiveDateTime": "2026-02-20",
        "valueQuantity": quantity,
    }
    return json.dumps(observation).replace('"VALUE"', "0.0002").encode()
