"""The key file is made once, read only when nobody else can read it, and never guessed."""

import os
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.audit.key_sources import KEY_FILE, KeyCommand, KeyFile
from pactolus_adapters.audit.keys import KEY_BYTES, Keys, associated_data
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_engine.errors import AuditUnavailable
from tests.contract.audit_log import fixed_clock, new_record


@pytest.fixture
def keyed(tmp_path: Path) -> Path:
    """A directory with a key file."""
    KeyFile(tmp_path / KEY_FILE).make(os.urandom)
    return tmp_path


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A data directory with one record."""
    log = SqliteAuditLog(tmp_path / "data", fixed_clock)
    log.append(new_record())
    log.close()
    return tmp_path / "data"


# --- the file ----------------------------------------------------------------------------------


def test_a_key_file_is_32_bytes_for_its_owner_only(keyed: Path) -> None:
    assert [path.name for path in keyed.iterdir()] == [KEY_FILE]
    assert (keyed / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert len((keyed / KEY_FILE).read_bytes()) == KEY_BYTES


def test_a_key_file_is_never_replaced(keyed: Path) -> None:
    before = (keyed / KEY_FILE).read_bytes()
    with pytest.raises(AuditUnavailable, match="cannot be made"):
        KeyFile(keyed / KEY_FILE).make(os.urandom)
    assert (keyed / KEY_FILE).read_bytes() == before


def test_a_crash_while_it_was_made_leaves_no_half_key(tmp_path: Path) -> None:
    (tmp_path / f"{KEY_FILE}.new").write_bytes(b"half")
    KeyFile(tmp_path / KEY_FILE).make(os.urandom)
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert len(KeyFile(tmp_path / KEY_FILE).read(False, os.urandom)) == KEY_BYTES


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610])
def test_a_key_file_that_others_can_reach_is_refused(stored: Path, mode: int) -> None:
    (stored / KEY_FILE).chmod(mode)
    with pytest.raises(AuditUnavailable, match="chmod 600"):
        SqliteAuditLog(stored, fixed_clock)


def _shorter(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def _other(path: Path) -> None:
    path.write_bytes(os.urandom(KEY_BYTES))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (Path.unlink, "is missing"),
        (_shorter, "32 bytes"),
        (_longer, "32 bytes"),
        (_link, "cannot be read"),
        (_other, "belongs to another audit store"),
    ],
)
def test_a_store_does_not_open_with_a_wrong_key_file(
    stored: Path, spoil: Callable[[Path], object], message: str
) -> None:
    files = {path.name for path in stored.iterdir()}
    spoil(stored / KEY_FILE)
    with pytest.raises(AuditUnavailable, match=message):
        SqliteAuditLog(stored, fixed_clock)
    made = {path.name for path in stored.iterdir()} - files
    assert made <= {"elsewhere"}


def test_a_key_file_that_waits_for_its_store_is_used(keyed: Path) -> None:
    before = (keyed / KEY_FILE).read_bytes()
    log = SqliteAuditLog(keyed, fixed_clock)
    log.append(new_record())
    log.close()
    assert (keyed / KEY_FILE).read_bytes() == before


# --- a command that prints the key ---------------------------------------------------------------


def _prints(text: str, code: int = 0) -> KeyCommand:
    return KeyCommand((sys.executable, "-c", f"import sys; sys.stdout.write({text!r}); sys.exit({code})"))


@pytest.mark.parametrize("written", [bytes.hex, lambda key: b64encode(key).decode() + "\n"])
def test_a_command_prints_the_key_in_hex_or_base64(tmp_path: Path, written: Callable[[bytes], str]) -> None:
    root = os.urandom(KEY_BYTES)
    log = SqliteAuditLog(tmp_path, fixed_clock, key_source=_prints(written(root)))
    log.append(new_record())
    log.close()
    assert not (tmp_path / KEY_FILE).exists()
    log = SqliteAuditLog(tmp_path, fixed_clock, key_source=_prints(root.hex().upper()))
    assert log.read(0).input == new_record().input
    log.close()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (_prints("00" * 31), "64 hex digits"),
        (_prints(""), "64 hex digits"),
        (_prints("00" * 32, code=1), "failed"),
        (KeyCommand(("/nowhere/at/all",)), "failed"),
        (_prints("11" * 32), "belongs to another audit store"),
    ],
)
def test_a_command_that_prints_no_key_or_another_is_refused(
    tmp_path: Path, command: KeyCommand, message: str
) -> None:
    SqliteAuditLog(tmp_path, fixed_clock, key_source=_prints("22" * 32)).close()
    with pytest.raises(AuditUnavailable, match=message) as refused:
        SqliteAuditLog(tmp_path, fixed_clock, key_source=command)
    assert "11" * 32 not in str(refused.value)


# --- what is derived and wrapped -----------------------------------------------------------------


def test_keys_of_one_file_agree_and_of_two_files_differ() -> None:
    same, again, other = Keys(bytes(32)), Keys(bytes(32)), Keys(b"\x01" + bytes(31))
    assert same.check_value == again.check_value != other.check_value
    assert same.pseudonym("patient", "t", "p") == again.pseudonym("patient", "t", "p")
    assert same.pseudonym("patient", "t", "p") != other.pseudonym("patient", "t", "p")


def test_a_pseudonym_depends_on_kind_tenant_and_name() -> None:
    keys = Keys(bytes(32))
    made = {
        keys.pseudonym(*parts)
        for parts in [("a", "b", "c"), ("x", "b", "c"), ("a", "x", "c"), ("a", "b", "x")]
    }
    made |= {keys.pseudonym("a", "bc", ""), keys.pseudonym("a", "", "bc"), keys.pseudonym("ab", "", "c")}
    assert len(made) == 7


def test_pseudonyms_outlive_their_key_encryption_key() -> None:
    before, after = Keys(bytes(32), os.urandom(32)), bytes(range(32))
    moved = Keys(after, b"x").wrapped_pseudonym_key(os.urandom)
    assert Keys(after).with_pseudonym_key(after, moved).pseudonym("a", "b", "c") != before.pseudonym(
        "a", "b", "c"
    )
    stored = before.wrapped_pseudonym_key(os.urandom)
    opened = Keys(bytes(32)).with_pseudonym_key(bytes(32), stored)
    assert opened.pseudonym("a", "b", "c") == before.pseudonym("a", "b", "c")
    flipped = f"{int(stored[0], 16) ^ 1:x}{stored[1:]}"
    for other in ("", "00", "00:00:00", "zz:zz", flipped):
        with pytest.raises(AuditUnavailable):
            Keys(bytes(32)).with_pseudonym_key(bytes(32), other)


def test_a_key_is_the_same_under_another_key_encryption_key() -> None:
    before, after = Keys(bytes(32)), Keys(b"\x01" + bytes(31))
    wrapped, plain = before.new_data_key("subject", os.urandom)
    moved = after.rewrapped(wrapped, before, os.urandom)
    assert (after.unwrap(moved), moved.key_id, moved.subject) == (plain, wrapped.key_id, "subject")
    assert moved.wrapped_by == after.check_value != wrapped.wrapped_by


def test_a_wrapped_key_opens_for_its_own_row_only() -> None:
    keys = Keys(bytes(32))
    wrapped, plain = keys.new_data_key("subject", os.urandom)
    assert keys.unwrap(wrapped) == plain
    assert plain not in wrapped.wrapped
    altered = [
        replace(wrapped, key_id="other"),
        replace(wrapped, subject="other"),
        replace(wrapped, nonce=bytes(12)),
        replace(wrapped, nonce=b""),
        replace(wrapped, wrapped=wrapped.wrapped[:-1] + b"\x00\x00"),
        replace(wrapped, wrapped=b""),
    ]
    for key in altered:
        with pytest.raises(AuditUnavailable, match="altered"):
            keys.unwrap(key)
    with pytest.raises(AuditUnavailable):
        Keys(b"\x01" + bytes(31)).unwrap(wrapped)


@given(st.lists(st.binary(max_size=3), max_size=4), st.lists(st.binary(max_size=3), max_size=4))
def test_parts_never_trade_bytes(left: list[bytes], right: list[bytes]) -> None:
    assert (associated_data("x", *left) == associated_data("x", *right)) == (left == right)
