"""One table of exit codes: the enum, the help text and the README say the same."""

import inspect
import re

import pytest

import pactolus_engine.errors as core_errors
from pactolus_adapters.cli.exits import Exit, exit_of
from pactolus_engine.errors import PackInvalid, PactolusError
from tests.adapters.cli.run import Runner, runner
from tests.support.examples import ROOT


@pytest.fixture
def run(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Runner:
    return runner(tmp_path_factory.mktemp("data"), monkeypatch, capsys)


def test_the_readme_lists_exactly_the_codes_of_the_enum() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text[text.index("| exit code | means |") :].split("\n\n")[0]
    assert [int(code) for code in re.findall(r"^\| ([0-9]+) \|", table, re.MULTILINE)] == sorted(Exit)


def test_the_help_lists_exactly_the_codes_of_the_enum(run: Runner) -> None:
    done = run("--help")
    assert done.code == 0
    told = re.search(r"Exit codes: (.*?)\.\s", " ".join(done.out.split()) + " ")
    assert told is not None
    assert [int(code) for code in re.findall(r"(?:^|; )([0-9]+) ", told.group(1))] == sorted(Exit)


def test_every_error_of_the_core_has_a_code() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(core_errors, inspect.isclass)
        if issubclass(kind, PactolusError) and kind is not PactolusError
    ]
    samples: dict[str, tuple[object, ...]] = {
        "InputInvalid": ([],),
        "PackInvalid": ("p", []),
        "EnginesDisagree": (("r",),),
        "RecordGone": ("gone",),
    }
    codes = {kind.__name__: exit_of(kind(*samples.get(kind.__name__, ()))) for kind in kinds}
    assert codes == {
        "InputInvalid": Exit.INPUT_INVALID,
        "RecordGone": Exit.INPUT_INVALID,
        "RecordNotFound": Exit.INPUT_INVALID,
        "RequestIdReused": Exit.INPUT_INVALID,
        "PackInvalid": Exit.PACK_INVALID,
        "PackNotFound": Exit.PACK_INVALID,
        "PackTooComplex": Exit.PACK_INVALID,
        "AuditUnavailable": Exit.AUDIT_UNAVAILABLE,
        "RecordAltered": Exit.AUDIT_UNAVAILABLE,
        "RecordUnknownForm": Exit.AUDIT_UNAVAILABLE,
        "PatientMoved": Exit.AUDIT_UNAVAILABLE,
        "EnginesDisagree": Exit.ENGINES_DISAGREE,
        "MatcherFailed": Exit.ENGINES_DISAGREE,
        "SolverMissing": Exit.USAGE,
    }


def test_the_worst_of_several_codes_is_the_highest() -> None:
    assert exit_of(ValueError()) is max(Exit)
    assert exit_of(PackInvalid("p", [])) > Exit.INPUT_INVALID


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("evaluate", ("FILE...", "--pack", "--at", "--patient", "--json", "--data", "--rules")),
        ("serve", ("--host", "--port", "--data", "--rules")),
    ],
)
def test_a_command_explains_its_options(run: Runner, command: str, options: tuple[str, ...]) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert [option for option in options if option not in done.out] == []
    for variable in re.findall(r"PACTOLUS_[A-Z_]+", done.out):
        assert f"`{variable}`" in (ROOT / "docs/settings.md").read_text(encoding="utf-8")
