"""An export as tiles: a log that stands in a folder, as C2SP tlog-tiles has it.

Go's transparency log verifies such a folder in `tests/conformance/test_go_log.py`.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.entry_bundles import read_bundle
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.tile_paths import read_tile_path
from pactolus_adapters.tlog.verify import hash_leaf
from pactolus_adapters.trail.export_request import Wanted
from pactolus_adapters.trail.export_tiles import CHECKPOINT_FILE
from pactolus_engine.errors import AuditUnavailable
from tests.contract.audit_log import new_record
from tests.support.audit_exports import a_log_of, exporter
from tests.support.merkle import recursive_root


@pytest.mark.parametrize("count", [0, 255, 256, 600])
def test_the_entries_alone_lead_to_the_signed_root(tmp_path: Path, count: int) -> None:
    log, folder = a_log_of(count), tmp_path / "log"
    exporter(log).write(Wanted("tiles"), folder)
    assert _verified_size(log, folder) == count + 1  # the export's own record


def test_a_log_that_grows_meanwhile_is_exported_as_it_was_signed(tmp_path: Path) -> None:
    log, folder = a_log_of(300), tmp_path / "log"
    exporter(log).write(Wanted("tiles"), folder, lambda done, _: log.append(new_record(f"late-{done}")))
    assert log.size() > 301
    assert _verified_size(log, folder) == 301


def _verified_size(log: MemoryAuditLog, folder: Path) -> int:
    note = (folder / CHECKPOINT_FILE).read_bytes()
    checkpoint, _ = open_checkpoint(note, [NoteVerifier.from_text(log.verifier_key)])
    bundles = [path for path in sorted((folder / "tile/entries").rglob("*")) if path.is_file()]
    leaves = [hash_leaf(leaf) for path in bundles for leaf in read_bundle(path.read_bytes())]
    tiles = [path for path in sorted((folder / "tile/0").rglob("*")) if path.is_file()]
    assert b"".join(path.read_bytes() for path in tiles) == b"".join(leaves)
    assert recursive_root(leaves) == checkpoint.root
    assert len(leaves) == checkpoint.size
    return checkpoint.size


def test_there_are_the_tiles_that_the_specification_asks_for(tmp_path: Path) -> None:
    folder = tmp_path / "log"
    exporter(a_log_of(599)).write(Wanted("tiles"), folder)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {
        *("checkpoint", "README.txt"),
        *(f"tile/{level}/{index}" for level in ("0", "entries") for index in ("000", "001", "002.p/88")),
        "tile/1/000.p/2",
    }
    for name in files - {"checkpoint", "README.txt"}:
        tile = read_tile_path(name)
        if tile.level is not None:
            assert len((folder / name).read_bytes()) == 32 * tile.width


def test_a_log_that_does_not_hold_is_not_exported(tmp_path: Path) -> None:
    log = a_log_of(3)
    records = log._rows._records
    records[1] = replace(records[1], leaf=records[0].leaf)
    with pytest.raises(AuditUnavailable, match="record `1`"):
        exporter(log).write(Wanted("tiles"), tmp_path / "log")
    assert list(tmp_path.iterdir()) == []
