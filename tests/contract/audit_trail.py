"""What every audit log promises its auditors, whatever it is kept in: the suite behind `AuditTrail`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from pactolus_adapters.tlog.checkpoint import open_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.tlog.verify import verify_consistency, verify_inclusion
from pactolus_adapters.trail.verify import verify
from pactolus_engine.errors import RecordGone, RequestIdReused
from pactolus_engine.ports import DestroyKey, NewRecord, PrunePayloads
from pactolus_engine.record import read_commitment
from pactolus_engine.trail import AuditTrail, Selection
from tests.contract.audit_log import fixed_clock, new_record
from tests.support.merkle import recursive_consistency, recursive_inclusion, recursive_root

__all__ = ["AuditTrailContract", "MakeTrail", "event"]

MakeTrail = Callable[[Callable[[], datetime]], AuditTrail]


def event(
    kind: str, *, about: int | None = None, change: DestroyKey | PrunePayloads | None = None
) -> NewRecord:
    """A record that is no evaluation."""
    return replace(new_record("", patient=""), event=kind, about=about, change=change, outcome="", rules=())


def _filled(log: AuditTrail, count: int) -> list[bytes]:
    """So many records about three patients; their leaf hashes."""
    return [
        log.append(new_record(f"filled-{log.size()}", patient=f"Patient/p{number % 3}"))[0].leaf_hash
        for number in range(count)
    ]


class AuditTrailContract:
    """The promises of `AuditTrail`, beside those of `AuditLog`."""

    @pytest.fixture
    def make_log(self) -> MakeTrail:
        """The store under test brings its own."""
        raise NotImplementedError

    @pytest.fixture
    def trail(self, make_log: MakeTrail) -> AuditTrail:
        """An empty log."""
        return make_log(fixed_clock)

    # --- the tree

    def test_root_and_proofs_are_those_of_the_definition(self, trail: AuditTrail) -> None:
        leaves: list[bytes] = []
        for count in (1, 1, 5, 250, 3):
            leaves += _filled(trail, count)
            size = len(leaves)
            assert trail.root(size) == recursive_root(leaves)
        for index in (0, 1, 6, 255, 256, size - 1):
            assert trail.inclusion_proof(index, size) == recursive_inclusion(index, leaves)
        for first in (1, 2, 7, 256, 257, size):
            assert trail.consistency_proof(first, size) == recursive_consistency(first, leaves)

    def test_a_tree_that_is_not_there_is_not_proved(self, trail: AuditTrail) -> None:
        _filled(trail, 3)
        for index, size in ((3, 3), (-1, 3), (0, 4)):
            with pytest.raises(ValueError, match="expected"):
                trail.inclusion_proof(index, size)
        for first, size in ((4, 3), (1, 4)):
            with pytest.raises(ValueError, match="expected"):
                trail.consistency_proof(first, size)

    def test_a_checkpoint_covers_every_record_and_is_signed_by_the_log(self, trail: AuditTrail) -> None:
        verifier = NoteVerifier.from_text(trail.verifier_key)
        leaves = _filled(trail, 5)
        checkpoint, _ = open_checkpoint(trail.publish(), [verifier])
        assert (checkpoint.origin, checkpoint.size) == (trail.origin, 5)
        assert checkpoint.root == recursive_root(leaves)
        verify_inclusion(leaves[2], 2, 5, trail.inclusion_proof(2, 5), checkpoint.root)
        assert trail.publish() == trail.publish()

    def test_each_checkpoint_is_the_beginning_of_the_next(self, trail: AuditTrail) -> None:
        verifier = NoteVerifier.from_text(trail.verifier_key)
        for count in (3, 4, 260):
            _filled(trail, count)
            trail.publish()
        found = [open_checkpoint(note, [verifier])[0] for note in trail.checkpoints()]
        assert [one.size for one in found if one.size in {3, 7, 267}] == [3, 7, 267]
        for first, second in pairwise(found):
            proof = trail.consistency_proof(first.size, second.size)
            verify_consistency(first.size, second.size, proof, first.root, second.root)
        assert [one.size for one in found if one.size > 3] == [
            open_checkpoint(note, [verifier])[0].size for note in trail.checkpoints(3)
        ]

    def test_stored_checkpoints_say_what_they_are_filed_under(self, trail: AuditTrail) -> None:
        assert list(trail.stored_checkpoints()) == []
        for count in (3, 4):
            _filled(trail, count)
            trail.publish()
        verifier = NoteVerifier.from_text(trail.verifier_key)
        stored = list(trail.stored_checkpoints())
        assert [one.note for one in stored] == list(trail.checkpoints())
        for one in stored:
            checkpoint, _ = open_checkpoint(one.note, [verifier])
            assert (one.size, one.root) == (checkpoint.size, checkpoint.root)
        assert [one.size for one in trail.stored_checkpoints(3)] == [
            one.size for one in stored if one.size > 3
        ]

    def test_the_latest_checkpoint_is_the_largest_or_the_largest_of_so_many_records(
        self, trail: AuditTrail
    ) -> None:
        assert trail.latest_checkpoint() is None
        _filled(trail, 3)
        first = trail.publish()
        line = cosignature_line(first, Cosigner("witness.example", bytes(32)), 1)
        trail.add_cosignature(3, "witness.example", line)
        _filled(trail, 4)
        second = trail.publish()
        latest, earlier = trail.latest_checkpoint(), trail.latest_checkpoint(3)
        assert latest is not None
        assert (latest.size, latest.note) == (7, second)
        assert earlier is not None
        assert (earlier.size, earlier.note) == (3, first + line.encode() + b"\n")
        assert trail.latest_checkpoint(0) is None

    def test_what_was_recorded_erased_and_pruned_is_verified_as_whole(self, trail: AuditTrail) -> None:
        _filled(trail, 300)
        kept = trail.publish()
        trail.append(event("pruning", change=PrunePayloads(20)))
        (key_id,) = trail.keys_of("north", ("Patient/p0",))
        trail.append(event("erasure", change=DestroyKey(key_id)))
        trail.publish()
        for payloads in (False, True):
            found = verify(trail, since=kept, payloads=payloads)
            assert found.is_whole, found.findings
            assert (found.records, found.signed, found.pruned, found.erased) == (302, 302, 20, 93)

    def test_an_empty_log_has_a_checkpoint(self, trail: AuditTrail) -> None:
        checkpoint, _ = open_checkpoint(trail.publish(), [NoteVerifier.from_text(trail.verifier_key)])
        assert (checkpoint.size, checkpoint.root) == (0, recursive_root([]))

    def test_tiles_that_are_made_anew_are_the_same(self, trail: AuditTrail) -> None:
        _filled(trail, 258)
        places = [(0, 0), (0, 1), (1, 0)]
        before = [trail.tile(*place) for place in places]
        trail.rebuild_tiles()
        assert [trail.tile(*place) for place in places] == before
        assert [len(tile) for tile in before] == [8192, 64, 32]
        assert trail.tile(5, 0) == b""

    def test_a_clock_that_goes_back_is_said_in_the_leaf(self, make_log: MakeTrail) -> None:
        now = [fixed_clock()]
        log = make_log(lambda: now[0])
        _filled(log, 1)
        now[0] -= timedelta(hours=1)
        _filled(log, 1)
        now[0] += timedelta(days=10)
        _filled(log, 1)
        clocks = [read_commitment(entry.leaf).get("clock", "") for entry in log.entries(0, 3)]
        assert clocks == ["", "back", ""]

    # --- erasure

    def test_a_destroyed_key_takes_the_records_of_one_patient_and_no_proof(self, trail: AuditTrail) -> None:
        leaves = _filled(trail, 7)
        trail.publish()
        (key_id,) = trail.keys_of("north", ("Patient/p0",))
        erasure = trail.append(event("erasure", change=DestroyKey(key_id)))[0]
        for index in range(7):
            if index % 3:
                assert trail.read(index).index == index
            else:
                with pytest.raises(RecordGone, match=f"record `{index}` was erased by record `7`"):
                    trail.read(index)
        assert trail.keys_of("north", ("Patient/p0",)) == ()
        assert trail.history("north", ("Patient/p0",)).indexes == ()
        assert read_commitment(trail.read(7).leaf)["destroyed_key_id"] == key_id
        leaves.append(erasure.leaf_hash)
        assert trail.root(8) == recursive_root(leaves)
        assert [entry.erased_by for entry in trail.entries(0, 8)] == [7, None, None, 7, None, None, 7, None]
        assert [entry.has_payload for entry in trail.entries(0, 3)] == [False, True, True]
        assert {entry.key_id for entry in trail.entries(0, 8) if not entry.has_payload} == {key_id}
        assert [key.destroyed_by for key in trail.data_keys() if key.key_id == key_id] == [7]

    def test_a_request_id_outlives_its_erased_record(self, trail: AuditTrail) -> None:
        record = new_record("once")
        trail.append(record)
        (key_id,) = trail.keys_of("north", ("Patient/p1",))
        trail.append(event("erasure", change=DestroyKey(key_id)))
        with pytest.raises(RecordGone):
            trail.append(record)
        with pytest.raises(RecordGone):
            trail.answered(record.tenant, record.client, record.request_id, record.request_digest)
        assert trail.size() == 2

    def test_a_patient_who_comes_again_after_erasure_has_another_key(self, trail: AuditTrail) -> None:
        trail.append(new_record("before"))
        (before,) = trail.keys_of("north", ("Patient/p1",))
        trail.append(event("erasure", change=DestroyKey(before)))
        trail.append(new_record("after"))
        (after,) = trail.keys_of("north", ("Patient/p1",))
        assert after != before
        assert trail.read(2).input == new_record().input
        assert trail.history("north", ("Patient/p1",)).indexes == (2,)

    def test_pruning_takes_payloads_and_unused_keys_and_no_number(self, trail: AuditTrail) -> None:
        leaves = _filled(trail, 5)
        trail.append(event("pruning", change=PrunePayloads(4)))
        for index in range(4):
            with pytest.raises(RecordGone):
                trail.read(index)
        assert trail.read(4).index == 4
        assert read_commitment(trail.read(5).leaf)["pruned_before"] == "4"
        assert trail.keys_of("north", ("Patient/p1",)) != ()
        assert trail.keys_of("north", ("Patient/p0",)) == trail.keys_of("north", ("Patient/p2",)) == ()
        assert trail.size() == 6
        assert trail.root(5) == recursive_root(leaves)
        with pytest.raises(RecordGone):
            trail.append(new_record("filled-0", patient="Patient/p0"))

    def test_every_name_leads_to_the_patient_and_to_nobody_else(self, trail: AuditTrail) -> None:
        for request_id, names in (
            ("0", ("Patient/p1",)),
            ("1", ("urn:oid:1|7", "Patient/p1")),
            ("2", ("urn:oid:1|7", "urn:oid:2|8")),
            ("3", ("urn:oid:2|8",)),
            ("4", ("Patient/p2", "urn:oid:1|9")),
        ):
            trail.append(replace(new_record(request_id, patient=names[0]), patient_names=names))
        trail.append(event("read", about=3))
        whole = trail.reach(trail.pseudonyms("north", ("Patient/p1",)))
        for name in ("urn:oid:1|7", "urn:oid:2|8"):
            assert trail.reach(trail.pseudonyms("north", (name,))) == whole
        assert whole.pseudonyms == trail.pseudonyms("north", ("Patient/p1", "urn:oid:1|7", "urn:oid:2|8"))
        assert set(whole.keys) == set(trail.keys_of("north", ("Patient/p1", "urn:oid:1|7", "urn:oid:2|8")))
        assert (len(whole.keys), whole.records) == (3, 5)
        assert trail.reach(trail.pseudonyms("south", ("Patient/p1",))).keys == {}
        assert trail.reach(()).keys == {}
        for key_id in whole.keys:
            trail.append(event("erasure", change=DestroyKey(key_id)))
        assert trail.reach(whole.pseudonyms).keys == {}
        assert trail.reach(trail.pseudonyms("north", ("Patient/p2",))).records == 1

    def test_a_key_is_destroyed_once(self, trail: AuditTrail) -> None:
        trail.append(new_record())
        (key_id,) = trail.keys_of("north", ("Patient/p1",))
        for _ in range(2):
            trail.append(event("erasure", change=DestroyKey(key_id)))
        assert [key.destroyed_by for key in trail.data_keys() if key.key_id == key_id] == [1]

    # --- records about records, and the list

    def test_a_record_about_another_is_filed_under_its_patient(self, trail: AuditTrail) -> None:
        _filled(trail, 2)
        about = trail.append(event("read", about=1))[0].index
        (key_id,) = trail.keys_of("north", ("Patient/p1",))
        entries = {entry.index: entry for entry in trail.entries(0, 3)}
        assert entries[about].key_id == key_id
        assert read_commitment(entries[about].leaf)["about"] == "1"
        assert [one.index for one in trail.listed(Selection(about=1), -1, 9)] == [about]
        trail.append(event("erasure", change=DestroyKey(key_id)))
        with pytest.raises(RecordGone):
            trail.read(about)

    def test_the_list_narrows_by_everything_it_can(self, make_log: MakeTrail) -> None:
        now = [fixed_clock()]
        log = make_log(lambda: now[0])
        log.append(replace(new_record("0"), decision_id="d0"))
        now[0] += timedelta(hours=1)
        log.append(replace(new_record("1", patient="Patient/p2"), outcome="HOLD", rules=("hold-if-late",)))
        log.append(
            replace(new_record("2"), tenant="south", commitment={"pack_id": "r-iss", "pack_version": "2.0.0"})
        )
        log.append(replace(event("refusal"), patient_names=()))
        log.append(replace(new_record("4", patient="x"), patient_names=("Patient/p1", "x"), decision_id="d0"))
        (name,) = log.pseudonyms("north", ("Patient/p1",))
        expected = {
            Selection(): [0, 1, 2, 3, 4],
            Selection(since="2026-03-01T10:00:00.000000Z"): [1, 2, 3, 4],
            Selection(until="2026-03-01T10:00:00.000000Z"): [0],
            Selection(events=("refusal",)): [3],
            Selection(events=("refusal", "evaluation")): [0, 1, 2, 3, 4],
            Selection(outcome="HOLD"): [1],
            Selection(rule="offer-isa-krd-x6"): [0, 2, 4],
            Selection(pack_id="r-iss"): [2],
            Selection(pack_id="midas-consolidation", pack_version="1.0.0"): [0, 1, 3, 4],
            Selection(pack_id="midas-consolidation", pack_version="1.0.1"): [],
            Selection(patient_pseudonyms=(name,)): [0, 4],
            Selection(patient_pseudonyms=("0" * 64,)): [],
            Selection(decision_id="d0"): [0, 4],
            Selection(decision_id="d0", tenant="south"): [],
            Selection(decision_id="d1"): [],
            Selection(tenant="south"): [2],
            Selection(outcome="HOLD", tenant="south"): [],
        }
        found = {wanted: [one.index for one in log.listed(wanted, -1, 9)] for wanted in expected}
        assert found == expected

    def test_the_list_comes_in_pages(self, trail: AuditTrail) -> None:
        _filled(trail, 5)
        pages = [[one.index for one in trail.listed(Selection(), after, 2)] for after in (-1, 1, 3, 4)]
        assert pages == [[0, 1], [2, 3], [4], []]

    def test_a_listed_record_says_what_it_is_and_after_erasure_only_that_it_was(
        self, trail: AuditTrail
    ) -> None:
        trail.append(new_record("0"))
        (listed,) = trail.listed(Selection(), -1, 9)
        assert (listed.event, listed.outcome, listed.request_id) == ("evaluation", "OFFER", "0")
        assert (listed.tenant, listed.client) == ("north", "middleware")
        assert listed.rules == new_record().rules
        assert (listed.pack_id, listed.pack_version) == ("midas-consolidation", "1.0.0")
        assert listed.patient_pseudonym in trail.pseudonyms("north", ("Patient/p1",))
        (key_id,) = trail.keys_of("north", ("Patient/p1",))
        trail.append(event("erasure", change=DestroyKey(key_id)))
        erased = trail.listed(Selection(), -1, 9)[0]
        assert (erased.erased_by, erased.event, erased.request_id) == (1, "evaluation", "0")
        assert (erased.outcome, erased.rules, erased.patient_pseudonym, erased.about) == ("", (), "", None)
        assert erased.leaf_hash == listed.leaf_hash

    def test_every_record_is_opened_in_order_or_says_why_not(self, trail: AuditTrail) -> None:
        _filled(trail, 4)
        (key_id,) = trail.keys_of("north", ("Patient/p1",))
        trail.append(event("erasure", change=DestroyKey(key_id)))
        found = list(trail.opened(0, 5))
        assert [index for index, _ in found] == [0, 1, 2, 3, 4]
        assert [isinstance(one, RecordGone) for _, one in found] == [False, True, False, False, False]

    def test_another_request_under_a_known_id_is_refused_by_its_keyed_digest(self, trail: AuditTrail) -> None:
        trail.append(new_record("0"))
        with pytest.raises(RequestIdReused):
            trail.append(new_record("0", about=b"something else"))
