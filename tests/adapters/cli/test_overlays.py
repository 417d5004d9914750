"""A site's overlay from the command line to the answer and the record, and one that stops the start."""

import json
from pathlib import Path
from typing import Any

import pytest

from pactolus.v1.evaluation_service_pb2 import PackSelector
from pactolus.v1.rule_pack_service_pb2 import GetRulePackRequest, GetRulePackResponse
from pactolus.v1.rule_pack_service_pb2_grpc import RulePackServiceStub
from tests.adapters.cli.run import Runner, runner
from tests.support.examples import EXAMPLES
from tests.support.service import service

OVERLAY = """\
overlay-for: midas-consolidation
pack-version: 1.0.0
title: A synthetic site
parameters:
  window-days-after:
    value: 60
    rationale: samples travel far
  lvef-minimum:
    value: 40
    rationale: a number for tests
codes:
  mrd-ngs:
    - {system: "local:laboratory", code: MRD-SEQ, display: MRD by sequencing}
"""
_LOCAL = ("https://pactolus.example/fhir/CodeSystem/laboratory", "MRD-SEQ")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def run(data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(data, monkeypatch, capsys)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "midas-consolidation.yaml").write_text(OVERLAY)
    return folder


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    """The negative example, its MRD under the site's own code."""
    bundle = json.loads((EXAMPLES / "negative-ngs.json").read_text())
    resources = [entry["resource"] for entry in bundle["entry"]]
    mrd = next(each for each in resources if each["id"] == "mrd-ngs-negative")
    mrd["code"] = {"coding": [dict(zip(("system", "code"), _LOCAL, strict=True))]}
    file = tmp_path / "patient.json"
    file.write_text(json.dumps(bundle))
    return file


def _decision(run: Runner, *arguments: object) -> dict[str, Any]:
    done = run("evaluate", *arguments, "--at", "2026-03-01T09:00:00Z", "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)["decision"]


def test_a_code_of_the_site_decides_and_the_digest_tells(run: Runner, site: Path, patient: Path) -> None:
    without = _decision(run, patient)
    assert (without["outcome"], [m["fact"] for m in without["missing"]][:1]) == ("OUTCOME_NEED_DATA", ["mrd"])
    with_it = _decision(run, patient, "--overlays", site)
    assert with_it["outcome"] == "OUTCOME_OFFER"
    assert with_it["pack"]["digest"] != without["pack"]["digest"]
    assert with_it["pack"]["version"] == without["pack"]["version"]
    first = [caveat["rule"] for caveat in with_it["options"][0]["caveats"]][:2]
    assert first == ["pack-not-approved", "overlay-not-approved"]


def test_the_window_of_the_site_counts(run: Runner, site: Path, patient: Path) -> None:
    """The end of induction is moved back, so that the sample was taken 60 days after it."""
    bundle = json.loads(patient.read_text())
    resources = {entry["resource"]["id"]: entry["resource"] for entry in bundle["entry"]}
    narrow = site / "midas-consolidation.yaml"
    reasons = []
    for value in ("60", "42"):
        narrow.write_text(OVERLAY.replace("value: 60", f"value: {value}"))
        moved = patient.with_name("moved.json")
        cycles = next(r for r in resources.values() if "induction-cycles" in json.dumps(r.get("code", "")))
        cycles["effectiveDateTime"] = "2025-12-12"
        moved.write_text(json.dumps(bundle))
        decision = _decision(run, moved, "--overlays", site)
        reasons.append({r["rule"] for r in decision["reasons"] if r["truth"] == "true"})
    assert "sample-after-window" not in reasons[0]
    assert "sample-after-window" in reasons[1]


def test_rules_that_are_off_are_in_the_trace_until_they_are_set(run: Runner, site: Path) -> None:
    file = EXAMPLES / "negative-ngs.json"
    off = {rule["rule"]: rule for rule in _decision(run, file)["trace"]["rulesOff"]}
    assert off["lvef-blocks-isa-krd-x6"]["parameters"] == ["lvef-minimum"]
    assert "creatinine-clearance-unknown" in off
    left = {rule["rule"] for rule in _decision(run, file, "--overlays", site)["trace"]["rulesOff"]}
    assert left == {rule for rule in off if rule.startswith("creatinine-clearance")}
    assert "Not checked: this site has not set" in run("evaluate", file).out


def test_the_folder_may_come_from_the_environment(
    run: Runner, site: Path, patient: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTOLUS_OVERLAYS", str(site))
    assert _decision(run, patient)["outcome"] == "OUTCOME_OFFER"


@pytest.mark.parametrize("command", ["serve", "evaluate"])
def test_a_bad_overlay_stops_the_start_with_every_place(
    run: Runner, site: Path, data: Path, command: str
) -> None:
    text = OVERLAY.replace("value: 60", "value: 91").replace("mrd-ngs", "mrd-mass")
    (site / "midas-consolidation.yaml").write_text(text)
    (site / "midas-other.yaml").write_text(text)
    arguments = ["--port", 0] if command == "serve" else [EXAMPLES / "lone-observation.json"]
    done = run(command, *arguments, "--overlays", site)
    assert (done.code, done.out) == (4, "")
    for place in ("midas-consolidation.yaml:6:12", "midas-consolidation.yaml:12:3", "midas-other.yaml:1:1"):
        assert f"overlays/{place}: " in done.err
    assert not data.exists(), "nothing is written before the overlays are read"


@pytest.mark.parametrize(
    ("code_set", "code", "message"),
    [
        (
            "mrd-ngs",
            'system: "http://loinc.org", code: 93021-4',
            "two things of `mrd`: it is in `mrd-flow` too",
        ),
        ("mrd-lod", 'system: "local:mrd", code: haemodilution', "it is in `mrd-haemodilution` too"),
        ("finding-positive", 'system: "http://snomed.info/sct", code: "260385009"', "of `imaging`"),
    ],
)
def test_a_code_that_would_mean_two_things_of_our_pack_is_refused(
    run: Runner, site: Path, code_set: str, code: str, message: str
) -> None:
    old = '  mrd-ngs:\n    - {system: "local:laboratory", code: MRD-SEQ, display: MRD by sequencing}\n'
    assert old in OVERLAY
    (site / "midas-consolidation.yaml").write_text(OVERLAY.replace(old, f"  {code_set}:\n    - {{{code}}}\n"))
    done = run("evaluate", EXAMPLES / "lone-observation.json", "--overlays", site)
    assert done.code == 4
    assert message in done.err
    assert done.err.count("overlays/midas-consolidation.yaml:13:7: ") == 1


def test_the_server_shows_what_is_in_force(site: Path, data: Path) -> None:
    with service(data, overlays=site) as served:
        got: GetRulePackResponse = RulePackServiceStub(served.channel).GetRulePack(
            GetRulePackRequest(pack=PackSelector(id="midas-consolidation")), timeout=30
        )
    assert got.overlay.title == "A synthetic site"
    assert [(one.code_set, one.code) for one in got.overlay.codes] == [("mrd-ngs", "MRD-SEQ")]
    parameters = {each.id: each for each in got.parameters}
    window, clearance = parameters["window-days-after"], parameters["creatinine-clearance-minimum"]
    assert (window.value, window.default_value, window.site_rationale) == ("60", "42", "samples travel far")
    assert (clearance.value, clearance.default_value) == ("", "")
    off = {rule.id for rule in got.rules if rule.off_for_want_of}
    assert "creatinine-clearance-unknown" in off
    assert "lvef-unknown" not in off
