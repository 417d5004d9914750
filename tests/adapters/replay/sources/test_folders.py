"""What a path holds is told by its files, and what cannot be told is an error that says what was found."""

from pathlib import Path

import pytest

from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.sources.folders import SourceKind, detect
from pactolus_adapters.replay.sources.never_evaluated import SourceUnusable
from tests.adapters.replay.sources.exports import line, patient, written

_BUNDLE = line({"entry": [{"resource": {"resourceType": "Patient"}}], "resourceType": "Bundle"})


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"records-0.parquet": [b""]}, SourceKind.EXPORT),
        ({"a.json": [b""], "b.json": [b""], "README.txt": [b""]}, SourceKind.BUNDLES),
        ({"Patient.ndjson": [patient("a")], "log.txt": [b""]}, SourceKind.BULK_DATA),
        ({"Patient.NDJSON": [b"", b"no JSON", b"[]", patient("a")]}, SourceKind.BULK_DATA),
        ({"Patient.ndjson": []}, SourceKind.BULK_DATA),
        ({"all.ndjson": [b"no JSON", _BUNDLE]}, SourceKind.BUNDLES),
        ({"a.ndjson": [_BUNDLE], "b.ndjson": []}, SourceKind.BUNDLES),
        ({"a.ndjson": [patient("a")], "notes.gz": [b""]}, SourceKind.BULK_DATA),
    ],
)
def test_the_kind_is_told(files: dict[str, list[bytes]], kind: SourceKind, tmp_path: Path) -> None:
    folder = written(tmp_path / "x", files)
    assert detect(folder, Limits()) is kind
    if len(files) == 1:
        assert detect(folder / next(iter(files)), Limits()) is kind


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "holds no such file; expected are"),
        ({"a.txt": [b""]}, "holds no such file; expected are"),
        (
            {"a.parquet": [b""], "b.ndjson": [b""], "c.ndjson": [b""]},
            r"holds 2 `\*\.ndjson` and 1 `\*\.parquet`",
        ),
        ({"a.ndjson": [patient("a")], "manifest.json": [b"{}"]}, r"holds 1 `\*\.json` and 1 `\*\.ndjson`"),
        (
            {"a.ndjson": [patient("a")], "b.ndjson": [_BUNDLE]},
            r"Bundles in 1 of its `\*\.ndjson` and other resources in 1",
        ),
        ({"a.ndjson": [b""], "Observation.ndjson.gz": [b""]}, r"`Observation\.ndjson\.gz` is compressed"),
        ({"a.JSON.ZIP": [b""]}, r"`a\.JSON\.ZIP` is compressed"),
    ],
)
def test_what_cannot_be_told_is_an_error(files: dict[str, list[bytes]], told: str, tmp_path: Path) -> None:
    with pytest.raises(SourceUnusable, match=told):
        detect(written(tmp_path / "x", files), Limits())


def test_links_and_folders_do_not_count(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {"a.ndjson": [patient("a")]})
    (folder / "b.json").symlink_to(folder / "a.ndjson")
    (folder / "c.parquet").mkdir()
    assert detect(folder, Limits()) is SourceKind.BULK_DATA
    with pytest.raises(SourceUnusable, match="cannot be read"):
        detect(tmp_path / "gone", Limits())
