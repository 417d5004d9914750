"""`pactolus rules new`: what it makes loads, its cases pass, and only the placeholder is found in it."""

import re
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from pactolus_adapters.authoring.draft import open_draft
from pactolus_adapters.authoring.new_pack import new_pack
from pactolus_adapters.authoring.run_cases import run_case, told
from pactolus_adapters.cli.exits import Exit
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.json_schema import json_schemas
from pactolus_engine.pack.yaml_source import compose
from tests.adapters.cli.run import Runner, runner
from tests.engine.pack.test_json_schema import as_json
from tests.support.small_packs import InProcess

TODAY = date(2026, 3, 1)
_MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    return runner(tmp_path / "data", monkeypatch, capsys)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_pack("my-first-pack", tmp_path_factory.mktemp("rules") / "of-mine", TODAY)


def test_it_loads_and_its_cases_pass(made: Path) -> None:
    draft = open_draft(made)
    assert (draft.pack.id, draft.pack.version) == ("my-first-pack", "0.1.0")
    assert (draft.pack.evidence_as_of, draft.pack.review_by) == (TODAY, date(2027, 3, 1))
    results = [run_case(case, draft, InProcess()) for case in draft.cases()]
    assert {result.case.expect.outcome for result in results} == {"OFFER", "OUT_OF_SCOPE", "NEED_DATA"}
    assert [line for result in results for line in told(result.case, result.differences)] == []


def test_the_linter_finds_every_placeholder_and_nothing_else(run: Runner, made: Path) -> None:
    done = run("rules", "check", made, "--at", "2026-03-01T09:00:00Z")
    assert done.code == Exit.FOUND
    lines = [line for line in done.out.splitlines()[:-1] if not line.startswith(" ")]
    planted = sum(file.read_text("utf-8").count("Placeholder: ") for file in made.rglob("*.yaml"))
    assert sum(" C701 " in line for line in lines) == planted == 6
    assert [line for line in lines if " C701 " not in line and "`placeholder`" not in line] == []


def test_every_file_is_valid_by_the_schema_it_names(made: Path) -> None:
    kinds = set()
    for path in sorted(made.rglob("*.yaml")):
        named = _MODELINE.match(path.read_text())
        assert named, path
        schema = (path.parent / named[1]).resolve()
        assert schema.parent == made.resolve() / ".schema"
        kinds.add(schema.stem)
        node = compose(path.name, path.read_bytes(), Issues())
        assert node is not None
        validator = Draft202012Validator(json_schemas()[schema.stem])
        assert [error.message for error in validator.iter_errors(as_json(node))] == []
    assert kinds == {"pack", "facts", "codes", "options", "evidence", "rule", "case"}


def test_no_mark_of_the_template_is_left(made: Path) -> None:
    assert [path for path in made.rglob("*") if path.is_file() and b"@" in path.read_bytes()] == []


def test_from_the_command_line(run: Runner, tmp_path: Path) -> None:
    done = run("rules", "new", "another-pack", "--into", tmp_path / "packs")
    assert done.code == Exit.OUTCOME
    assert f"{tmp_path}/packs/another-pack is a pack" in done.out
    assert open_draft(tmp_path / "packs/another-pack").cases()


def test_without_into_it_lies_below_the_rules_folder(
    run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PACTOLUS_RULES", str(tmp_path / "mine"))
    assert run("rules", "new", "another-pack").code == Exit.OUTCOME
    assert (tmp_path / "mine/another-pack/pack.yaml").is_file()


@pytest.mark.parametrize(
    "name", ["My-Pack", "my_pack", "../pack", "p" * 65, "-pack", "\u0440ack", "", "a/b", "."]
)
def test_a_bad_id_is_refused(run: Runner, tmp_path: Path, name: str) -> None:
    done = run("rules", "new", "--into", tmp_path / "packs", "--", name)
    assert done.code == Exit.USAGE
    assert "an id is lower-case" in done.err
    assert not (tmp_path / "packs").exists()


def test_what_is_there_stays_as_it_is(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    done = run("rules", "new", "mine", "--into", tmp_path)
    assert done.code == Exit.USAGE
    assert "is there already" in done.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]


def test_a_place_that_cannot_be_made(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run("rules", "new", "mine", "--into", tmp_path / "file").code == Exit.USAGE


def test_schemas_are_written_where_asked(run: Runner, tmp_path: Path) -> None:
    done = run("rules", "schema", tmp_path / "deep/schemas")
    assert done.code == Exit.OUTCOME
    assert {path.stem for path in (tmp_path / "deep/schemas").iterdir()} == set(json_schemas())
    (tmp_path / "file").write_text("")
    assert run("rules", "schema", tmp_path / "file/schemas").code == Exit.USAGE
