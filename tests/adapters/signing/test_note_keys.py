"""The keys of a log and a witness: made once in a file, or behind a command whose word is verified."""

import os
import shlex
import stat
import sys
import time
from pathlib import Path

import pytest

from pactolus_adapters.signing.command_key import CommandKey, SigningFailed, command_words
from pactolus_adapters.signing.keys import KeyUnusable, public_file, read_trust
from pactolus_adapters.signing.note_keys import (
    command_cosigner,
    command_signer,
    file_cosigner,
    file_signer,
    make_log_key,
    make_witness_key,
)
from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from pactolus_adapters.tlog.cosignature import add_cosignature, cosignature_line, cosignature_time
from pactolus_adapters.tlog.errors import VerifierKeyInvalid
from pactolus_adapters.tlog.note import NoteVerifier

ORIGIN = "log.example/decisions"
CHECKPOINT = Checkpoint(ORIGIN, 1, bytes(32))

_SIGN = """
import sys
from base64 import b64encode
from cryptography.hazmat.primitives.serialization import load_pem_private_key
key = load_pem_private_key(open(sys.argv[1], "rb").read(), None)
signature = key.sign(sys.stdin.buffer.read())
sys.stdout.buffer.write(signature if sys.argv[2] == "raw" else b64encode(signature) + b"\\n")
"""


def _command(*words: str) -> str:
    return shlex.join(words)


def _python(code: str, *arguments: str) -> str:
    return _command(sys.executable, "-c", code, *arguments)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "log.pem"


def test_the_key_of_a_log_is_made_for_its_owner_alone(key: Path) -> None:
    text = make_log_key(key, ORIGIN)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert read_trust([public_file(key)]).key_ids
    assert file_signer(key, ORIGIN).verifier_key == text
    assert open_checkpoint(
        sign_checkpoint(CHECKPOINT, file_signer(key, ORIGIN)), [NoteVerifier.from_text(text)]
    )[0] == CHECKPOINT  # fmt: skip


def test_no_key_is_overwritten_and_none_is_made_for_a_name_that_cannot_sign(key: Path) -> None:
    with pytest.raises(VerifierKeyInvalid):
        make_log_key(key, "two words")
    assert not key.exists()
    make_log_key(key, ORIGIN)
    before = key.read_bytes()
    with pytest.raises(KeyUnusable, match="is there already"):
        make_log_key(key, ORIGIN)
    assert key.read_bytes() == before


def test_a_file_without_a_key_or_open_to_others_is_refused(key: Path) -> None:
    with pytest.raises(KeyUnusable, match="cannot be read"):
        file_signer(key, ORIGIN)
    key.write_text("no key")
    key.chmod(0o600)
    with pytest.raises(KeyUnusable, match="expected an Ed25519 key in PEM"):
        file_signer(key, ORIGIN)
    key.chmod(0o640)
    with pytest.raises(KeyUnusable, match="can be read by others"):
        file_signer(key, ORIGIN)


def test_a_witness_has_a_key_of_its_own_type(tmp_path: Path, key: Path) -> None:
    log, witness = make_log_key(key, ORIGIN), make_witness_key(tmp_path / "w.pem", "witness.example")
    note = sign_checkpoint(CHECKPOINT, file_signer(key, ORIGIN))
    line = cosignature_line(note, file_cosigner(tmp_path / "w.pem", "witness.example"), 7)
    trusted = [NoteVerifier.from_text(log), NoteVerifier.from_text(witness)]
    _, opened = open_checkpoint(add_cosignature(note, line), trusted)
    assert cosignature_time(opened, trusted[1]) == 7


@pytest.mark.parametrize("form", ["raw", "base64"])
def test_a_command_signs_what_the_file_would(key: Path, form: str) -> None:
    text = make_log_key(key, ORIGIN)
    signer = command_signer(_python(_SIGN, str(key), form), text)
    assert (signer.name, signer.verifier_key) == (ORIGIN, text)
    assert sign_checkpoint(CHECKPOINT, signer) == sign_checkpoint(CHECKPOINT, file_signer(key, ORIGIN))


def test_a_command_cosigns_what_the_file_would(key: Path) -> None:
    text = make_witness_key(key, "witness.example")
    message = CHECKPOINT.text().encode()
    by_command = command_cosigner(_python(_SIGN, str(key), "raw"), text)
    assert by_command.sign(message, 7) == file_cosigner(key, "witness.example").sign(message, 7)


def test_a_command_with_another_key_signs_nothing(key: Path, tmp_path: Path) -> None:
    text = make_log_key(key, ORIGIN)
    make_log_key(tmp_path / "other.pem", ORIGIN)
    signer = command_signer(_python(_SIGN, str(tmp_path / "other.pem"), "raw"), text)
    with pytest.raises(SigningFailed, match="its public key does not verify"):
        sign_checkpoint(CHECKPOINT, signer)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("pactolus-no-such-program --key 1", "`pactolus-no-such-program` cannot be run"),
        ("/", "`/` cannot be run"),
        (_command("sh", "-c", "echo secret >&2; exit 3"), "`sh` ended with status 3"),
        (_command("sh", "-c", "kill -9 $$"), "ended with status -9"),
        ("true", "wrote no signature"),
        ("echo AAAA", "wrote no signature"),
        ("cat", "wrote no signature"),
        (_command("sh", "-c", "head -c 64 /dev/zero"), "its public key does not verify"),
    ],
)
def test_a_command_that_does_not_sign_is_told(key: Path, command: str, why: str) -> None:
    signer = command_signer(command, make_log_key(key, ORIGIN))
    with pytest.raises(SigningFailed, match=why) as told:
        sign_checkpoint(CHECKPOINT, signer)
    assert "secret" not in str(told.value)


def test_a_command_that_hangs_is_ended_with_its_children(key: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = _command("sh", "-c", f"sleep 60 & echo $! > {shlex.quote(str(pid_file))}; wait")
    signer = command_signer(command, make_log_key(key, ORIGIN), seconds=1)
    started = time.monotonic()
    with pytest.raises(SigningFailed, match="no answer within 1 s"):
        sign_checkpoint(CHECKPOINT, signer)
    assert time.monotonic() - started < 20
    assert not _runs(int(pid_file.read_text()))


def _runs(pid: int) -> bool:
    """Whether the process still does something; one that nobody has buried yet does not."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True


def test_no_shell_reads_the_command(key: Path, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    signer = command_signer(f"echo $(touch {planted}) ; touch {planted}", make_log_key(key, ORIGIN))
    with pytest.raises(SigningFailed, match="wrote no signature"):
        sign_checkpoint(CHECKPOINT, signer)
    assert not planted.exists()


@pytest.mark.parametrize(("command", "why"), [("", "is empty"), ("  ", "is empty"), ("a 'b", "not closed")])
def test_a_command_that_cannot_be_taken_apart_is_refused(command: str, why: str) -> None:
    with pytest.raises(SigningFailed, match=why):
        command_words(command)


def test_a_key_of_the_other_type_is_not_configured(key: Path, tmp_path: Path) -> None:
    log, witness = make_log_key(key, ORIGIN), make_witness_key(tmp_path / "w.pem", "witness.example")
    with pytest.raises(VerifierKeyInvalid, match="type 0x04, expected 0x01"):
        command_signer("true", witness)
    with pytest.raises(VerifierKeyInvalid, match="type 0x01, expected 0x04"):
        command_cosigner("true", log)


def test_the_command_gets_the_message_and_nothing_else(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    command = _command("sh", "-c", f"cat > {shlex.quote(str(seen))}")
    with pytest.raises(SigningFailed):
        CommandKey(command_words(command), bytes(32), 10).sign(b"message\n")
    assert seen.read_bytes() == b"message\n"
    assert os.listdir(tmp_path) == ["seen"]
