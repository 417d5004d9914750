"""`pactolus rules mutate`: its report, its options, its exit codes."""

import json
from pathlib import Path

import pytest

from pactolus_adapters.cli.exits import Exit
from pactolus_engine.mutants.operators import OPERATORS
from tests.adapters.cli.run import Runner, runner
from tests.support.tiny_pack import one_rule_pack

_SIX = "name: six\nat: 2026-03-01T09:00:00Z\nfacts: {cycles: 6}\nexpect: {outcome: CONCLUDED}\n"
_STATED = "- mutant: fact/cycles/several/earliest\n  reason: one count is sent\n"


@pytest.fixture
def run(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Runner:
    return runner(tmp_path_factory.mktemp("data"), monkeypatch, capsys)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The folder of a pack of one rule, of which one case kills 3 of 8."""
    for name, content in one_rule_pack({"six": _SIX}, {"mutants.yaml": _STATED}).files.items():
        file = tmp_path / "tiny" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return tmp_path / "tiny"


def test_the_report_scores_and_lists_the_survivors_with_place_and_reason(run: Runner, tiny: Path) -> None:
    done = run("rules", "mutate", tiny, "--jobs", 1)
    assert done.code == Exit.OUTCOME
    lines = done.out.splitlines()
    assert lines[-5:] == [
        "   What survived without a reason wants a case that notices it, or a line in `mutants.yaml` that",
        "   says why it does no harm.",
        "",
        "tiny 1.0.0: 37.5 % of mutants killed (3 of 8)",
        "   9 mutants by 1 case: 3 killed, 5 survived (1 with a reason), 0 refused, 1 equivalent",
    ]
    at = lines.index(f"{tiny}/facts.yaml:1:1: survived: fact/cycles/several/earliest")
    assert lines[at + 1 : at + 3] == [
        "   fact `cycles`: several `latest` becomes `earliest`",
        "   reason: one count is sent",
    ]
    at = lines.index(f"{tiny}/rules/enough.yaml:1:1: survived: rule/enough/shift-down/when")
    assert lines[at + 1] == "   rule `enough`: `cycles at-least 6` becomes `cycles at-least 5`"
    assert "reason:" not in lines[at + 2]
    assert done.err == ""


@pytest.mark.parametrize(("percent", "code"), [(37, Exit.OUTCOME), (38, Exit.FOUND)])
def test_a_score_below_what_is_required_is_found(run: Runner, tiny: Path, percent: int, code: Exit) -> None:
    assert run("rules", "mutate", tiny, "--jobs", 1, "--require", percent).code == code


def test_the_machine_gets_every_mutant(run: Runner, tiny: Path) -> None:
    document = json.loads(run("rules", "mutate", tiny, "--jobs", 1, "--json").out)
    assert (document["pack"], document["scoreTenths"]) == ("tiny", 375)
    assert document["counts"] == {"killed": 3, "survived": 5, "refused": 0, "equivalent": 1}
    by_id = {one["id"]: one for one in document["mutants"]}
    assert by_id["rule/enough/boundary/when"] == {
        "id": "rule/enough/boundary/when",
        "operator": "boundary",
        "part": "enough",
        "file": f"{tiny}/rules/enough.yaml",
        "line": 1,
        "column": 1,
        "description": "rule `enough`: `cycles at-least 6` becomes `cycles above 6`",
        "fate": "killed",
        "ground": "cases/six.yaml",
        "reason": "",
    }


def test_options_choose(run: Runner, tiny: Path) -> None:
    chosen = run("rules", "mutate", tiny, "--jobs", 1, "--rule", "enough", "--operator", "boundary").out
    assert chosen.startswith("tiny 1.0.0: 100.0 % of mutants killed (1 of 1)\n")
    assert "\n   2 mutants by" in run("rules", "mutate", tiny, "--jobs", 1, "--sample", 2).out


@pytest.mark.parametrize("options", [("--operator", "nothing"), ("--rule", "nothing"), ("--jobs", "0")])
def test_an_option_that_means_nothing_is_refused(run: Runner, tiny: Path, options: tuple[str, str]) -> None:
    assert run("rules", "mutate", tiny, *options).code == Exit.USAGE


def test_a_stated_survivor_that_is_killed_is_found(run: Runner, tiny: Path) -> None:
    stated = _STATED + "- {mutant: rule/enough/negate/when, reason: wrong}\n"
    (tiny / "mutants.yaml").write_text(stated)
    done = run("rules", "mutate", tiny, "--jobs", 1)
    assert done.code == Exit.FOUND
    told = f"{tiny}/mutants.yaml:3:3: rule/enough/negate/when: it is killed by cases/six.yaml; take it out"
    assert told in done.out.splitlines()


def test_a_case_that_fails_already_is_found(run: Runner, tiny: Path) -> None:
    (tiny / "cases/wrong.yaml").write_text(_SIX.replace("CONCLUDED", "HOLD"))
    done = run("rules", "mutate", tiny, "--jobs", 1)
    assert done.code == Exit.FOUND
    assert f"fails as the pack stands: {tiny}/cases/wrong.yaml" in done.out
    assert "no mutant was tried" in done.out


def test_a_pack_that_is_refused(run: Runner, tiny: Path) -> None:
    (tiny / "mutants.yaml").write_text("- nothing\n")
    done = run("rules", "mutate", tiny)
    assert (done.code, done.out) == (Exit.PACK_INVALID, "")
    assert "mutants.yaml:1:3: expected a map" in done.err


def test_the_kinds_of_mistakes_are_listed(run: Runner, tiny: Path) -> None:
    lines = run("rules", "mutate", tiny, "--operators").out.splitlines()
    assert [line.split()[0] for line in lines[: len(OPERATORS)]] == list(OPERATORS)
