"""From an edited pack to one that is served, by the command line, and the caveats that go with an approval."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pactolus.v1.evaluation_service_pb2 import PackSelector
from pactolus.v1.rule_pack_service_pb2 import GetRulePackRequest, ListRulePacksRequest
from pactolus.v1.rule_pack_service_pb2_grpc import RulePackServiceStub
from pactolus_adapters.authoring.publish import publish
from tests.adapters.cli.run import Runner, runner
from tests.support.examples import AT, EXAMPLES, ROOT
from tests.support.released import NOW, Bench
from tests.support.service import service

_WHO = ("--as", "Dr. A. Example", "--role", "haematologist", "--date", "2026-11-20")
_PACK = "midas-consolidation"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def real(bench: Bench) -> Path:
    """The consolidation pack in a folder of its own, to be signed off."""
    folder = bench.root / "rules" / _PACK
    shutil.copytree(ROOT / "rules" / _PACK, folder, ignore=shutil.ignore_patterns("cases"))
    return folder


def _offer(run: Runner, *arguments: object) -> dict[str, Any]:
    done = run("evaluate", EXAMPLES / "negative-ngs.json", "--at", AT, "--json", *arguments)
    assert (done.code, done.err) == (0, "")
    decision: dict[str, Any] = json.loads(done.out)["decision"]
    assert decision["outcome"] == "OUTCOME_OFFER"
    return decision


def _approval_caveats(decision: dict[str, Any]) -> list[str]:
    return [one["rule"] for one in decision["options"][0]["caveats"] if one["rule"].endswith("not-approved")]


def test_the_whole_way_by_the_command_line(
    run: Runner, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pactolus_adapters.authoring.gates.all_gates", lambda at: ())
    key, releases, pack = bench.root / "publisher.pem", bench.releases, bench.pack
    made = run("rules", "keygen", key)
    assert made.out.startswith("key ")
    trust = ("--trust", f"{key}.pub")
    assert run("rules", "verify", pack, *trust).code == 4
    assert run("rules", "sign", pack, "--key", key).out.startswith("signed: minimal 1.2.3, content ")
    assert run("rules", "verify", pack, *trust).out.startswith("verified: minimal 1.2.3, ")
    assert json.loads(run("rules", "verify", pack, *trust, "--json").out)["version"] == "1.2.3"
    approved = run("rules", "approve", pack, *_WHO)
    assert "by Dr. A. Example (haematologist, 2026-11-20)" in approved.out
    assert "still open: not clinically approved: values that wait" in approved.out
    to = ("--releases", releases, "--key", key)
    assert run("rules", "publish", pack, *to).out == "published: minimal 1.2.3\n"
    again = json.loads(run("rules", "publish", pack, *to, "--json").out)
    assert (again["published"], again["isNew"]) == (True, False)
    listed = run("rules", "releases", "--releases", releases, *trust)
    assert listed.out.startswith("minimal 1.2.3: signed by key ")
    operator = ("--releases", releases, *trust, "--as", "A. Operator")
    activated = run("rules", "activate", "minimal@1.2.3", *operator)
    assert activated.out.startswith("minimal 1.2.3: active from the next start of the server on\nhead of")
    assert "was active already" in run("rules", "activate", "minimal@1.2.3", *operator).out
    listing = json.loads(run("rules", "releases", "--releases", releases, *trust, "--json").out)
    assert [(one["pack"], one["active"], one["problem"]) for one in listing["releases"]] == [
        ("minimal", True, "")
    ]
    assert activated.out.endswith(f"{listing['head']}\n")
    patient = EXAMPLES / "negative-ngs.json"
    chosen = ("--releases", releases, *trust)
    monkeypatch.setenv("PACTOLUS_PACK", "minimal")
    assert run("evaluate", patient, "--at", AT, *chosen).code == 0
    (releases / "minimal/1.2.3/pack/README.md").write_text("edited")
    broken = run("evaluate", patient, "--at", AT, *chosen)
    assert (broken.code, broken.out) == (4, "")
    assert "minimal/1.2.3/pack/README.md:1:1: the content is not what was published" in broken.err
    assert run("rules", "releases", "--releases", releases, *trust).code == 1


@pytest.mark.parametrize("verb", [("releases",), ("activate", "minimal@1.2.3", "--as", "A. Operator")])
def test_a_folder_in_which_nothing_was_published_is_named(
    run: Runner, tmp_path: Path, verb: tuple[str, ...]
) -> None:
    told = run("rules", *verb, "--releases", tmp_path / "none", "--trust", "publisher.pem.pub")
    assert told.code == 2 and f"no folder `{tmp_path / 'none'}`" in told.err


def test_an_offer_names_what_is_not_approved_until_all_of_it_is(
    run: Runner, bench: Bench, real: Path
) -> None:
    rules = ("--rules", bench.root / "rules")
    before = _offer(run, *rules)
    assert _approval_caveats(before) == ["pack-not-approved", "parameters-not-approved"]
    assert run("rules", "approve", real, *_WHO).code == 0
    waiting = _offer(run, *rules)
    assert _approval_caveats(waiting) == ["parameters-not-approved"]
    for parameter in ("lod-events", "window-days-after", "window-days-before"):
        assert run("rules", "approve", real, *_WHO, "--parameter", parameter).code == 0
    after = _offer(run, *rules)
    assert _approval_caveats(after) == []
    assert len({one["pack"]["digest"] for one in (before, waiting, after)}) == 3
    (real / "README.md").write_text("one word is another")
    assert _approval_caveats(_offer(run, *rules)) == ["pack-not-approved", "parameters-not-approved"]


def test_a_released_pack_is_served_with_the_overlay_of_the_site(
    run: Runner, bench: Bench, real: Path, tmp_path: Path
) -> None:
    publish(real, bench.releases, bench.key, (), now=lambda: NOW, trust=(), tell=lambda _: None)
    operator = ("--releases", bench.releases, "--trust", bench.trust[0], "--as", "A. Operator")
    assert run("rules", "activate", f"{_PACK}@1.0.0", *operator).code == 0
    site = tmp_path / "site"
    site.mkdir()
    overlay = site / f"{_PACK}.yaml"
    overlay.write_text(
        f"overlay-for: {_PACK}\npack-version: 1.0.0\ntitle: A synthetic site\n"
        "parameters:\n  window-days-after: {value: 60, rationale: samples travel far}\n"
    )
    published = bench.releases / _PACK / "1.0.0/pack"
    for more in (("--overlay", overlay), ("--overlay", overlay, "--parameter", "window-days-after")):
        assert run("rules", "approve", published, *_WHO, *more).code == 0
    chosen: dict[str, Any] = {"releases": bench.releases, "trust": bench.trust, "overlays": site}
    decided = _offer(run, "--releases", bench.releases, "--trust", bench.trust[0], "--overlays", site)
    assert _approval_caveats(decided) == ["pack-not-approved", "parameters-not-approved"]
    with service(tmp_path / "served", **chosen) as served:
        stub = RulePackServiceStub(served.channel)
        (summary,) = stub.ListRulePacks(ListRulePacksRequest()).packs
        got = stub.GetRulePack(GetRulePackRequest(pack=PackSelector(id=_PACK)))
    assert (summary.pack.version, summary.active, summary.approved_by) == ("1.0.0", True, "")
    assert summary.pack.digest == decided["pack"]["digest"]
    assert got.overlay.approved_by == "Dr. A. Example (haematologist, 2026-11-20)"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("evaluate", "{patient}", "--releases", "{root}"), 2, "`releases` is set and `trust` is not"),
        (("evaluate", "{patient}", "--trust", "{trust}"), 2, "`trust` is set and `releases` is not"),
        (("evaluate", "{patient}", "--releases", "{root}/x", "--trust", "{key}"), 2, "holds no public key"),
        (("evaluate", "{patient}", "--releases", "{root}/x", "--trust", "{trust}"), 4, "cannot be read"),
        (("rules", "verify", "{pack}"), 2, "PACTOLUS_TRUST"),
        (("rules", "publish", "{pack}", "--key", "{key}"), 2, "PACTOLUS_RELEASES"),
        (("rules", "activate", "minimal", "--as", "Op"), 2, "expected ID@VERSION"),
        (
            (
                "rules",
                "activate",
                "minimal@1.0.0",
                "--as",
                "Op",
                "--releases",
                "{root}",
                "--trust",
                "{trust}",
            ),
            4,
            "no such thing belongs",
        ),
        (("rules", "keygen", "{key}"), 2, "is there already"),
        (
            ("rules", "approve", "{pack}", "--as", "A", "--role", "r", "--date", "2999-01-01"),
            2,
            "after today",
        ),
        (("rules", "approve", "{pack}", "--as", "A", "--role", "r", "--parameter", "x"), 2, "those that do"),
        (
            (
                "rules",
                "approve",
                "{pack}",
                "--as",
                "A",
                "--role",
                "r",
                "--overlay",
                "{patient}",
                "--overlays",
                "{root}",
            ),
            2,
            "name one of",
        ),
    ],
)
def test_a_mistaken_call_changes_nothing(
    run: Runner, bench: Bench, arguments: tuple[str, ...], code: int, told: str
) -> None:
    patient = bench.root / "patient.json"
    patient.write_text("{}")
    places = {"patient": patient, "root": bench.root, "pack": bench.pack, "key": bench.key}
    before = sorted(bench.root.rglob("*"))
    done = run(*(each.format(trust=bench.trust[0], **places) for each in arguments))
    assert done.code == code
    assert told in done.err
    assert sorted(bench.root.rglob("*")) == before
