"""What cannot be meant is refused before a record is read, with exit code 2 and what to do."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pactolus_adapters.cli.replay.replay import replay


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--key", "k"), "--key is for an export"),
        (("--at", "2026-03-01T09:00:00Z"), "--at is for what was never evaluated"),
        (("--packs", "rules/midas-consolidation"), "is a pack: name the folder that it lies in"),
        (("--packs", "examples"), "holds no pack"),
    ],
)
def test_what_would_be_passed_over_is_refused(
    asked: tuple[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[4])
    ended = CliRunner().invoke(replay, [*asked, "--data", str(tmp_path)])
    assert (ended.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert said in ended.output
