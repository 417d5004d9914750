"""A Bulk Data export as a source: each patient is one request with all that is about them, however it is split."""

import os
import pickle
import stat
import tempfile
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from pactolus_adapters.command import received_again
from pactolus_adapters.fhir.exact_json import encode
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.batches import RecordRow
from pactolus_adapters.replay.sources.bulk import BulkSource, open_bulk, patient_order
from pactolus_adapters.replay.sources.never_evaluated import AskedNow, SourceUnusable
from pactolus_adapters.replay.sources.source_files import digesting
from pactolus_adapters.request_way import HallwaySettings, read_command
from pactolus_engine.errors import AuditUnavailable, InputInvalid
from pactolus_engine.facts import FactSet
from pactolus_engine.record import read_stored_input
from tests.adapters.replay.sources.exports import (
    INSTANT,
    SETTINGS,
    about,
    line,
    patient,
    request,
    requests,
    rows,
    settings,
    written,
)
from tests.support.real_packs import real_pack, resources_of


def _read(folder: Path, chosen: HallwaySettings = SETTINGS) -> list[RecordRow]:
    with open_bulk(folder, INSTANT, chosen) as source:
        return rows(source, 0, source.count)


def _specimen(name: str) -> bytes:
    return line({"resourceType": "Specimen", "id": name})


def _refers(reference: str) -> dict[str, dict[str, str]]:
    return {"specimen": {"reference": reference}}


_LINES = st.lists(
    st.sampled_from(
        [
            *map(patient, "abcd"),
            *(about(f"Patient/{whose}", f"o{whose}{at}") for whose in "abce" for at in range(2)),
            about("https://h.example/fhir/Patient/a", "o-absolute"),
            about("Patient/b/_history/3", "o-versioned"),
            about("Patient/c", "o-marrow", **_refers("Specimen/m")),
            about("Patient/d", "o-blood", **_refers("Specimen/shared")),
            about("Patient/e", "o-blood-too", **_refers("Specimen/shared")),
            *map(_specimen, ("m", "shared", "nobodys")),
            line({"resourceType": "Medication", "id": "drug"}),
            line(
                {
                    "resourceType": "MedicationStatement",
                    "subject": {"reference": "Patient/a"},
                    "medicationReference": {"reference": "Medication/drug"},
                }
            ),
            line({"resourceType": "Practitioner", "id": "p"}),
            b"no JSON",
        ]
    ),
    max_size=30,
)


@settings_of_hypothesis(max_examples=40)
@given(_LINES, st.randoms(use_true_random=False), st.integers(1, 4))
def test_neither_the_order_of_the_lines_nor_their_files_make_a_difference(
    lines: list[bytes], random: Random, count: int
) -> None:
    shuffled = random.sample(lines, len(lines))
    with tempfile.TemporaryDirectory() as place:
        one = written(Path(place, "one"), {"all.ndjson": lines})
        many = written(Path(place, "many"), {f"{at}.ndjson": shuffled[at::count] for at in range(count)})
        with open_bulk(one, INSTANT, SETTINGS) as source, open_bulk(many, INSTANT, SETTINGS) as other:
            assert source.passed_over == other.passed_over
            found, again = (rows(each, 0, each.count) for each in (source, other))
    assert [row.input for row in found] == [row.input for row in again]
    assert sorted(_reasons(found)) == sorted(_reasons(again))
    assert [row.index for row in found] == list(range(len(found)))


def _reasons(found: list[RecordRow]) -> list[str]:
    """Why rows have no request, without the place, which names the file."""
    return [row.detail.partition(": ")[2] for row in found if row.problem]


def test_patients_stand_in_the_order_of_their_digests_and_lines_of_nobody_behind_them(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(50)]
    folder = written(tmp_path / "x", {"Patient.ndjson": [b"{", *map(patient, names)], "A.ndjson": [b"}"]})
    found = _read(folder)
    in_order = sorted(names, key=lambda name: sha256(name.encode()).digest())
    assert [request(row).patient for row in found[:50]] == [f"Patient/{name}" for name in in_order]
    assert [row.detail.partition(": ")[0] for row in found[50:]] == ["A.ndjson:1", "Patient.ndjson:1"]
    assert patient_order(folder, Limits()) == {name: index for index, name in enumerate(in_order)}


def test_any_partition_gives_the_rows_of_the_whole(tmp_path: Path) -> None:
    lines = [*(patient(f"p{number}") for number in range(9)), *[b"?"] * 4]
    with open_bulk(written(tmp_path / "x", {"a.ndjson": lines}), INSTANT, SETTINGS) as source:
        whole = rows(source, 0, source.count)
        assert len(whole) == 13
        for first in range(14):
            for end in range(first, 14):
                assert rows(source, first, end) == whole[first:end]


def test_the_request_is_taken_to_be_made_at_the_instant_under_the_settings(tmp_path: Path) -> None:
    (row,) = _read(written(tmp_path / "x", {"a.ndjson": [patient("a")]}))
    decided = read_stored_input(row.input).decided
    assert (row.event, row.output, row.recorded_at, row.leaf_hash) == ("evaluation", b"", "", b"")
    assert (decided.instant, decided.settings, decided.pack.id) == (INSTANT, SETTINGS.recorded(), "")


def test_what_is_about_a_patient_goes_to_them_and_what_they_refer_to_goes_along(tmp_path: Path) -> None:
    drug = line({"resourceType": "Medication", "id": "drug"})
    taken = [
        line(
            {
                "resourceType": "MedicationStatement",
                "id": f"taken-{whose}-{at}",
                "subject": {"reference": f"Patient/{whose}"},
                "medicationReference": {"reference": "https://h.example/Medication/drug/_history/1"},
            }
        )
        for whose in "ab"
        for at in range(2)
    ]
    marrow = about("Patient/a", "o", **_refers("Specimen/s"))
    lines = [patient("a"), drug, *taken, marrow, _specimen("s"), about("Patient/absent", "alone")]
    found = requests(_read(written(tmp_path / "x", {"a.ndjson": lines})))
    assert set(found["Patient/a"]) == {patient("a"), drug, *taken[:2], marrow, _specimen("s")}
    assert len(found["Patient/a"]) == 6  # the drug once, however often it is referred to
    assert set(found["Patient/b"]) == {drug, *taken[2:]}
    assert found["Patient/absent"] == (about("Patient/absent", "alone"),)


def test_a_specimen_of_two_patients_goes_to_neither(tmp_path: Path) -> None:
    both = [about(f"Patient/{whose}", whose, **_refers("Specimen/s")) for whose in "ab"]
    found = _read(written(tmp_path / "x", {"o.ndjson": both, "s.ndjson": [_specimen("s")]}))
    assert sorted(requests(found).values()) == [(both[0],), (both[1],)]
    assert found[2].detail == "s.ndjson:1: has no `subject`, and resources of several patients refer to it"


def test_a_patient_that_stands_twice_is_left_to_the_reader(tmp_path: Path) -> None:
    older, newer = (
        line({"resourceType": "Patient", "id": "a", "meta": {"versionId": str(n)}, "gender": gender})
        for n, gender in ((1, "male"), (2, "female"))
    )
    (row,) = _read(written(tmp_path / "x", {"Patient.ndjson": [newer], "Patient.001.ndjson": [older]}))
    assert _facts(row).patient.reference == "Patient/a"
    unclear = older.replace(b'"versionId": "1"', b'"versionId": "2"')
    (row,) = _read(written(tmp_path / "y", {"Patient.ndjson": [newer, unclear]}))
    with pytest.raises(InputInvalid):
        _facts(row)


def _facts(row: RecordRow, chosen: HallwaySettings = SETTINGS) -> FactSet:
    command = received_again(request(row))
    return read_command(command, real_pack("midas-consolidation"), chosen).facts


def _readings(facts: FactSet) -> list[tuple[str, str, str]]:
    return [(one.fact, str(one.source), one.shown) for one in facts.readings]


@pytest.mark.parametrize("example", ["negative-ngs", "below-0.01-percent", "dara-vrd-induction"])
def test_an_example_split_by_type_has_the_facts_of_its_bundle(example: str, tmp_path: Path) -> None:
    bundle = (Path(__file__).parents[4] / "examples" / f"{example}.json").read_bytes()
    expected = _readings(_facts(AskedNow.at(INSTANT, SETTINGS).row(0, (bundle,))))
    files: dict[str, list[bytes]] = {}
    for one in resources_of(example):
        files.setdefault(f"{one['resourceType']}.ndjson", []).append(encode(one))
    (row,) = _read(written(tmp_path / "x", files))
    assert expected
    assert _readings(_facts(row)) == expected


def test_an_absolute_reference_means_the_patient_where_the_server_is_known(tmp_path: Path) -> None:
    code = {"coding": [{"system": "http://loinc.org", "code": "718-7"}]}
    lines = [patient("a"), about("https://h.example/fhir/Patient/a", "o", status="final", code=code)]
    folder = written(tmp_path / "x", {"a.ndjson": lines})
    for bases, is_theirs in ((("https://h.example/fhir/",), True), ((), False)):
        chosen = settings(known_bases=bases)
        (row,) = _read(folder, chosen)
        reasons = {one.reason for one in _facts(row, chosen).passed_over}
        assert ("the subject is not the patient of this request" not in reasons) is is_theirs


def test_an_id_that_fhir_does_not_have_is_refused_by_the_reader(tmp_path: Path) -> None:
    names = ["under_score", "\ud800", "x" * 65]
    found = _read(written(tmp_path / "x", {"a.ndjson": map(patient, names)}))
    assert [request(row).patient for row in found] == [""] * 3
    for row in found:
        with pytest.raises(InputInvalid):
            _facts(row)


def test_a_patient_with_more_than_a_request_may_hold_has_an_error(tmp_path: Path) -> None:
    lines = [patient("a"), about("Patient/a", "o"), patient("b")]
    most = len(lines[0]) + len(lines[1]) - 1
    folder = written(tmp_path / "x", {"a.ndjson": lines})
    found = _read(folder, settings(Limits(request_bytes=most)))
    assert list(requests(found)) == ["Patient/b"]
    (error,) = (row for row in found if row.problem)
    assert (error.problem, error.input) == ("error", b"")
    assert f"hold {most + 1} bytes together, expected at most {most}" in error.detail
    assert list(requests(_read(folder, settings(Limits(request_bytes=most + 1))))) == [
        "Patient/b",
        "Patient/a",
    ]


def test_links_and_folders_are_counted_and_not_followed(tmp_path: Path) -> None:
    elsewhere = written(tmp_path / "elsewhere", {"b.ndjson": [patient("b")]})
    folder = written(tmp_path / "x", {"a.ndjson": [patient("a")], "README.txt": [b"not read"]})
    (folder / "link.ndjson").symlink_to(elsewhere / "b.ndjson")
    (folder / "more.ndjson").mkdir()
    os.mkfifo(folder / "pipe.ndjson")
    with open_bulk(folder, INSTANT, SETTINGS) as source:
        assert list(requests(rows(source, 0, source.count))) == ["Patient/a"]
        assert source.passed_over == {"links, folders and other things that are no plain files": 3}


def test_the_spec_tells_every_file_by_its_content(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {"a.ndjson": [patient("a")], "b.ndjson": [patient("b")]})
    described = _described(folder)
    content = (folder / "a.ndjson").read_bytes()
    assert described["file a.ndjson"] == f"{len(content)} bytes, sha256 {sha256(content).hexdigest()}"
    assert (described["kind"], described["instant"]) == ("bulk-data", INSTANT)
    (folder / "b.ndjson").write_bytes(patient("c") + b"\n")
    changed = _described(folder)
    assert [name for name in described if described[name] != changed[name]] == ["file b.ndjson"]


def _described(folder: Path) -> dict[str, str]:
    with open_bulk(folder, INSTANT, SETTINGS) as source:
        return source.described()


def test_a_worker_reads_from_the_index_that_was_made_once(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {"a.ndjson": [patient("a"), b"?"]})
    with open_bulk(folder, INSTANT, SETTINGS, workplace=tmp_path) as source:
        (place,) = tmp_path.glob("pactolus-source-*")
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        assert b"Patient" not in b"".join(one.read_bytes() for one in place.iterdir())
        worker: BulkSource = pickle.loads(pickle.dumps(source))
        assert rows(worker, 0, 2) == rows(source, 0, 2)
    assert not place.exists()


def test_a_file_that_changes_meanwhile_ends_the_replay(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {"a.ndjson": [patient("a")]})
    with open_bulk(folder, INSTANT, SETTINGS) as source:
        (folder / "a.ndjson").write_bytes(patient("b") + b"\n")
        with pytest.raises(AuditUnavailable, match=r"`a\.ndjson` was changed while it was read"):
            rows(source, 0, 1)
        (folder / "a.ndjson").unlink()
        with pytest.raises(AuditUnavailable, match=r"`a\.ndjson` cannot be read"):
            rows(source, 0, 1)


def test_other_content_under_the_times_of_the_old_is_not_taken_for_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {"a.ndjson": [patient("a")]})
    with open_bulk(folder, INSTANT, SETTINGS) as source:
        times = (folder / "a.ndjson").stat()
        (folder / "a.ndjson").write_bytes(patient("b") + b"\n")
        os.utime(folder / "a.ndjson", ns=(times.st_atime_ns, times.st_mtime_ns))
        with pytest.raises(AuditUnavailable, match="changed while it was read"):
            rows(source, 0, 1)


def test_a_file_that_grows_while_it_is_indexed_is_not_taken_for_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(patient("a"))
    with digesting(path) as file:
        assert file.readline(-1) == patient("a")
        assert file.readline(-1) == b""
        assert file.seen().size == len(patient("a"))
        path.write_bytes(patient("a") + b"\n" + patient("b"))
        with pytest.raises(SourceUnusable, match="was changed while it was read"):
            file.seen()


def test_a_name_that_is_no_text_is_told_with_escapes(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff.ndjson", "wb") as file:
        file.write(b"?")
    with open_bulk(tmp_path, INSTANT, SETTINGS) as source:
        (row,) = rows(source, 0, 1)
        assert "file \\xff.ndjson" in source.described()
    assert row.detail.startswith("\\xff.ndjson:1: ")


def test_a_compressed_file_is_not_left_out_in_silence(tmp_path: Path) -> None:
    folder = written(tmp_path / "x", {"Patient.ndjson": [patient("a")], "Observation.NDJSON.gz": []})
    with pytest.raises(SourceUnusable, match="is compressed"), open_bulk(folder, INSTANT, SETTINGS):
        pass


@pytest.mark.parametrize("instant", ["2026-03-01", "2026-03-01T09:00:00Z", "2026-03-01T09:00:00.000", "now"])
def test_an_instant_that_could_mean_another_is_refused(instant: str) -> None:
    with pytest.raises(ValueError, match=r"instant|isoformat"):
        AskedNow.at(instant, SETTINGS)


def test_a_place_that_holds_no_export_is_told(tmp_path: Path) -> None:
    for place, told in ((tmp_path, r"holds no `\*\.ndjson`"), (tmp_path / "gone", "cannot be read")):
        with pytest.raises(SourceUnusable, match=told), open_bulk(place, INSTANT, SETTINGS):
            pass
    folder = written(tmp_path / "x", {"a.ndjson": [patient("a")]})
    with pytest.raises(SourceUnusable, match="index of the source cannot be written"):  # noqa: SIM117
        with open_bulk(folder, INSTANT, SETTINGS, workplace=folder / "a.ndjson" / "below a file"):
            pass
