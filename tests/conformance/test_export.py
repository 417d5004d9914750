"""What the validators are shown: everything, and faults that are really there.

The validators themselves run by `make conformance`.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from pactolus_engine.decision import Outcome
from tests.conformance.export import GOOD_INPUT, Planted, controls, planted
from tests.conformance.faults import MANGLED, WELL_WRITTEN
from tests.conformance.outputs import Output, outputs, packs
from tests.conformance.own import own_errors
from tests.support.examples import EXAMPLES, ROOT


@cache
def _outputs() -> tuple[Output, ...]:
    return tuple(outputs())


@cache
def _planted() -> tuple[Planted, ...]:
    return tuple(planted(list(_outputs())))


def test_every_case_every_example_and_every_outcome_is_shown() -> None:
    names = [one.name for one in _outputs()]
    cases = {f"case/{pack}/{path.stem}" for pack in packs() for path in _cases(pack)}
    examples = {f"example/{pack}/{path.stem}" for pack in packs() for path in EXAMPLES.glob("*.json")}
    outcomes = {f"outcome/{outcome.value}" for outcome in Outcome}
    assert len(names) == len(set(names))
    assert cases and examples
    assert cases | examples | outcomes <= set(names)
    assert {one.outcome for one in _outputs() if one.outcome is not None} == set(Outcome)
    assert {f"export/{pack}" for pack in packs()} <= set(names)
    assert {"log/plain", "log/public"} <= set(names)
    assert all(any(name.startswith(f"witness/{pack}/") for name in names) for pack in packs())


def _cases(pack: str) -> list[Path]:
    """The case files that come to an answer: no overlay, and no input that must be refused."""
    files = (ROOT / "rules" / pack / "cases").glob("*.yaml")
    cases = [file for file in files if not file.name.endswith(".overlay.yaml")]
    return [file for file in cases if "\n  refused:" not in file.read_text(encoding="utf-8")]


def test_our_own_check_finds_nothing_in_any_answer() -> None:
    assert [(one.name, error) for one in _outputs() for error in own_errors(one.bundle, one.stated)] == []


def test_our_own_check_finds_nothing_in_the_controls() -> None:
    answers = {name: text for name, text in controls(list(_outputs())) if name != "request.json"}
    assert len(answers) > 5
    assert [name for name, text in answers.items() if own_errors(text.encode(), {WELL_WRITTEN})] == []


@pytest.mark.parametrize("written", MANGLED)
def test_a_decimal_that_went_through_a_float_is_seen(written: str) -> None:
    (fault,) = [one for one in _planted() if one.fault == f"{WELL_WRITTEN} written back as {written}"]
    assert fault.own
    assert written in fault.text


def test_every_fault_of_a_request_is_refused_by_the_reader() -> None:
    requests = [one for one in _planted() if one.into == "request"]
    assert len(requests) > 10
    assert [one.fault for one in requests if not one.own] == []


def test_every_fault_changes_something() -> None:
    request = json.loads((EXAMPLES / GOOD_INPUT).read_bytes())
    answers = [json.loads(one.bundle) for one in _outputs()]
    for fault in _planted():
        assert json.loads(fault.text) not in [request, *answers], fault.fault
    assert len({fault.text for fault in _planted()}) == len(_planted())
