"""Requests in files as a source: one row for each, in the order of names and lines, and no name of a file repeated."""

import pickle
from pathlib import Path

import pytest

from pactolus_adapters.command import received_again
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.batches import RecordRow
from pactolus_adapters.replay.sources.bundles import BundleSource, open_bundles
from pactolus_adapters.replay.sources.never_evaluated import SourceUnusable
from pactolus_adapters.request_way import read_command
from pactolus_engine.errors import AuditUnavailable, InputInvalid
from tests.adapters.replay.sources.exports import (
    INSTANT,
    SETTINGS,
    line,
    patient,
    request,
    rows,
    settings,
    written,
)
from tests.support.real_packs import real_pack

_EXAMPLES = Path(__file__).parents[4] / "examples"


def _read(path: Path, limits: Limits | None = None) -> list[RecordRow]:
    with open_bundles(path, INSTANT, settings(limits)) as source:
        return rows(source, 0, source.count)


def _is_read(row: RecordRow) -> bool:
    try:
        command = received_again(request(row))
        return bool(read_command(command, real_pack("midas-consolidation"), SETTINGS).facts.readings)
    except InputInvalid:
        return False


def test_each_file_is_a_request_in_the_order_of_names(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    bundle = (_EXAMPLES / "negative-ngs.json").read_bytes()
    contents = {
        "b.json": bundle,
        "a.JSON": b"[" + patient("a") + b"]",
        "c.json": patient("c"),
        "d.json": b"",
        "e.txt": b"",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "link.json").symlink_to(_EXAMPLES / "negative-ngs.json")
    (folder / "inner.json").mkdir()
    with open_bundles(folder, INSTANT, SETTINGS) as source:
        found = rows(source, 0, source.count)
        assert sum(source.passed_over.values()) == 2
    assert [row.index for row in found] == [0, 1, 2, 3]
    assert [request(row).resources for row in found] == [
        (contents[name],) for name in ("a.JSON", "b.json", "c.json", "d.json")
    ]
    assert [_is_read(row) for row in found] == [
        False,
        True,
        False,
        False,
    ]  # a Patient without a birth date says nothing


def test_each_line_is_a_request(tmp_path: Path) -> None:
    bundles = [line({"resourceType": "Bundle", "type": "collection", "id": name}) for name in "ab"]
    content = b"\n".join([bundles[0], b"  ", b"no JSON", b"\xff", bundles[1]])
    (tmp_path / "all.ndjson").write_bytes(content)
    found = _read(tmp_path / "all.ndjson")
    assert [request(row).resources for row in found] == [
        (bundles[0],),
        (b"no JSON",),
        (b"\xff",),
        (bundles[1],),
    ]
    assert found == _read(tmp_path)
    assert not any(row.problem for row in found)  # the reader refuses them, as it does for any caller


def test_what_is_longer_than_a_request_has_an_error_that_does_not_repeat_the_name(tmp_path: Path) -> None:
    name = "Testpatient_Long"
    short, long = patient("a"), patient("b" * 60)
    limits = Limits(request_bytes=len(long) - 1)
    (tmp_path / "A.json").write_bytes(short)
    (tmp_path / f"{name}.json").write_bytes(long)
    found = _read(tmp_path, limits)
    told = f"a request is expected to have at most {len(long) - 1} bytes"
    assert [row.detail for row in found] == ["", f"file 2 in the order of names: {told}"]
    assert [row.problem for row in found] == ["", "error"]
    (tmp_path / "lines").mkdir()
    (tmp_path / "lines" / f"{name}.ndjson").write_bytes(b"\n" + long + b"\n" + short)
    found = _read(tmp_path / "lines", limits)
    assert [row.detail for row in found] == [f"file 1 in the order of names, line 2: {told}", ""]
    with open_bundles(tmp_path / "lines", INSTANT, SETTINGS) as source:
        assert name not in str(source.described())


def test_any_partition_gives_the_rows_of_the_whole_in_any_process(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {f"{number}.json": [patient(f"p{number}")] for number in range(5)})
    with open_bundles(folder, INSTANT, SETTINGS) as source:
        worker: BundleSource = pickle.loads(pickle.dumps(source))
        whole = rows(source, 0, 5)
        for first in range(6):
            for end in range(first, 6):
                assert rows(worker, first, end) == whole[first:end]


def test_more_files_than_are_open_at_once_are_read(tmp_path: Path) -> None:
    contents = {f"{number:03}.json": [patient(f"p{number}")] for number in range(300)}
    found = _read(written(tmp_path / "x", contents))
    assert [request(row).resources for row in found] == [(one + b"\n",) for (one,) in contents.values()]


def test_the_spec_tells_names_and_contents_by_one_digest(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {"a.json": [patient("a")], "b.json": [patient("b")]})

    def described() -> dict[str, str]:
        with open_bundles(folder, INSTANT, SETTINGS) as source:
            return source.described()

    first = described()
    assert (first["kind"], first["files"], first["instant"]) == ("bundles", "2", INSTANT)
    (folder / "b.json").write_bytes(patient("c") + b"\n")
    second = described()
    assert [name for name in first if first[name] != second[name]] == ["sha256"]
    (folder / "b.json").rename(folder / "c.json")
    assert described()["sha256"] != second["sha256"]


def test_a_file_that_changes_meanwhile_ends_the_replay(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {"a.json": [patient("a")]})
    with open_bundles(folder, INSTANT, SETTINGS) as source:
        (folder / "a.json").write_bytes(b"")
        with pytest.raises(AuditUnavailable, match="changed while it was read"):
            rows(source, 0, 1)


@pytest.mark.parametrize("names", [[], ["a.txt"], ["a.json", "b.ndjson"]])
def test_a_place_that_holds_none_or_both_is_told(names: list[str], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(SourceUnusable, match="one of them"), open_bundles(tmp_path, INSTANT, SETTINGS):
        pass
