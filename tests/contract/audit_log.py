"""What every audit log promises, whatever it is kept in: the suite behind the port `AuditLog`.

A store runs it by subclassing `AuditLogContract` with a fixture `make_log`, which makes an empty
log on a given clock; each defect found in one store becomes a case here.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_engine.errors import AuditUnavailable, PatientMoved, RequestIdReused
from pactolus_engine.ports import (
    HISTORY_RECORDS,
    AuditLog,
    Expected,
    NewRecord,
    PatientHistory,
    Receipt,
)
from pactolus_engine.record import leaf_hash, read_commitment

__all__ = ["AuditLogContract", "Clock", "MakeLog", "fixed_clock", "new_record"]

Clock = Callable[[], datetime]
MakeLog = Callable[[Clock], AuditLog]

RACERS = 32

_HISTORIES = st.lists(st.tuples(st.sampled_from(["", "r1", "r2"]), st.sampled_from([b"x", b"y"])))


def fixed_clock() -> datetime:
    """A wall clock that stands still, three hours east."""
    return datetime(2026, 3, 1, 12, 30, 15, 250, tzinfo=timezone(timedelta(hours=3)))


def naive_clock() -> datetime:
    """A clock that does not say where it stands."""
    return datetime(2026, 3, 1)  # noqa: DTZ001 - that is its fault


def new_record(
    request_id: str = "request-1", *, about: bytes = b"a synthetic request", patient: str = "Patient/p1"
) -> NewRecord:
    """A record of an evaluation; `about` makes its contents and its request digest."""
    return NewRecord(
        event="evaluation",
        tenant="north",
        client="middleware",
        patient_key=patient,
        request_id=request_id,
        request_digest=sha256(about).hexdigest(),
        instant="2026-03-01T09:00:00.000Z",
        commitment={"pack_id": "midas-consolidation", "pack_version": "1.0.0", "pack_digest": "ab" * 32},
        input=b"input of " + about,
        output=b"output of " + about,
        outcome="OFFER",
        rules=("offer-isa-krd-x6", "offer-asct-isa-krd-x2"),
    )


def _together(count: int, work: Callable[[int], object]) -> list[object]:
    """What `count` threads come to that start at once; an exception counts as a result."""
    start = Barrier(count)

    def run(number: int) -> object:
        start.wait()
        try:
            return work(number)
        except (AuditUnavailable, PatientMoved, RequestIdReused) as error:
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


class AuditLogContract:
    """The promises of `AuditLog`, one test each."""

    @pytest.fixture
    def make_log(self) -> MakeLog:
        """The store under test brings its own."""
        raise NotImplementedError

    @pytest.fixture
    def log(self, make_log: MakeLog) -> AuditLog:
        """An empty log."""
        return make_log(fixed_clock)

    # --- append and read

    def test_records_are_numbered_from_zero_without_gaps(self, log: AuditLog) -> None:
        receipts = [log.append(new_record(f"request-{number}"))[0] for number in range(5)]
        assert [receipt.index for receipt in receipts] == [0, 1, 2, 3, 4]
        assert len({receipt.log_origin for receipt in receipts}) == 1
        assert log.size() == 5

    def test_a_new_log_is_empty(self, log: AuditLog) -> None:
        assert log.size() == 0
        with pytest.raises(KeyError):
            log.read(0)

    def test_the_answer_comes_back_with_the_receipt_of_its_leaf(self, log: AuditLog) -> None:
        record = new_record()
        receipt, answer = log.append(record)
        assert answer == record.output
        assert receipt.leaf_hash == leaf_hash(log.read(receipt.index).leaf)
        assert len(receipt.leaf_hash) == 32

    @pytest.mark.parametrize("event", ["evaluation", "refusal"])
    @pytest.mark.parametrize("patient", ["Patient/p1", ""])
    def test_a_record_is_read_as_it_was_written(self, log: AuditLog, event: str, patient: str) -> None:
        record = replace(new_record(patient=patient), event=event)
        log.append(new_record("another", about=b"something else"))
        stored = log.read(log.append(record)[0].index)
        for name in ("event", "input", "output", "outcome", "rules"):
            assert getattr(stored, name) == getattr(record, name)

    def test_empty_parts_stay_empty(self, log: AuditLog) -> None:
        record = replace(new_record(), input=b"", output=b"", outcome="", rules=(), instant="")
        stored = log.read(log.append(record)[0].index)
        assert (stored.input, stored.output, stored.rules) == (b"", b"", ())

    @pytest.mark.parametrize("index", [-1, 1, 10**30])
    def test_an_index_outside_the_log_is_a_key_error(self, log: AuditLog, index: int) -> None:
        log.append(new_record())
        with pytest.raises(KeyError):
            log.read(index)

    def test_the_time_of_a_record_is_utc_with_microseconds(self, log: AuditLog) -> None:
        stored = log.read(log.append(new_record())[0].index)
        assert stored.recorded_at == "2026-03-01T09:30:15.000250Z"
        assert read_commitment(stored.leaf)["recorded_at"] == stored.recorded_at

    def test_a_clock_without_time_zone_is_refused(self, make_log: MakeLog) -> None:
        log = make_log(naive_clock)
        with pytest.raises(ValueError, match="time zone"):
            log.append(new_record())
        assert log.size() == 0

    # --- the leaf

    def test_a_leaf_holds_these_fields_and_no_others(self, log: AuditLog) -> None:
        leaf = read_commitment(log.read(log.append(new_record())[0].index).leaf)
        assert leaf.keys() == {
            *("schema_version", "event", "recorded_at", "instant", "pack_id", "pack_version", "pack_digest"),
            *("client_pseudonym", "patient_pseudonym", "input_digest", "output_digest", "key_id"),
        }
        assert leaf["pack_digest"] == "ab" * 32
        assert leaf["instant"] == "2026-03-01T09:00:00.000Z"

    def test_a_leaf_tells_nothing_of_what_is_erasable(self, log: AuditLog) -> None:
        record = new_record("request-of-a-patient")
        leaf = log.read(log.append(record)[0].index).leaf.decode()
        plain = [record.patient_key, record.client, record.tenant, record.request_id, record.outcome]
        plain += [*record.rules, record.request_digest]
        plain += [sha256(part).hexdigest() for part in (record.input, record.output)]
        assert [word for word in plain if word in leaf] == []

    def test_the_same_content_has_another_digest_each_time(self, log: AuditLog) -> None:
        first, second = (
            read_commitment(log.read(log.append(new_record(""))[0].index).leaf) for _ in range(2)
        )
        assert first["input_digest"] != second["input_digest"]
        assert first["output_digest"] != second["output_digest"]

    def test_a_pseudonym_is_the_same_for_the_same_patient_of_the_same_tenant_only(
        self, log: AuditLog
    ) -> None:
        def patient(record: NewRecord) -> str:
            return read_commitment(log.read(log.append(record)[0].index).leaf)["patient_pseudonym"]

        known = patient(new_record("1"))
        assert known == patient(new_record("2", about=b"other"))
        assert known != patient(new_record("3", patient="Patient/p2"))
        assert known != patient(replace(new_record("4"), tenant="south"))
        assert patient(new_record("5", patient="")) == ""

    @pytest.mark.parametrize("commitment", [{"outcome": "OFFER"}, {"event": "x"}, {"pack_id": "Jane Doe"}])
    def test_what_is_no_commitment_is_refused_and_nothing_is_written(
        self, log: AuditLog, commitment: dict[str, str]
    ) -> None:
        with pytest.raises(ValueError, match="commitment"):
            log.append(replace(new_record(), commitment=commitment))
        assert log.size() == 0
        assert log.append(new_record())[0].index == 0

    # --- idempotency

    def test_a_repeated_request_gets_the_first_answer_and_no_record(self, log: AuditLog) -> None:
        first = log.append(new_record())
        again = log.append(replace(new_record(), output=b"another output"))
        assert again == first
        assert log.size() == 1

    def test_a_request_id_with_other_fields_is_refused(self, log: AuditLog) -> None:
        first = log.append(new_record())
        with pytest.raises(RequestIdReused):
            log.append(new_record(about=b"something else"))
        assert log.size() == 1
        assert log.append(new_record()) == first

    @pytest.mark.parametrize(
        "change", [{"tenant": "south"}, {"client": "portal"}, {"request_id": "request-2"}]
    )
    def test_a_request_id_belongs_to_its_client_and_tenant(
        self, log: AuditLog, change: dict[str, str]
    ) -> None:
        log.append(new_record())
        other = replace(new_record(about=b"something else"), **change)  # type: ignore[arg-type]
        assert log.append(other)[0].index == 1

    def test_tenant_and_client_cannot_trade_letters(self, log: AuditLog) -> None:
        log.append(replace(new_record(), tenant="ab", client="c"))
        assert log.append(replace(new_record(), tenant="a", client="bc"))[0].index == 1

    def test_a_request_id_may_hold_anything(self, log: AuditLog) -> None:
        names = ["a", "a\0", "a\\0", "a\\\0", "\\\\0", "A", "ä", "a\u0308", "'; --", "%s", "{}", "\U0001f9ec"]
        first = {name: log.append(new_record(name, about=name.encode())) for name in names}
        assert [receipt.index for receipt, _ in first.values()] == list(range(len(names)))
        for name in names:
            assert log.append(new_record(name, about=name.encode())) == first[name]
            assert log.read(first[name][0].index).input == b"input of " + name.encode()

    def test_without_request_id_every_request_is_recorded(self, log: AuditLog) -> None:
        assert [log.append(new_record(""))[0].index for _ in range(3)] == [0, 1, 2]
        assert log.answered("north", "middleware", "", new_record("").request_digest) is None

    def test_answered_tells_what_was_answered(self, log: AuditLog) -> None:
        record = new_record()
        key = (record.tenant, record.client, record.request_id)
        assert log.answered(*key, record.request_digest) is None
        first = log.append(record)
        assert log.answered(*key, record.request_digest) == first
        with pytest.raises(RequestIdReused):
            log.answered(*key, new_record(about=b"other").request_digest)
        assert log.answered("north", "middleware", "unheard", record.request_digest) is None

    # --- the history of a patient

    def test_a_history_is_the_evaluations_under_any_name(self, log: AuditLog) -> None:
        names = ("Patient/p1", "urn:oid:1.2|7")
        kept = [
            new_record("1"),
            replace(new_record("2", patient="urn:oid:1.2|7"), patient_names=names),
            replace(new_record("3"), event="refusal"),
            new_record("4", patient="Patient/p2"),
            replace(new_record("5"), tenant="south"),
            new_record("6", patient=""),
            replace(new_record("7"), patient_names=names),
        ]
        for record in kept:
            log.append(record)
        assert log.history("north", ("Patient/p1",)).indexes == (0, 1, 6)
        assert log.history("north", ("urn:oid:1.2|7",)).indexes == (1, 6)
        assert log.history("north", names) == PatientHistory((0, 1, 6), True)
        assert log.history("south", names).indexes == (4,)
        assert log.history("north", ("Patient/p3", "")) == log.history("north", ()) == PatientHistory()
        assert (log.history("north", names).last, PatientHistory().last) == (6, -1)

    def test_a_long_history_is_its_newest_part(self, log: AuditLog) -> None:
        for number in range(HISTORY_RECORDS):
            log.append(new_record(str(number)))
        assert log.history("north", ("Patient/p1",)).is_complete
        log.append(new_record("one more"))
        history = log.history("north", ("Patient/p1",))
        assert history == PatientHistory(tuple(range(1, HISTORY_RECORDS + 1)), False)

    def test_every_name_comes_back_with_its_record(self, log: AuditLog) -> None:
        record = replace(new_record(), patient_names=("Patient/p1", "urn:oid:1.2|7", "urn:oid:1.2|8"))
        assert log.read(log.append(record)[0].index).input == record.input
        assert b"urn:oid" not in log.read(0).leaf

    def test_a_record_is_not_taken_when_its_patient_has_moved(self, log: AuditLog) -> None:
        names = ("Patient/p1", "urn:oid:1.2|7")
        expecting = replace(new_record("1"), expected=Expected(names, -1), patient_names=names)
        assert log.append(expecting)[0].index == 0
        for last in (-1, 1):
            with pytest.raises(PatientMoved):
                log.append(replace(expecting, request_id="2", expected=Expected(names, last)))
        assert log.size() == 1
        # Another patient, or a refusal, moves nothing; a repeated request is answered all the same.
        log.append(new_record("3", patient="Patient/p2"))
        log.append(replace(new_record("4"), event="refusal"))
        assert log.append(expecting)[0].index == 0
        assert log.append(replace(expecting, request_id="5", expected=Expected(names, 0)))[0].index == 3

    def test_of_records_that_expect_the_same_one_is_taken(self, log: AuditLog) -> None:
        def append(number: int) -> object:
            return log.append(replace(new_record(str(number)), expected=Expected(("Patient/p1",), -1)))

        results = _together(RACERS, append)
        assert sum(isinstance(result, tuple) for result in results) == 1
        assert sum(isinstance(result, PatientMoved) for result in results) == RACERS - 1
        assert log.size() == 1

    # --- races

    def test_a_race_for_one_request_id_makes_one_record(self, log: AuditLog) -> None:
        results = _together(
            RACERS, lambda number: log.append(replace(new_record(), output=f"output {number}".encode()))
        )
        assert len(set(results)) == 1
        assert log.size() == 1

    def test_a_race_with_other_fields_has_one_winner(self, log: AuditLog) -> None:
        results = _together(RACERS, lambda number: log.append(new_record(about=str(number).encode())))
        winners = [result for result in results if isinstance(result, tuple)]
        assert len(winners) == 1
        assert sum(isinstance(result, RequestIdReused) for result in results) == RACERS - 1
        assert log.size() == 1

    def test_appends_at_once_share_the_numbers_without_gaps(self, log: AuditLog) -> None:
        results = _together(RACERS, lambda number: log.append(new_record(f"request-{number}")))
        receipts = [result[0] for result in results if isinstance(result, tuple)]
        assert sorted(receipt.index for receipt in receipts) == list(range(RACERS))
        for receipt in receipts:
            assert leaf_hash(log.read(receipt.index).leaf) == receipt.leaf_hash

    # --- close

    def test_a_closed_log_takes_and_gives_nothing(self, log: AuditLog) -> None:
        log.append(new_record())
        log.close()
        log.close()
        record = new_record("request-2")
        calls: list[Callable[[], object]] = [
            lambda: log.append(record),
            lambda: log.answered("north", "middleware", "request-1", record.request_digest),
            lambda: log.read(0),
            lambda: log.history("north", ("Patient/p1",)),
            log.size,
        ]
        for call in calls:
            with pytest.raises(AuditUnavailable, match="closed"):
                call()

    # --- any history

    def test_any_history_is_that_of_a_list(self, make_log: MakeLog) -> None:
        @settings(max_examples=15)
        @given(_HISTORIES)
        def holds(requests: list[tuple[str, bytes]]) -> None:
            log = make_log(fixed_clock)
            _replay_against_a_list(log, requests)
            log.close()

        holds()


def _replay_against_a_list(log: AuditLog, requests: list[tuple[str, bytes]]) -> None:
    """Against the plainest model: a list of what was taken, and a dictionary of request ids."""
    taken: list[bytes] = []
    known: dict[str, tuple[Receipt, bytes]] = {}
    for request_id, about in requests:
        record = new_record(request_id, about=about)
        if request_id in known and known[request_id][1] != record.output:
            with pytest.raises(RequestIdReused):
                log.append(record)
            continue
        result = log.append(record)
        if request_id in known:
            assert result == known[request_id]
            continue
        assert result[0].index == len(taken)
        taken.append(record.input)
        if request_id:
            known[request_id] = result
    assert [log.read(index).input for index in range(log.size())] == taken
