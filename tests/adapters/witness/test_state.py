"""The state of a witness: whole after any crash, never forgotten in silence, held by one process."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pactolus_adapters.tlog.checkpoint import read_checkpoint
from pactolus_adapters.tlog.keys import Ed25519NoteSigner, NoteVerifier
from pactolus_adapters.tlog.note import read_note
from pactolus_adapters.witness.errors import StateUnusable
from pactolus_adapters.witness.state import REFUSED_FOLDER, State
from tests.adapters.tlog.material import LOG_KEY, ORIGIN, OTHER
from tests.adapters.witness.material import History, a_witness

TRUE = History()


def _file(folder: Path) -> Path:
    (file,) = folder.glob("*.checkpoint")
    return file


def _kept(folder: Path, size: int) -> None:
    state = State(folder, [LOG_KEY])
    state.keep(read_checkpoint(read_note(TRUE.note(size))[0]), TRUE.note(size))
    state.close()


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    _kept(tmp_path / "a/b", 5)
    state = State(tmp_path / "a/b", [LOG_KEY])
    assert state.last(ORIGIN) == read_checkpoint(read_note(TRUE.note(5))[0])
    assert _file(tmp_path / "a/b").read_bytes() == TRUE.note(5)


def test_a_new_log_starts_empty(tmp_path: Path) -> None:
    assert State(tmp_path, [LOG_KEY]).last(ORIGIN).size == 0


def test_a_second_process_is_kept_out(tmp_path: Path) -> None:
    first = State(tmp_path, [LOG_KEY])
    with pytest.raises(StateUnusable, match="held by another witness"):
        State(tmp_path, [LOG_KEY])
    first.close()
    State(tmp_path, [LOG_KEY]).close()


@pytest.mark.parametrize(
    "damage", [lambda content: b"", lambda content: content[:40], lambda c: c.replace(b"\n5\n", b"\n4\n")]
)
def test_a_damaged_file_stops_the_start(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    _kept(tmp_path, 5)
    _file(tmp_path).write_bytes(damage(_file(tmp_path).read_bytes()))
    with pytest.raises(StateUnusable, match="would forget"):
        State(tmp_path, [LOG_KEY])


def test_a_file_of_another_log_stops_the_start(tmp_path: Path) -> None:
    other = NoteVerifier.from_text(OTHER.verifier_key)
    _kept(tmp_path, 5)
    state = State(tmp_path, [other])
    note = History(signer=OTHER).note(2)
    state.keep(read_checkpoint(read_note(note)[0]), note)
    state.close()
    first, second = tmp_path.glob("*.checkpoint")
    os.replace(first, second)
    with pytest.raises(StateUnusable):
        State(tmp_path, [LOG_KEY, other])


def test_a_key_that_was_taken_away_stops_the_start(tmp_path: Path) -> None:
    _kept(tmp_path, 5)
    new = NoteVerifier.from_text(Ed25519NoteSigner(ORIGIN, b"\x09" * 32).verifier_key)
    with pytest.raises(StateUnusable, match="name the log's earlier key too"):
        State(tmp_path, [new])
    State(tmp_path, [new, LOG_KEY])


def _failing(monkeypatch: pytest.MonkeyPatch, name: str, at: int) -> None:
    """Lets the call number `at`, from 1, of that function of `os` fail, and all after it."""
    real, calls = getattr(os, name), []

    def call(*arguments: object) -> object:
        calls.append(1)
        if len(calls) >= at:
            raise OSError(5, "synthetic failure")
        return real(*arguments)

    monkeypatch.setattr(os, name, call)


@pytest.mark.parametrize(("name", "at"), [("fsync", 1), ("fsync", 2), ("rename", 1)])
def test_what_cannot_be_made_durable_is_not_cosigned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    told: list[str] = []
    witness = a_witness(tmp_path, tell=told.append)
    assert witness.answer(TRUE.request(0, 5)).status == 200
    with monkeypatch.context() as broken:
        _failing(broken, name, at)
        assert witness.answer(TRUE.request(5, 9)).status == 503
    assert told[0].startswith("nothing is cosigned")
    is_unsure = (name, at) != ("fsync", 1)
    assert witness.answer(TRUE.request(5, 9)).status == (503 if is_unsure else 200)
    witness.close()
    assert a_witness(tmp_path).answer(TRUE.request(9, 9)).status in {200, 409}


def test_the_file_is_durable_before_the_signature_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order: content synced, renamed, folder synced; then the witness looks at the clock to sign."""
    witness, steps = a_witness(tmp_path), []
    for name in ("fsync", "rename"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, real=real, name=name: (steps.append(name), real(*a))[1])
    monkeypatch.setattr(witness, "_seconds", lambda: steps.append("sign") or 7)
    assert witness.answer(TRUE.request(0, 5)).status == 200
    assert steps == ["fsync", "rename", "fsync", "sign"]


def test_refused_checkpoints_do_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pactolus_adapters.witness.state._MOST_REFUSED", 3)
    witness = a_witness(tmp_path)
    witness.answer(TRUE.request(0, 5))
    for number in range(5):
        witness.answer(History(f"false {number}").request(5, 6))
    assert len(list((tmp_path / REFUSED_FOLDER).iterdir())) == 3
