"""When a server begins to serve: what is in force, and what is otherwise than at the last start."""

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.audit.memory import MemoryAuditLog
from pactolus_adapters.trail.activation import activation_event
from pactolus_adapters.trail.events import Actor, Event, EventRecorder
from pactolus_adapters.versions import software_versions
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.ports import DestroyKey
from tests.adapters.trail.room import AT
from tests.wire.stand import FakeShelf, pack

SERVICE = Actor("pactolus serve")


class Shelf(FakeShelf):
    """A shelf whose packs may be exchanged."""

    def hold(self, *packs: CompiledPack) -> "Shelf":
        """With these packs and no others."""
        self._packs = packs
        return self


def _start(log: MemoryAuditLog, shelf: FakeShelf, **settings: str) -> dict[str, str]:
    """The details of a start, recorded and read back."""
    event = activation_event(log, shelf, settings)
    index = EventRecorder(log, lambda: AT).record(SERVICE, event).index
    record = log.read(index)
    assert record.event == "activation"
    details: dict[str, str] = json.loads(record.input)
    return details


def _was(details: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in details.items() if name.startswith("was/")}


def test_the_first_start_tells_what_is_in_force() -> None:
    details = _start(MemoryAuditLog(lambda: AT), FakeShelf(), default_pack="midas")
    assert {name: text for name, text in details.items() if name.startswith("packs/midas/1.1.0/")} == {
        "packs/midas/1.1.0/digest": "ab" * 32,
        "packs/midas/1.1.0/content": "c" * 64,
        "packs/midas/1.1.0/active": "true",
        "packs/midas/1.1.0/overlay": "d" * 64,
        "packs/midas/1.1.0/approvals": f"overlay:{'d' * 64},pack:{'c' * 64}",
    }
    assert details["packs/midas/1.0.0/active"] == "false"
    assert details["settings/default_pack"] == "midas"
    assert details["versions/durable-rules"] == software_versions()["durable-rules"]
    assert "since" not in details
    assert not _was(details)


def test_the_next_start_tells_what_changed() -> None:
    log, shelf = MemoryAuditLog(lambda: AT), Shelf()
    _start(log, shelf, default_pack="midas", gone="x")
    same = _start(log, shelf, default_pack="midas", gone="x")
    assert (same["since"], _was(same)) == ("0", {})
    other = pack("1.1.0")
    changed = replace(other, pack=replace(other.pack, digest="ef" * 32, overlay=None))
    shelf.hold(changed, pack("2.0.0"))
    moved = _start(log, shelf, default_pack="other")
    assert moved["since"] == "1"
    was = _was(moved)
    assert was["was/packs/midas/1.1.0/digest"] == "ab" * 32
    assert was["was/packs/midas/1.1.0/overlay"] == "d" * 64
    assert was["was/packs/midas/1.0.0/digest"] == "ab" * 32
    assert was["was/packs/midas/2.0.0/digest"] == ""
    assert was["was/settings/default_pack"] == "midas"
    assert was["was/settings/gone"] == "x"
    assert "was/packs/midas/1.1.0/content" not in was


def test_a_start_that_was_erased_is_passed_over() -> None:
    log = MemoryAuditLog(lambda: AT)
    _start(log, FakeShelf(), a="1")
    _start(log, FakeShelf(), a="2")
    key_id = next(log.entries(1, 2)).key_id
    EventRecorder(log, lambda: AT).record(SERVICE, Event("pruning", {}, change=DestroyKey(key_id)))
    details = _start(log, FakeShelf(), a="3")
    assert (details["since"], _was(details)) == ("0", {"was/settings/a": "1"})


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.sampled_from("123")), min_size=1, max_size=4))
def test_the_changes_lead_back_from_each_start_to_the_one_before(starts: list[dict[str, str]]) -> None:
    log, shelf = MemoryAuditLog(lambda: AT), FakeShelf()
    before: dict[str, str] = {}
    for number, settings in enumerate(starts):
        details = _start(log, shelf, **settings)
        now = {name: text for name, text in details.items() if name.startswith("settings/")}
        undone = now | {
            name.removeprefix("was/"): text for name, text in _was(details).items() if "settings/" in name
        }
        assert not number or {name: text for name, text in undone.items() if text} == before
        before = now
