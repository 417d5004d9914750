"""Cosignatures: a witness's word with its time, over the text of a checkpoint."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from pactolus_adapters.tlog.cosignature import (
    Cosigner,
    add_cosignature,
    cosignature_line,
    cosignature_time,
)
from pactolus_adapters.tlog.errors import SignatureInvalid, TlogUnreadable
from pactolus_adapters.tlog.keys import SignatureType
from pactolus_adapters.tlog.note import NoteSignature, NoteVerifier, open_note, read_note, write_note
from tests.adapters.tlog.material import LOG, LOG_KEY, ORIGIN, OTHER_KEY, accepts, flips, names, private_keys

TIME = 1_679_315_147
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
WITNESS = Cosigner("witness.example/w1", PRIVATE)
WITNESS_KEY = NoteVerifier.from_text(WITNESS.verifier_key)
CHECKPOINT = Checkpoint(ORIGIN, 20852163, sha256(b"root").digest())
NOTE = sign_checkpoint(CHECKPOINT, LOG)
LINE = cosignature_line(NOTE, WITNESS, TIME)
COSIGNED = add_cosignature(NOTE, LINE)

# The example of the C2SP tlog-cosignature page; it gives no key.
SPECIFIED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\N{EM DASH} example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\N{EM DASH} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2"
    "oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()


def _witnessed() -> NoteSignature:
    (signature,) = [one for one in read_note(COSIGNED)[1] if one.is_of(WITNESS_KEY)]
    return signature


def test_the_word_of_a_witness_is_what_the_specification_says() -> None:
    """Worked out here once more: key id, eight bytes of time, and the message with its two lines."""
    public = PRIVATE.public_key().public_bytes_raw()
    signature = _witnessed()
    assert signature.key_id == sha256(b"witness.example/w1\n\x04" + public).digest()[:4]
    assert signature.payload[:8] == TIME.to_bytes(8, "big")
    message = f"cosignature/v1\ntime {TIME}\n{CHECKPOINT.text()}".encode()
    PRIVATE.public_key().verify(signature.payload[8:], message)


def test_the_example_of_the_specification_has_its_time_where_it_is_looked_for() -> None:
    _, (_, cosignature) = read_note(SPECIFIED)
    assert cosignature.name == "witness.example.com/w1"
    assert (int.from_bytes(cosignature.payload[:8], "big"), len(cosignature.payload)) == (TIME, 72)


def test_log_and_witness_are_both_verified() -> None:
    checkpoint, note = open_checkpoint(COSIGNED, [LOG_KEY, WITNESS_KEY])
    assert checkpoint == CHECKPOINT
    assert [one.name for one in note.verified] == [ORIGIN, "witness.example/w1"]
    assert cosignature_time(note, WITNESS_KEY) == TIME


@given(names, private_keys, st.integers(0, 2**63 - 1))
def test_what_a_witness_says_is_read_again(name: str, key: bytes, time: int) -> None:
    witness = Cosigner(name, key)
    verifier = NoteVerifier.from_text(witness.verifier_key)
    assert verifier.type is SignatureType.COSIGNATURE
    note = open_note(add_cosignature(NOTE, cosignature_line(NOTE, witness, time)), [verifier])
    assert cosignature_time(note, verifier) == time


def test_no_flipped_bit_of_a_cosigned_checkpoint_is_accepted() -> None:
    """Those that make the witness's name or id another one leave a stranger, and no witness."""
    for broken in flips(COSIGNED):
        try:
            _, note = open_checkpoint(broken, [LOG_KEY, WITNESS_KEY])
        except (TlogUnreadable, SignatureInvalid):
            continue
        with pytest.raises(SignatureInvalid, match="not cosigned"):
            cosignature_time(note, WITNESS_KEY)


def test_a_cosignature_of_another_time_does_not_fit() -> None:
    payload = _witnessed().payload
    text = CHECKPOINT.text().encode()
    assert WITNESS_KEY.verifies(text, payload)
    assert not WITNESS_KEY.verifies(text, (TIME + 1).to_bytes(8, "big") + payload[8:])
    for length in range(len(payload)):
        assert not WITNESS_KEY.verifies(text, payload[:length])
    assert not WITNESS_KEY.verifies(text, payload + b"\x00")


def test_a_time_beyond_the_format_is_refused_even_when_signed() -> None:
    late = 2**63
    text = CHECKPOINT.text().encode()
    signature = PRIVATE.sign(f"cosignature/v1\ntime {late}\n".encode() + text)
    assert not WITNESS_KEY.verifies(text, late.to_bytes(8, "big") + signature)
    for time in (-1, late):
        with pytest.raises(TlogUnreadable, match="time of a cosignature"):
            cosignature_line(NOTE, WITNESS, time)


def test_a_signature_of_one_type_is_not_taken_for_the_other() -> None:
    """The same key, the same name: the types are told apart by key id and by what is signed."""
    public = PRIVATE.public_key().public_bytes_raw()
    as_log = NoteVerifier(WITNESS.name, SignatureType.ED25519, public)
    text = CHECKPOINT.text().encode()
    assert as_log.key_id != WITNESS_KEY.key_id
    assert not as_log.verifies(text, _witnessed().payload)
    assert not as_log.verifies(text, _witnessed().payload[8:])
    assert not WITNESS_KEY.verifies(text, PRIVATE.sign(text))


def test_the_latest_of_several_times_counts() -> None:
    note = COSIGNED
    for time in (TIME + 60, TIME - 60):
        note = add_cosignature(note, cosignature_line(note, WITNESS, time))
    assert cosignature_time(open_note(note, [WITNESS_KEY]), WITNESS_KEY) == TIME + 60


def test_who_has_not_cosigned_has_no_time() -> None:
    note = open_note(COSIGNED, [LOG_KEY])
    for key in (WITNESS_KEY, OTHER_KEY, LOG_KEY):
        with pytest.raises(SignatureInvalid, match=f"not cosigned by witness `{key.name}`"):
            cosignature_time(note, key)


def test_adding_the_same_word_twice_changes_nothing() -> None:
    assert add_cosignature(COSIGNED, LINE) == COSIGNED
    assert read_note(COSIGNED)[0] == CHECKPOINT.text()


def test_only_checkpoints_are_cosigned() -> None:
    note = write_note("hello\n", LOG)
    with pytest.raises(TlogUnreadable, match="three lines"):
        cosignature_line(note, WITNESS, TIME)
    with pytest.raises(TlogUnreadable, match="three lines"):
        add_cosignature(note, LINE)


def test_a_line_over_another_checkpoint_shows_when_the_note_is_opened() -> None:
    other = sign_checkpoint(Checkpoint(ORIGIN, 1, bytes(32)), LOG)
    assert not accepts(open_checkpoint, add_cosignature(other, LINE), [LOG_KEY, WITNESS_KEY])
