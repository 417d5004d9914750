"""Every case of every pack under `rules`, by name, through the whole core with both engines."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.packs.folder import read_pack_files
from pactolus_adapters.settings import Settings
from pactolus_engine.cases import Case, Expectation, read_cases
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.errors import InputInvalid
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Effect, Place
from pactolus_engine.pack.read import read_pack
from tests.support.earlier_cases import answered_after
from tests.support.small_packs import InProcess

_RULES = Path(__file__).resolve().parents[2] / "rules"
_PACKS = sorted(path.name for path in _RULES.iterdir() if path.is_dir() and path.name[0] not in "._")


def _case_files(pack: str) -> list[Path]:
    files = sorted((_RULES / pack / "cases").glob("*.yaml"))
    return [file for file in files if not file.name.endswith(".overlay.yaml")]


_CASES = [(pack, file.name) for pack in _PACKS for file in _case_files(pack)]


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A pack, with one of the overlays of its cases or none, and its cases by file name."""

    files: Mapping[str, bytes]
    compiled: CompiledPack
    cases: Mapping[str, Case]
    matcher: InProcess


@cache
def _loaded(pack_name: str, overlay: str = "") -> _Loaded:
    files = read_pack_files(_RULES / pack_name)
    pack = read_pack(pack_name, files, overlay=(overlay, files[overlay]) if overlay else None)
    cases = {case.place.file.removeprefix("cases/"): case for case in read_cases(files, pack)}
    return _Loaded(files, compile_pack(pack), cases, InProcess())


def differences(case: Case, loaded: _Loaded) -> dict[str, object]:
    """What comes out of a case where it says something else; empty when all is as it says."""
    try:
        decision = _decided(case, loaded)
    except InputInvalid as refusal:
        places = tuple(sorted({violation.field for violation in refusal.violations}))
        return {} if places == case.expect.refused else {"refused": places}
    if case.expect.refused:
        return {"refused": ()}
    return _differences(decision, case.expect, loaded)


def told(case: Case, found: Mapping[str, object]) -> list[str]:
    """A line for each difference: the file, what was expected, what came out."""
    return [
        f"{case.place.file}: {key}: expected {_shown(_expected(case.expect, key))}, got {_shown(got)}"
        for key, got in found.items()
    ]


def _expected(expect: Expectation, key: str) -> object:
    """What the case says under the key of a difference, which may go on with the id of a rule."""
    said: dict[str, object] = {"fired": "true", "not-fired": "anything but true"}
    word, *rule = key.split(" ")
    if rule:
        return said.get(word, "a rule of another effect")
    return getattr(expect, word)


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {each}" for key, each in sorted(value.items())) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value in (None, "") else str(value)


def _facts(case: Case, loaded: _Loaded) -> FactSet:
    if case.facts is not None:
        return case.facts
    settings = Settings()
    return read(
        (loaded.files[case.resources],),
        b"",
        "",
        loaded.compiled.pack,
        local_base=settings.code_systems,
        limits=Limits(settings.resource_bytes, settings.request_bytes),
    )


def _decided(case: Case, loaded: _Loaded) -> Decision:
    if case.earlier:
        return answered_after(case, loaded.files, loaded.compiled, loaded.matcher).decision
    return evaluate(_facts(case, loaded), loaded.compiled, case.at, loaded.matcher)


def _differences(decision: Decision, expect: Expectation, loaded: _Loaded) -> dict[str, object]:
    """What came out where the case says something else; empty when all is as it says."""
    retracted, outcome = decision.retracted, decision.outcome
    decision = decision.replacement or decision
    truths = {rule.rule: rule.truth for rule in decision.trace.rules}
    acting = {rule.id for rule in loaded.compiled.pack.rules.values() if rule.effect is not Effect.DEFINE}
    found: dict[str, object] = {
        "outcome": outcome,
        "replacement": decision.outcome,
        "status": " or ".join(sorted({one.new_status for one in retracted})),
        "options": sorted(option.id for option in decision.options),
        "missing": [missing.fact for missing in decision.missing],
        "conclusions": {conclusion.id: conclusion.value for conclusion in decision.conclusions},
        "off": [rule.rule for rule in decision.trace.rules_off],
    }
    said: dict[str, object] = {
        "outcome": expect.outcome,
        "replacement": expect.replacement,
        "status": expect.status,
        "options": None if expect.options is None else sorted(expect.options),
        "missing": None if expect.missing is None else list(expect.missing),
        "conclusions": expect.conclusions,
        "off": None if expect.off is None else sorted(expect.off),
    }
    wrong = {key: found[key] for key, value in said.items() if value is not None and value != found[key]}
    wrong |= {f"fired {rule}": truths.get(rule) for rule in expect.fired if truths.get(rule) != "true"}
    wrong |= {f"not-fired {rule}": "true" for rule in expect.not_fired if truths.get(rule) == "true"}
    return wrong | {f"{rule} is a definition": "" for rule in {*expect.fired, *expect.not_fired} - acting}


@pytest.mark.parametrize(
    ("pack_name", "file"), [pytest.param(*case, id=f"{case[0]}/{case[1][:-5]}") for case in _CASES]
)
def test_case(pack_name: str, file: str) -> None:
    case = _loaded(pack_name).cases[file]
    found = differences(case, _loaded(pack_name, case.overlay))
    if found:
        pytest.fail("\n".join([case.name, *told(case, found)]), pytrace=False)


@pytest.mark.parametrize("pack_name", _PACKS)
def test_every_pack_has_cases_and_each_is_read(pack_name: str) -> None:
    loaded = _loaded(pack_name)
    assert set(loaded.cases) == {file for pack, file in _CASES if pack == pack_name} != set()
    names = [case.name for case in loaded.cases.values()]
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
    loaded = _loaded("midas-consolidation")
    file = "cases/lone.json"
    with_file = _Loaded({**loaded.files, file: _lone_result()}, loaded.compiled, {}, loaded.matcher)
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    case = Case("a lone result", at, None, file, expect, Place(file, 1, 1))
    assert set(_differences(_decided(case, with_file), expect, with_file)) == differing


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
