"""Packs as FHIR: whole, deterministic, without doses, pointing at nothing that is not there."""

import json
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from pactolus_adapters.authoring.draft import open_draft
from pactolus_adapters.authoring.export import NotWritable, export_bundle, export_into
from pactolus_adapters.fhir.codes import has_wrong_check_digit
from pactolus_adapters.fhir.envelope import Envelope
from pactolus_adapters.fhir.export import exported
from pactolus_adapters.fhir.export_attributes import _USES, source_attributes
from pactolus_adapters.fhir.export_plan import RULE_LANGUAGE, WORDS
from pactolus_adapters.fhir.export_terms import resource_id
from pactolus_adapters.fhir.write import write
from pactolus_adapters.settings import Settings
from pactolus_engine.decision import Outcome, PackIdentity
from pactolus_engine.pack.approval import Approval, Approved
from pactolus_engine.pack.model import Effect
from pactolus_engine.pack.read import read_pack
from tests.adapters.fhir_export.golden import GOLDEN, PACK, artifacts_of
from tests.cases.test_cases import draft
from tests.support.decisions import a_decision, some_facts

Json = dict[str, Any]

_BASE = Settings().code_systems
_RULES = Path(__file__).resolve().parents[3] / "rules"
_PACKS = sorted(path.parent.name for path in _RULES.glob("*/pack.yaml"))
_CANONICAL = {"library", "definitionCanonical", "valueCanonical", "instantiatesCanonical"}
_DOSED = {"dosage", "dosageInstruction", "dose", "doseQuantity", "quantity", "timingTiming"}


def _artifacts(pack_name: str) -> list[Json]:
    one = draft(pack_name)
    found = exported(one.pack, one.files, local_base=_BASE)
    return [json.loads(content) for content in found.values()]


def _of(kind: str, artifacts: list[Json]) -> list[Json]:
    return [one for one in artifacts if one["resourceType"] == kind]


def _elements(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from _elements(value)
    elif isinstance(node, list):
        for part in node:
            yield from _elements(part)


def test_the_small_pack_is_exported_as_it_was(tmp_path: Path) -> None:
    """After a change that is meant: `python -m tests.adapters.fhir_export.golden`, and look."""
    export_into(PACK, tmp_path / "new", local_base=_BASE)
    written = {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}
    assert written == {path.name: path.read_bytes() for path in GOLDEN.iterdir()}


@pytest.mark.parametrize("pack_name", _PACKS)
def test_every_canonical_is_in_the_export(pack_name: str) -> None:
    artifacts = _artifacts(pack_name)
    there = {f"{one['url']}|{one['version']}" for one in artifacts}
    named = [value for one in artifacts for key, value in _elements(one) if key in _CANONICAL]
    canonicals = {one for value in named for one in (value if isinstance(value, list) else [value])}
    assert canonicals
    assert canonicals <= there
    plan, library = f"PlanDefinition/{pack_name}", f"Library/{pack_name}"
    unnamed = {one for one in there - canonicals if plan not in one and library not in one}
    assert not unnamed


@pytest.mark.parametrize("pack_name", _PACKS)
def test_a_care_plan_names_the_plan_that_is_exported(pack_name: str) -> None:
    pack = draft(pack_name).pack
    decision = replace(
        a_decision(Outcome.NEED_DATA), missing=(), pack=PackIdentity(pack.id, pack.version, pack.digest)
    )
    answer = json.loads(write(decision, pack, some_facts(), Envelope(), local_base=_BASE, engine_version="1"))
    named = {one for entry in answer["entry"] for one in entry["resource"].get("instantiatesCanonical", [])}
    (plan,) = _of("PlanDefinition", _artifacts(pack_name))
    assert named == {f"{plan['url']}|{plan['version']}"}


@pytest.mark.parametrize("pack_name", _PACKS)
def test_every_rule_and_option_is_an_action_with_one_condition(pack_name: str) -> None:
    pack = draft(pack_name).pack
    (plan,) = _of("PlanDefinition", _artifacts(pack_name))
    actions = {
        one["id"]: one for key, value in _elements(plan) if key == "action" for one in value if "id" in one
    }
    acting = [rule.id for rule in pack.rules.values() if rule.effect is not Effect.DEFINE]
    expected = {f"rule.{name}" for name in (*acting, *pack.rules_off)} | {
        f"option.{one}" for one in pack.options
    }
    assert {name for name in actions if "." in name} == expected
    for name in expected:
        (condition,) = actions[name]["condition"]
        (extension,) = condition["modifierExtension"]
        said = {part["url"]: part for part in extension["extension"]}
        written = name.removeprefix("rule.") in acting
        assert said["language"]["valueCode"] == (RULE_LANGUAGE if written else WORDS)
        assert said["text"]["valueString"].startswith(f"id: {name[5:]}\n") is written


@pytest.mark.parametrize("pack_name", _PACKS)
def test_activities_are_proposals_without_doses(pack_name: str) -> None:
    artifacts = _artifacts(pack_name)
    activities = _of("ActivityDefinition", artifacts)
    pack = draft(pack_name).pack
    assert len(activities) == sum(len(option.requests) for option in pack.options.values())
    assert all((one["intent"], one["doNotPerform"]) == ("proposal", False) for one in activities)
    assert not {key for one in activities for key, _ in _elements(one)} & _DOSED
    assert not {key for key, _ in _elements(_of("PlanDefinition", artifacts))} & _DOSED


@pytest.mark.parametrize("pack_name", _PACKS)
def test_who_holds_the_library_holds_the_pack(pack_name: str) -> None:
    (library,) = _of("Library", _artifacts(pack_name))
    files = {one["title"]: b64decode(one["data"]) for one in library["content"]}
    for one in library["content"]:
        content = files[one["title"]]
        assert (one["size"], b64decode(one["hash"])) == (len(content), sha1(content).digest())
    assert files == dict(draft(pack_name).files)
    assert read_pack(pack_name, files).digest == library["identifier"][0]["value"]


@pytest.mark.parametrize("pack_name", _PACKS)
def test_every_base_fact_is_asked_for(pack_name: str) -> None:
    (library,) = _of("Library", _artifacts(pack_name))
    asked = {one["id"].partition(".")[0] for one in library["dataRequirement"]}
    assert asked == {fact.id for fact in draft(pack_name).pack.facts.values() if fact.derivation is None}


@pytest.mark.parametrize("pack_name", _PACKS)
def test_the_library_carries_thirteen_attributes_each_with_a_value(pack_name: str) -> None:
    (library,) = _of("Library", _artifacts(pack_name))
    (extension,) = library["extension"]
    parts = extension["extension"]
    assert len({part["url"] for part in parts}) == len(parts) == 13
    assert all(part["valueString"].strip() for part in parts)


def test_what_a_pack_uses_follows_from_its_facts() -> None:
    pack = open_draft(PACK).pack
    said = {one.name: one.value for one in source_attributes(pack)}
    assert [one.number for one in source_attributes(pack)] == list(range(1, 14))
    assert said["use-of-date-of-birth"] == "used: birth-date; by way of it: age"
    assert said["use-of-sex"] == "used: sex"
    assert said["funding-source"].startswith("unknown")
    fewer = {name: fact for name, fact in pack.facts.items() if name not in {"birth-date", "age", "sex"}}
    without = {one.name: one.value for one in source_attributes(replace(pack, facts=fewer))}
    assert without["use-of-date-of-birth"].startswith("not used")
    assert without["use-of-sex"].startswith("not used")


def test_the_loinc_numbers_of_the_table_are_spelt_right() -> None:
    numbers = [number for _, _, codes in _USES.values() for number in codes]
    assert len(numbers) == len(set(numbers)) > 20
    codings = [{"coding": [{"system": "http://loinc.org", "code": number}]} for number in numbers]
    assert not [one for one in codings if has_wrong_check_digit(one)]


def test_only_an_approved_pack_is_active() -> None:
    one = open_draft(PACK)
    signed = Approval(Approved.PACK, one.pack.content_digest, "Nobody N", "haematologist", date(2026, 2, 1))
    lapsed = replace(signed, digest="00" * 32)
    for approvals, stands in (
        ((), ("draft", True)),
        ((lapsed,), ("draft", True)),
        ((signed,), ("active", False)),
    ):
        pack = replace(one.pack, approvals=approvals)
        found = [json.loads(content) for content in exported(pack, one.files, local_base=_BASE).values()]
        assert {(each["status"], each["experimental"]) for each in found} == {stands}


def test_long_ids_stay_apart_and_within_the_limit() -> None:
    long = "a" * 60
    ids = {resource_id(long, "option", str(number)) for number in range(20)}
    assert len(ids) == 20
    assert {len(one) for one in ids} == {64}
    assert resource_id("pack", "option", "1") == "pack-option-1"


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "older.json").write_text("{}")
    with pytest.raises(NotWritable, match="not empty"):
        export_into(PACK, tmp_path, local_base=_BASE)
    assert [path.name for path in tmp_path.iterdir()] == ["older.json"]


def test_the_bundle_holds_what_the_folder_holds(tmp_path: Path) -> None:
    export_bundle(PACK, tmp_path / "all.json", local_base=_BASE)
    bundle = json.loads((tmp_path / "all.json").read_bytes())
    resources = [entry["resource"] for entry in bundle["entry"]]
    assert sorted(map(str, resources)) == sorted(map(str, artifacts_of(GOLDEN)))
    assert [entry["fullUrl"] for entry in bundle["entry"]] == [one["url"] for one in resources]
    assert [path.name for path in tmp_path.iterdir()] == ["all.json"]
