"""The hallway: record, then answer. What goes wrong on the way leaves a record and no answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from pactolus_adapters import request_way
from pactolus_adapters.answers import decode_answer
from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.hallway import (
    WHOLE_REQUEST,
    EvaluateCommand,
    Hallway,
    HallwaySettings,
)
from pactolus_adapters.packs.folder import FolderShelf
from pactolus_adapters.versions import software_versions
from pactolus_adapters.wiring import prepare_pack
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import (
    AuditUnavailable,
    EnginesDisagree,
    InputInvalid,
    MatcherFailed,
    PackNotFound,
    RequestIdReused,
    Violation,
)
from pactolus_engine.pack.approval import Approval, Approved, RecordedApproval
from pactolus_engine.pack.overlay import Overlay
from pactolus_engine.ports import NewRecord, Receipt
from pactolus_engine.record import leaf_hash, read_commitment, read_stored_input
from tests.support.examples import EXAMPLES, ROOT
from tests.support.small_packs import InProcess

NOW = datetime(2026, 3, 1, 12, 30, 15, 250_999, tzinfo=timezone(timedelta(hours=3)))
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
CANARY = "qUokka7319"
NEGATIVE = EvaluateCommand(
    resources=((EXAMPLES / "negative-ngs.json").read_bytes(),),
    evaluation_time=AT,
    request_id="r1",
    client="ehr-1",
    tenant="north",
)
REFUSED = replace(NEGATIVE, resources=(b'{"resourceType": "Observation"}',))


@dataclass
class WatchedLog(MemoryAuditLog):
    """The memory log; it notes what comes in and fails when it is told to."""

    taken: list[NewRecord] = field(default_factory=list)
    fails: bool = False

    def __post_init__(self) -> None:
        super().__init__(lambda: NOW)

    def append(self, record: NewRecord) -> tuple[Receipt, bytes]:
        """As the port says, unless it is to fail."""
        if self.fails:
            raise AuditUnavailable("the audit store has no room")
        self.taken.append(record)
        return super().append(record)


class Changed(InProcess):
    """The real engine; what it answers goes through `change`."""

    def __init__(self) -> None:
        super().__init__()
        self.change: Callable[[frozenset[str]], frozenset[str]] = lambda fired: fired

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        """As the port says, but changed."""
        return self.change(super().fired(pack, atoms))

    def fail(self, error: Exception) -> None:
        """From now on there is no answer but this error."""

        def change(_: frozenset[str]) -> frozenset[str]:
            raise error

        self.change = change


@dataclass(frozen=True)
class OnePack:
    """A shelf with one pack, which is the answer to every question."""

    held: CompiledPack

    def get(self, _pack_id: str, _version: str = "") -> CompiledPack:
        """As the port says."""
        return self.held

    def all(self) -> tuple[CompiledPack, ...]:
        """As the port says."""
        return (self.held,)


@dataclass
class Place:
    """A hallway and what it stands between."""

    hallway: Hallway
    log: WatchedLog
    matcher: Changed


@pytest.fixture(scope="module")
def shelf() -> FolderShelf:
    return FolderShelf(ROOT / "rules", prepare_pack)


@pytest.fixture
def place(shelf: FolderShelf) -> Place:
    log, matcher = WatchedLog(), Changed()
    settings = HallwaySettings(
        "midas-consolidation", "https://pactolus.example/fhir/CodeSystem/", Limits(), software_versions()
    )
    return Place(Hallway(shelf, matcher, log, lambda: NOW, settings), log, matcher)


# --- record, then answer -------------------------------------------------------------------------


def test_the_answer_is_the_recorded_one(place: Place) -> None:
    answer = place.hallway.evaluate(NEGATIVE)
    stored = place.log.read(answer.receipt.index)
    assert answer.receipt == Receipt(place.log.origin, 0, leaf_hash(stored.leaf))
    assert (stored.event, stored.outcome) == ("evaluation", "OFFER")
    assert set(stored.rules) == {r.rule for r in answer.decision.reasons if r.truth == "true"}
    assert decode_answer(stored.output) == (answer.decision, answer.bundle)
    commitment = read_commitment(stored.leaf)
    assert commitment["pack_digest"] == answer.decision.pack.digest
    assert commitment["instant"] == "2026-03-01T09:00:00.000Z"


def test_no_answer_leaves_when_the_record_fails(place: Place) -> None:
    place.log.fails = True
    for command in (NEGATIVE, REFUSED, replace(NEGATIVE, pack_id="other")):
        with pytest.raises(AuditUnavailable):
            place.hallway.evaluate(command)
    place.log.fails = False
    assert place.log.size() == 0
    # The request id is still free.
    assert place.hallway.evaluate(NEGATIVE).receipt.index == 0


def test_no_answer_leaves_when_the_log_cannot_be_asked(place: Place) -> None:
    place.log.close()
    for request_id in ("r1", ""):
        with pytest.raises(AuditUnavailable):
            place.hallway.evaluate(replace(NEGATIVE, request_id=request_id))


def test_a_failure_that_cannot_be_recorded_is_a_failure_of_the_log(place: Place) -> None:
    place.matcher.fail(MatcherFailed("it stopped"))
    place.log.fails = True
    with pytest.raises(AuditUnavailable) as caught:
        place.hallway.evaluate(NEGATIVE)
    assert isinstance(caught.value.__context__, MatcherFailed)


# --- the engine ----------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [lambda f: frozenset(sorted(f)[1:]), lambda f: f - f])
def test_engines_that_disagree_are_recorded_and_nobody_answers(
    place: Place, change: Callable[[frozenset[str]], frozenset[str]]
) -> None:
    place.matcher.change = change
    with pytest.raises(EnginesDisagree) as caught:
        place.hallway.evaluate(NEGATIVE)
    (record,) = place.log.taken
    assert (record.event, record.request_id, record.outcome) == ("failure", "", "")
    assert record.rules == caught.value.rules
    assert read_stored_input(record.input).request.request_id == "r1"
    # The same request id gets its answer once the engine is whole.
    place.matcher.change = lambda fired: fired
    assert place.hallway.evaluate(NEGATIVE).receipt.index == 1


@pytest.mark.parametrize("error", [MatcherFailed("it stopped"), ValueError(CANARY)])
def test_an_engine_that_fails_is_recorded_and_nobody_answers(place: Place, error: Exception) -> None:
    place.matcher.fail(error)
    with pytest.raises(type(error)):
        place.hallway.evaluate(NEGATIVE)
    (record,) = place.log.taken
    assert (record.event, record.request_id, record.patient_key) == ("failure", "", "")
    assert CANARY.encode() not in record.output


def test_a_bundle_that_cannot_be_written_is_recorded_and_nobody_answers(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise ValueError(CANARY)

    monkeypatch.setattr(request_way, "write", fail)
    with pytest.raises(ValueError, match=CANARY):
        place.hallway.evaluate(NEGATIVE)
    assert [record.event for record in place.log.taken] == ["failure"]
    assert CANARY.encode() not in place.log.taken[0].output


# --- refusals ------------------------------------------------------------------------------------


def test_a_refusal_is_recorded_and_raised_again(place: Place) -> None:
    told = []
    for _ in range(2):
        with pytest.raises(InputInvalid) as caught:
            place.hallway.evaluate(REFUSED)
        told.append(caught.value.violations)
    assert told[0] == told[1] != ()
    assert [(record.event, record.request_id) for record in place.log.taken] == [("refusal", "r1")]
    stored = read_stored_input(place.log.read(0).input)
    assert stored.request.resources == REFUSED.resources
    assert stored.decided.instant == "2026-03-01T09:00:00.000Z"


def test_a_refusal_says_which_pack_was_asked_for(place: Place) -> None:
    """A pack that is there stands in the leaf too; a name that no pack has stays in the payload."""
    for command in (REFUSED, replace(NEGATIVE, pack_id=CANARY, pack_version="9.9.9", request_id="")):
        with pytest.raises((InputInvalid, PackNotFound)):
            place.hallway.evaluate(command)
    known, unknown = (place.log.read(index) for index in (0, 1))
    pack = place.hallway.shelf.get("midas-consolidation").pack
    decided = read_stored_input(known.input).decided
    assert decided.pack == PackIdentity(pack.id, pack.version, pack.digest)
    assert decided.parameters["window-days-after"] == "42"
    assert read_commitment(known.leaf)["pack_digest"] == pack.digest
    assert read_stored_input(unknown.input).decided.pack == PackIdentity(CANARY, "9.9.9", "")
    assert read_commitment(unknown.leaf)["pack_id"] == ""
    assert CANARY.encode() not in unknown.leaf


def test_a_failure_says_under_which_pack(place: Place) -> None:
    place.matcher.fail(MatcherFailed("it stopped"))
    with pytest.raises(MatcherFailed):
        place.hallway.evaluate(NEGATIVE)
    assert read_commitment(place.log.read(0).leaf)["pack_id"] == "midas-consolidation"


def test_a_record_says_which_overlay_and_sign_offs_were_in_force(place: Place) -> None:
    compiled = place.hallway.shelf.get("midas-consolidation")
    signed = Approval(Approved.PACK, "c" * 64, "Dr. Example", "haematologist", date(2026, 2, 1))
    site = Overlay("Our site", {}, (), "d" * 64)
    pack = replace(compiled.pack, overlay=site, approvals=(signed,))
    hallway = replace(place.hallway, shelf=OnePack(replace(compiled, pack=pack)))
    hallway.evaluate(NEGATIVE)
    decided = read_stored_input(place.log.read(0).input).decided
    assert (decided.content_digest, decided.overlay_digest) == (pack.content_digest, "d" * 64)
    approval = RecordedApproval("pack", "c" * 64, "Dr. Example", "haematologist", "2026-02-01")
    assert decided.approvals == (approval,)


def test_what_the_door_found_is_told_with_the_rest(place: Place) -> None:
    told_by_door = Violation("evaluation_time", "expected an instant")
    command = replace(
        REFUSED, evaluation_time=None, violations=(told_by_door,), unread=b"\x01", patient="p" * 513
    )
    with pytest.raises(InputInvalid) as caught:
        place.hallway.evaluate(command)
    places = {violation.field for violation in caught.value.violations}
    assert places >= {"evaluation_time", "patient", "resources_json[0].Observation.status"}
    assert read_stored_input(place.log.read(0).input).request.unread == b"\x01"


def test_a_request_that_is_no_message_is_not_read_any_further(place: Place) -> None:
    whole = Violation(WHOLE_REQUEST, "expected a message")
    with pytest.raises(InputInvalid) as caught:
        place.hallway.evaluate(EvaluateCommand(violations=(whole,), unread=b"\xff"))
    assert caught.value.violations == (whole,)
    assert place.log.taken[0].event == "refusal"


def test_an_unknown_pack_is_recorded_and_raised_again(place: Place) -> None:
    for _ in range(2):
        with pytest.raises(PackNotFound):
            place.hallway.evaluate(replace(NEGATIVE, pack_id=CANARY))
    assert [record.event for record in place.log.taken] == ["refusal"]


def test_an_unknown_pack_is_one_violation_among_others(place: Place) -> None:
    with pytest.raises(InputInvalid) as caught:
        place.hallway.evaluate(replace(REFUSED, pack_id=CANARY))
    assert "pack" in {violation.field for violation in caught.value.violations}
    assert CANARY not in str(caught.value.violations)


@pytest.mark.parametrize(
    ("name", "limit"), [("request_id", 128), ("client", 128), ("tenant", 128), ("patient", 512)]
)
def test_a_text_of_the_envelope_has_its_limit(place: Place, name: str, limit: int) -> None:
    command = replace(NEGATIVE, request_id="", patient="Patient/testpatient-negative")
    text = "x" * limit if name != "patient" else "https://hospital.example/fhir/Patient/p".ljust(limit, "x")
    try:
        place.hallway.evaluate(replace(command, **{name: text}))
    except InputInvalid as refusal:
        assert "expected at most" not in str(refusal.violations)
    with pytest.raises(InputInvalid) as caught:
        place.hallway.evaluate(replace(command, **{name: text + "x"}))
    assert Violation(name, f"expected at most {limit} characters") in caught.value.violations


def test_a_request_id_that_is_too_long_is_no_key(place: Place) -> None:
    """Two different requests with it are two refusals; the second is not said to reuse the first."""
    for resources in (NEGATIVE.resources, REFUSED.resources):
        with pytest.raises(InputInvalid):
            place.hallway.evaluate(replace(NEGATIVE, resources=resources, request_id="r" * 129))
    assert [record.request_id for record in place.log.taken] == ["", ""]


# --- the request id and the instant --------------------------------------------------------------


def test_a_request_id_is_for_one_request(place: Place) -> None:
    first = place.hallway.evaluate(NEGATIVE)
    assert place.hallway.evaluate(NEGATIVE) == first
    with pytest.raises(RequestIdReused):
        place.hallway.evaluate(replace(NEGATIVE, evaluation_time=AT + timedelta(milliseconds=1)))
    with pytest.raises(RequestIdReused):
        place.hallway.evaluate(REFUSED)
    assert place.log.size() == 1


def test_a_repeated_request_is_answered_from_the_record_and_not_decided_again(place: Place) -> None:
    first = place.hallway.evaluate(NEGATIVE)
    place.matcher.fail(MatcherFailed("it stopped"))
    assert place.hallway.evaluate(NEGATIVE) == first


def test_the_clock_is_asked_when_nobody_said_an_instant(place: Place) -> None:
    answer = place.hallway.evaluate(replace(NEGATIVE, evaluation_time=None))
    # 12:30:15.250999 three hours east of UTC; whole milliseconds count.
    assert answer.decision.evaluation_time == "2026-03-01T09:30:15.250Z"
    stored = read_stored_input(place.log.read(0).input)
    assert (stored.request.evaluation_time, stored.decided.instant) == ("", "2026-03-01T09:30:15.250Z")


def test_an_instant_is_cut_to_milliseconds(place: Place) -> None:
    asked = replace(NEGATIVE, evaluation_time=AT + timedelta(microseconds=1999))
    assert place.hallway.evaluate(asked).decision.evaluation_time == "2026-03-01T09:00:00.001Z"
