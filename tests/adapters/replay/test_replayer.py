"""Recorded requests of every kind answered again: byte for byte, or a class that says why not."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.batches import RecordRow, record_rows
from pactolus_adapters.replay.packs import PacksByDigest
from pactolus_adapters.replay.replayer import Replayer
from pactolus_adapters.replay.sources.log import LogSource
from pactolus_adapters.replay.spec import OTHER_PACK, Partition
from pactolus_adapters.trail.events import Event
from pactolus_adapters.versions import software_versions
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import EnginesDisagree, MatcherFailed, PactolusError, Violation
from pactolus_engine.ports import FiredRules
from pactolus_engine.record import read_stored_input, stored_input
from pactolus_engine.replay.result import ReplayClass, ReplayResult
from tests.adapters.trail.room import AUDITOR, Room, the_shelf
from tests.engine.replay.versions import another_version
from tests.support.changed import FULL, alone, full, versioned
from tests.support.examples import EXAMPLES, promises
from tests.support.small_packs import InProcess

ENDPOINT = "midas-endpoint"


@pytest.fixture
def room() -> Room:
    return Room(the_shelf())


def replayer(**changes: object) -> Replayer:
    basis = Replayer(PacksByDigest([the_shelf()]), InProcess(), None, "", Limits(), software_versions())
    return replace(basis, **changes)  # type: ignore[arg-type]


def rows(room: Room) -> list[RecordRow]:
    whole = Partition(0, 0, room.log.size())
    return [row for batch in LogSource(room.log).read(whole) for row in record_rows(batch)]


def results(room: Room, with_: Replayer | None = None) -> list[ReplayResult]:
    one = with_ or replayer()
    return [one.result(row) for row in rows(room) if not one.passes_over(row)]


def classes(room: Room, with_: Replayer | None = None) -> list[str]:
    return [result.result_class.value for result in results(room, with_)]


# --- as recorded --------------------------------------------------------------------------------


def test_every_example_comes_out_byte_for_byte(room: Room) -> None:
    for one in promises():
        room.send((EXAMPLES / one.file).read_bytes(), pack_id=one.pack, request_id=one.file)
    found = results(room)
    assert [result.result_class for result in found] == [ReplayClass.IDENTICAL] * len(promises())
    assert [result.replayed and result.replayed.outcome for result in found] == [
        one.outcome for one in promises()
    ]


def test_suggestions_that_were_taken_back_are_taken_back_again(room: Room) -> None:
    room.send(FULL)
    room.send(alone(versioned("amended", 2, per_million=50)))  # the rest comes from the record before
    room.send(full(versioned("entered-in-error", 3)))
    room.send(FULL)  # late: version 3 is known
    outcomes = [result.replayed.outcome for result in results(room) if result.replayed]
    assert outcomes[1] == "RETRACT"
    assert classes(room) == ["identical"] * 4


def test_a_history_that_was_not_whole_is_not_whole_again(room: Room) -> None:
    room.send(FULL)
    room.erase()
    room.send(alone(versioned("amended", 2, per_million=50)))
    assert classes(room) == ["erased", "identical"]


@pytest.mark.parametrize(
    "fields",
    [
        {"fhir_version": "R5"},
        {"patient": "x" * 600},
        {"unread": b"\xff", "violations": (Violation("request", "expected a message"),)},
        {"violations": (Violation("evaluation_time", "expected an instant"),)},
    ],
)
def test_what_was_refused_is_refused_for_the_same(room: Room, fields: dict[str, object]) -> None:
    room.refuse(**fields)
    (found,) = results(room)
    assert (found.result_class, found.recorded) == (ReplayClass.IDENTICAL, found.replayed)
    assert found.recorded is not None and found.recorded.outcome == "refused"


def test_a_size_that_was_refused_is_refused_under_wider_limits(room: Room) -> None:
    room.hallway = replace(room.hallway, settings=replace(room.hallway.settings, limits=Limits(64, 64)))
    room.refuse(resources=(FULL,))
    assert classes(room) == ["identical"]


def test_a_failure_that_has_gone_is_a_changed_outcome(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def disagree(*_arguments: object) -> None:
        raise EnginesDisagree(("mrd-negative",))

    with monkeypatch.context() as patched:
        patched.setattr("pactolus_engine.evaluate.agreed_truths", disagree)
        with pytest.raises(EnginesDisagree):
            room.send(FULL)
        assert classes(room) == ["identical"]  # the same failure again
    (found,) = results(room)
    assert (found.result_class, found.causes) == (ReplayClass.CHANGED_OUTCOME, ("unexplained",))
    assert found.recorded is not None and found.recorded.outcome == "failed"


class Failing(InProcess):
    """A rule engine that stops the first times it is asked."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> FiredRules:
        if self.left:
            self.left -= 1
            raise MatcherFailed("the rule engine stopped")
        return super().fired(pack, atoms)


@pytest.mark.parametrize(("times", "told"), [(1, "identical"), (2, "error")])
def test_a_rule_engine_that_stops_is_asked_once_more(room: Room, times: int, told: str) -> None:
    room.send(FULL)
    matcher = Failing(times)
    assert classes(room, replayer(matcher=matcher)) == [told]
    assert matcher.left == 0


def test_an_answer_that_other_software_gave_is_the_engine_s_change(room: Room) -> None:
    room.send(FULL)
    (row,) = rows(room)
    stored = read_stored_input(row.input)
    older = replace(stored.decided, versions={**stored.decided.versions, "pactolus": "0.0.9"})
    told = replace(row, input=stored_input(stored.request, older))
    found = replayer().result(told)  # the Bundle names the recorded version, and the recorded Bundle another
    assert (found.result_class, found.fields) == (ReplayClass.ENGINE_CHANGED, ("bundle",))
    assert found.causes == (f"software:{software_versions()['pactolus']}",)


def test_a_recorded_answer_with_one_other_byte_is_no_identity(room: Room) -> None:
    room.send(FULL)
    (row,) = rows(room)
    (found,) = results(room)
    assert found.result_class is ReplayClass.IDENTICAL
    altered = replayer().result(replace(row, output=row.output.replace(b"MRD", b"MRd", 1)))
    assert altered.result_class is not ReplayClass.IDENTICAL and "unexplained" in altered.causes


# --- what cannot be compared --------------------------------------------------------------------


def test_a_pack_that_is_not_on_the_shelf_is_a_missing_input(room: Room) -> None:
    room.send(FULL)
    (found,) = results(room, replayer(packs=PacksByDigest([])))
    assert found.result_class is ReplayClass.INPUT_MISSING and "--packs" in found.detail


def test_a_pack_that_was_not_on_the_shelf_is_a_missing_input(room: Room) -> None:
    with pytest.raises(PactolusError):
        room.send(FULL, pack_id="no-such-pack")
    (found,) = results(room)
    assert found.result_class is ReplayClass.INPUT_MISSING and "then" in found.detail


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"request": {}}', b"\xff"])
def test_an_input_of_another_form_is_an_error(room: Room, content: bytes) -> None:
    room.send(FULL)
    (row,) = rows(room)
    found = replayer().result(replace(row, input=content))
    assert (found.result_class, found.index) == (ReplayClass.ERROR, 0)
    assert replayer().result(replace(row, output=content or b"?")).result_class is ReplayClass.ERROR


def test_a_defect_in_one_record_ends_in_its_result_and_tells_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.send(FULL)

    def broken(*_arguments: object) -> None:
        raise RuntimeError("testpatient-negative")

    monkeypatch.setattr("pactolus_engine.evaluate.decide", broken)
    (found,) = results(room)
    assert (found.result_class, found.detail) == (
        ReplayClass.ERROR,
        "it could not be evaluated: the record has a form that this version cannot read, or met a defect",
    )


# --- under another pack -------------------------------------------------------------------------


def test_only_records_of_the_pack_are_part_of_the_replay(room: Room) -> None:
    room.send(FULL)
    room.send((EXAMPLES / "endpoint-reached.json").read_bytes(), pack_id=ENDPOINT)
    room.events.record(AUDITOR, Event("read", {"door": "audit show"}))
    one = replayer(candidate=the_shelf().get(ENDPOINT), of=ENDPOINT)
    assert [one.passes_over(row) for row in rows(room)] == [OTHER_PACK, "", "read"]


@pytest.mark.parametrize(
    ("pack_id", "version", "passed_over"), [("no-such-pack", "", OTHER_PACK), (ENDPOINT, "9.9.9", "")]
)
def test_a_pack_that_was_on_no_shelf_is_no_difference(
    room: Room, pack_id: str, version: str, passed_over: str
) -> None:
    with pytest.raises(PactolusError):
        room.send(FULL, pack_id=pack_id, pack_version=version)
    one = replayer(candidate=the_shelf().get(ENDPOINT), of=ENDPOINT)
    (row,) = rows(room)
    assert one.passes_over(row) == passed_over
    assert one.result(row).result_class is ReplayClass.INPUT_MISSING


def test_what_was_never_evaluated_is_new(room: Room) -> None:
    room.send(FULL)
    (row,) = rows(room)
    found = replayer(candidate=the_shelf().get(ENDPOINT)).result(replace(row, output=b""))
    assert found.result_class is ReplayClass.NEW and found.recorded is None and found.replayed is not None


def test_a_refusal_stays_one_under_any_pack(room: Room) -> None:
    room.refuse()
    assert classes(room, replayer(candidate=the_shelf().get(ENDPOINT), of="")) == ["identical"]


def test_an_option_that_asks_for_another_drug_is_no_identity(room: Room) -> None:
    room.send(FULL)
    asked = '"Isa-KRd consolidation, six cycles"}\n    - {kind: medication, text: '
    other = another_version({"options.yaml": (f"{asked}isatuximab", f"{asked}daratumumab")})
    for packs in (PacksByDigest([the_shelf()]), PacksByDigest([])):
        (found,) = results(room, replayer(candidate=other, packs=packs))
        assert (found.result_class, found.fields) == (ReplayClass.CHANGED_OPTIONS, ("requests",))
        assert found.causes == ("option:isa-krd-x6",) and found.moved[-1].because == found.causes


def test_another_version_that_says_and_asks_the_same_is_identical(room: Room) -> None:
    room.send(FULL)
    assert classes(room, replayer(candidate=another_version({}))) == ["identical"]


def test_a_refusal_that_is_one_no_more_under_other_software_is_the_engine_s_change(room: Room) -> None:
    room.refuse()
    (row,) = rows(room)
    stored = read_stored_input(row.input)
    older = replace(stored.decided, versions={**stored.decided.versions, "pactolus": "0.0.9"})
    told = replace(
        row, input=stored_input(stored.request, older), output=row.output.replace(b"expected", b"wanted")
    )
    assert told.output != row.output
    assert replayer().result(told).result_class is ReplayClass.ENGINE_CHANGED
