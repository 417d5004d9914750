"""Cases about suggestions given earlier: they run as soon as a case may name `earlier`."""

from pathlib import Path

import pytest

from pactolus_engine.cases import read_cases
from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.read import read_pack
from tests.traps.run import PACK, failures, loaded, pack_files

_FOLDER = Path(__file__).parent / "pending"
_FILES = sorted(_FOLDER.glob("*.yaml"))


def _with_pending(file: Path) -> dict[str, bytes]:
    """The pack without its own cases, with this one beside its JSON."""
    rules = {name: content for name, content in pack_files().items() if not name.startswith("cases/")}
    beside = {f"cases/{path.name}": path.read_bytes() for path in [file, *_FOLDER.glob("*.json")]}
    return rules | beside


@pytest.mark.parametrize("file", _FILES, ids=lambda file: file.stem)
def test_pending(file: Path) -> None:
    files = _with_pending(file)
    pack = read_pack(PACK, {name: content for name, content in files.items() if name != f"cases/{file.name}"})
    try:
        (case,) = read_cases(files, pack)
    except PackInvalid as refusal:
        assert ["unknown key `earlier`" in issue.message for issue in refusal.issues] == [True]
        return
    assert failures(case, loaded(files)) == {}, case.name


def test_there_are_some() -> None:
    assert len(_FILES) == 9
