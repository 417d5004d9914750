"""A line that goes to no patient has a row of its own that says where it stands and what is wrong; the rest goes on."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.sources.bulk import open_bulk
from pactolus_adapters.replay.sources.bulk_lines import BulkLine, Trouble, bulk_line
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

_TWO_SUBJECTS = (
    b'{"resourceType":"Condition","subject":{"reference":"Patient/a"},"subject":{"reference":"Patient/b"}}'
)


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (b"nope", Trouble.NOT_JSON),
        (b'{"resourceType":"Patient","id":"a"}{}', Trouble.NOT_JSON),
        (b'{"resourceType":"Patient","id":"a"', Trouble.NOT_JSON),
        (b"[" * 100_000, Trouble.NOT_JSON),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, Trouble.NOT_JSON),
        (b"\xef\xbb\xbf" + patient("a"), Trouble.BYTE_ORDER_MARK),
        (patient("a").decode().encode("utf-16-le"), Trouble.NOT_JSON),
        (b'{"resourceType":"Patient","id":"\xff"}', Trouble.NOT_UTF_8),
        (b"[]", Trouble.NO_RESOURCE),
        (b"null", Trouble.NO_RESOURCE),
        (b"{}", Trouble.NO_RESOURCE),
        (b'{"resourceType":7}', Trouble.NO_RESOURCE),
        (b'{"resourceType":""}', Trouble.NO_RESOURCE),
        (line({"resourceType": "Patientt", "id": "a"}), Trouble.UNKNOWN_TYPE),
        (line({"resourceType": "Bundle", "type": "collection"}), Trouble.BUNDLE),
        (line({"resourceType": "Patient"}), Trouble.PATIENT_WITHOUT_ID),
        (line({"resourceType": "Patient", "id": 7}), Trouble.PATIENT_WITHOUT_ID),
        (_TWO_SUBJECTS, Trouble.TWO_OF_A_NAME),
        (line({"resourceType": "Condition"}), Trouble.NOBODY),
        (line({"resourceType": "Condition", "id": "c"}), Trouble.NOBODY),
        (line({"resourceType": "Condition", "subject": None}), Trouble.SUBJECT_UNCLEAR),
        (line({"resourceType": "Condition", "subject": "Patient/a"}), Trouble.SUBJECT_UNCLEAR),
        (line({"resourceType": "Condition", "subject": {"display": "Testpatient"}}), Trouble.SUBJECT_UNCLEAR),
        (about("urn:uuid:6b1f8a52-5d0e-5c8f-9a43-0f6f3f1d7c21", "o"), Trouble.SUBJECT_UNCLEAR),
        (about("#p", "o"), Trouble.SUBJECT_UNCLEAR),
        (about("Patient", "o"), Trouble.SUBJECT_UNCLEAR),
        (about("Patient/", "o"), Trouble.SUBJECT_UNCLEAR),
        (about("Patient?identifier=x|1", "o"), Trouble.SUBJECT_UNCLEAR),
        (about("Patientt/a", "o"), Trouble.SUBJECT_UNCLEAR),
    ],
)
def test_every_bad_line_has_its_row_and_the_patient_beside_it_is_evaluated(
    content: bytes, trouble: Trouble, tmp_path: Path
) -> None:
    folder = written(tmp_path / "x", {"a.ndjson": [b"", patient("z"), b" \t\r", content]})
    with open_bulk(folder, INSTANT, SETTINGS) as source:
        found = rows(source, 0, source.count)
        assert source.passed_over == {}
        assert source.index.lines == 2
        assert [one.trouble for one in source.index.unplaced.entries()] == [trouble]
    assert requests(found) == {"Patient/z": (patient("z"),)}
    (error,) = found[1:]
    assert (error.event, error.problem, error.input) == ("evaluation", "error", b"")
    assert error.detail.startswith("a.ndjson:4: ")


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["Patient/a", "Specimen/s"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["resourceType", "id", "subject", "reference", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)
_RESOURCES = st.fixed_dictionaries(
    {
        "resourceType": st.sampled_from(
            ["Patient", "Observation", "Specimen", "Encounter", "Bundle", "Group", "x"]
        )
    },
    optional={"id": _JSON, "subject": _JSON, "specimen": _JSON},
)


@settings_of_hypothesis(max_examples=60)
@given(
    st.lists(
        st.binary(max_size=20) | st.one_of(_JSON, _RESOURCES).map(json.dumps).map(str.encode), max_size=8
    )
)
def test_every_line_is_in_a_request_or_has_a_row_or_is_counted(lines: list[bytes]) -> None:
    content = b"\n".join(lines)
    with tempfile.TemporaryDirectory() as place:
        folder = written(Path(place, "x"), {"a.ndjson": [content]})
        with open_bulk(folder, INSTANT, SETTINGS) as source:
            found = rows(source, 0, source.count)
            passed_over = sum(source.passed_over.values())
    assert [row.index for row in found] == list(range(len(found)))
    read = sum(len(request(row).resources) for row in found if not row.problem)
    errors = sum(bool(row.problem) for row in found)
    assert read + errors + passed_over == sum(bool(one.strip()) for one in content.split(b"\n"))


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({"resourceType": "Practitioner"}, "Practitioner"),
        ({"resourceType": "Encounter", "subject": {"reference": "Patient/a"}}, "Encounter"),
        ({"resourceType": "OperationOutcome"}, "OperationOutcome"),
        ({"resourceType": "SubstancePolymer"}, "SubstancePolymer"),
        ({"resourceType": "Observation", "subject": {"reference": "Group/g"}}, "Observation about a Group"),
        ({"resourceType": "Medication"}, "Medication"),
        ({"resourceType": "Medication", "id": "m"}, "Medication that no patient refers to"),
    ],
)
def test_what_is_about_no_patient_or_bears_on_no_answer_is_counted(
    resource: dict[str, object], reason: str, tmp_path: Path
) -> None:
    folder = written(tmp_path / "x", {"a.ndjson": [line(resource)] * 2})
    with open_bulk(folder, INSTANT, SETTINGS) as source:
        assert source.count == 0
        assert source.passed_over == {reason: 2}


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"\n\n\n"])
def test_the_last_line_counts_however_it_ends(ending: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(patient("a") + b"\r\n" + patient("b") + ending)
    with open_bulk(tmp_path / "a.ndjson", INSTANT, SETTINGS) as source:
        found = requests(rows(source, 0, source.count))
    assert found == {"Patient/a": (patient("a"),), "Patient/b": (patient("b"),)}


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_a_line_at_the_limit_is_read_and_one_beyond_it_is_not(ending: bytes, tmp_path: Path) -> None:
    content = patient("long")
    (tmp_path / "a.ndjson").write_bytes(patient("a") + b"\n" + content + b"\n" + patient("b") + ending)
    for most, is_read in ((len(content), True), (len(content) - 1, False)):
        with open_bulk(tmp_path, INSTANT, settings(Limits(request_bytes=most))) as source:
            found = rows(source, 0, source.count)
        assert ("Patient/long" in requests(found)) is is_read
        assert {"Patient/a", "Patient/b"} <= requests(found).keys()
        told = f"a.ndjson:2: is expected to have at most {most} bytes, as many as a request may have"
        assert [row.detail for row in found[2:] if row.problem] == [] if is_read else [told]


def test_what_else_is_wrong_is_left_to_the_reader(tmp_path: Path) -> None:
    twice = b'{"resourceType":"Condition","code":1,"code":NaN,"subject":{"reference":"Patient/a"}}'
    assert bulk_line(twice) == BulkLine(patient="a")
    huge = b'{"resourceType":"Patient","id":"a","x":' + b"9" * 10_000 + b"}"
    assert bulk_line(huge) == BulkLine(patient="a")


def test_references_are_read_without_server_and_version_wherever_they_stand() -> None:
    content = about(
        "https://h.example/fhir/Patient/a/_history/7",
        "o",
        specimen={"reference": "https://h.example/fhir/Specimen/s/_history/2"},
        hasMember=[{"reference": "Observation/p"}, {"reference": "Observation/p"}, {"reference": "#inner"}],
        performer=[{"reference": "Practitioner/x"}],
        encounter={"display": "none"},
    )
    assert json.loads(content)
    assert bulk_line(content) == BulkLine("Observation/o", "a", ("Specimen/s", "Observation/p"))
