"""Runs `pactolus` in this process, as its entry point does: what it printed, and its exit code."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pactolus_adapters.cli.main import main
from tests.support.examples import ROOT

__all__ = ["Run", "Runner", "runner"]


@dataclass(frozen=True)
class Run:
    """What a command left behind."""

    code: int
    out: str
    err: str


Runner = Callable[..., Run]


def runner(
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rules: Path = ROOT / "rules",
) -> Runner:
    """A function that runs a command with these arguments, on this data directory and these rules, else ours."""
    monkeypatch.setenv("PACTOLUS_DATA", str(data))
    monkeypatch.setenv("PACTOLUS_RULES", str(rules))

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["pactolus", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Run(int(ended.value.code or 0), printed.out, printed.err)

    return run
