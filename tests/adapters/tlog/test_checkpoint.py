"""Checkpoints: the form of the text, and whose signature makes one."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.tlog.checkpoint import (
    Checkpoint,
    open_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from pactolus_adapters.tlog.cosignature import Cosigner, add_cosignature, cosignature_line
from pactolus_adapters.tlog.errors import SignatureInvalid, TlogUnreadable
from pactolus_adapters.tlog.note import NoteVerifier, read_note, write_note
from tests.adapters.tlog.material import (
    LOG,
    LOG_KEY,
    ORIGIN,
    OTHER,
    OTHER_KEY,
    accepts,
    damaged,
    flips,
    hashes,
    lines,
    names,
    sizes,
)

# The example of the C2SP tlog-checkpoint page.
SPECIFIED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\N{EM DASH} example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
).encode()
CHECKPOINT = Checkpoint(ORIGIN, 1234, sha256(b"root").digest())
NOTE = sign_checkpoint(CHECKPOINT, LOG)
ROOT = base64.b64encode(CHECKPOINT.root).decode()


def test_the_checkpoint_of_the_specification_is_read() -> None:
    text, _ = read_note(SPECIFIED)
    checkpoint = read_checkpoint(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex().startswith("0ac5186a")
    assert checkpoint.text() == text


@given(lines, sizes.filter(bool), hashes, st.lists(lines, max_size=3).map(tuple))
def test_a_checkpoint_is_read_as_it_was_written(
    origin: str, size: int, root: bytes, extensions: tuple[str, ...]
) -> None:
    checkpoint = Checkpoint(origin, size, root, extensions)
    assert read_checkpoint(checkpoint.text()) == checkpoint


def test_a_signed_checkpoint_is_opened() -> None:
    checkpoint, note = open_checkpoint(NOTE, iter([LOG_KEY]))
    assert checkpoint == CHECKPOINT
    assert note.text == f"{ORIGIN}\n1234\n{ROOT}\n"


def test_no_flipped_bit_of_a_checkpoint_is_accepted() -> None:
    for broken in flips(NOTE):
        assert not accepts(open_checkpoint, broken, [LOG_KEY])


@given(damaged(CHECKPOINT.text().encode()).map(lambda text: text.decode("utf-8", "replace")) | st.text())
def test_a_text_has_one_checkpoint_and_a_checkpoint_one_text(text: str) -> None:
    if accepts(read_checkpoint, text):
        assert read_checkpoint(text).text() == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "three lines"),
        (f"{ORIGIN}\n1\n", "three lines"),
        (f"{ORIGIN}\n1\n{ROOT}", "three lines"),
        (f"{ORIGIN}\n1\n{ROOT}\nmore", "each ends in a newline"),
        (f"\n1\n{ROOT}\n", "one non-empty line each"),
        (f"{ORIGIN}\n1\n{ROOT}\n\n", "one non-empty line each"),
        (f"{ORIGIN}\n01\n{ROOT}\n", "leading zeros"),
        (f"{ORIGIN}\n+1\n{ROOT}\n", "leading zeros"),
        (f"{ORIGIN}\n-1\n{ROOT}\n", "leading zeros"),
        (f"{ORIGIN}\n1 \n{ROOT}\n", "leading zeros"),
        (f"{ORIGIN}\n1_0\n{ROOT}\n", "leading zeros"),
        (f"{ORIGIN}\n\u0661\n{ROOT}\n", "leading zeros"),
        (f"{ORIGIN}\n\n{ROOT}\n", "leading zeros"),
        (f"{ORIGIN}\n{2**63}\n{ROOT}\n", "below 2\\^63"),
        (f"{ORIGIN}\n{'9' * 5000}\n{ROOT}\n", "below 2\\^63"),
        (f"{ORIGIN}\n1\n{ROOT[:-1]}\n", "not standard Base64"),
        (f"{ORIGIN}\n1\n{base64.b64encode(bytes(31)).decode()}\n", "has 31 bytes"),
        (f"{ORIGIN}\n0\n{ROOT}\n", "root of an empty tree"),
    ],
)
def test_what_is_no_checkpoint_is_refused_and_says_why(text: str, why: str) -> None:
    with pytest.raises(TlogUnreadable, match=why):
        read_checkpoint(text)


def test_an_empty_log_has_a_checkpoint() -> None:
    empty = Checkpoint(ORIGIN, 0, sha256().digest())
    assert open_checkpoint(sign_checkpoint(empty, LOG), [LOG_KEY])[0] == empty


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": -1}, {"size": 2**63}, {"root": bytes(31)}, {"root": b""}, {"origin": ""}, {"origin": "a\nb"},
        {"extensions": ("",)}, {"extensions": ("a\nb",)}, {"size": 0},
    ],
)  # fmt: skip
def test_no_checkpoint_is_made_that_could_not_be_read(wrong: dict[str, object]) -> None:
    parts: dict[str, object] = {"origin": ORIGIN, "size": 1, "root": bytes(32), "extensions": ()}
    with pytest.raises(TlogUnreadable):
        Checkpoint(**(parts | wrong))  # type: ignore[arg-type]


def test_a_control_character_in_the_origin_is_not_signed() -> None:
    with pytest.raises(TlogUnreadable, match="control character"):
        write_note(Checkpoint("a\tb", 1, bytes(32)).text(), LOG)


@given(names)
def test_a_log_signs_only_under_its_own_name(name: str) -> None:
    with pytest.raises(TlogUnreadable, match="the two are one"):
        sign_checkpoint(Checkpoint(f"{name}/x", 1, bytes(32)), OTHER)


def test_a_checkpoint_signed_under_another_name_is_none() -> None:
    note = write_note(CHECKPOINT.text(), OTHER)
    with pytest.raises(SignatureInvalid, match="no signature of a trusted key of that name"):
        open_checkpoint(note, [OTHER_KEY, LOG_KEY])


@pytest.mark.parametrize("witness_name", ["witness.example", ORIGIN])
def test_a_witness_alone_makes_no_checkpoint(witness_name: str) -> None:
    witness = Cosigner(witness_name, b"\x05" * 32)
    key = NoteVerifier.from_text(witness.verifier_key)
    note = add_cosignature(NOTE, cosignature_line(NOTE, witness, 1_700_000_000))
    assert open_checkpoint(note, [LOG_KEY, key])[0] == CHECKPOINT
    with pytest.raises(SignatureInvalid, match="no signature of a trusted key of that name"):
        open_checkpoint(note, [key])


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(TlogUnreadable, match="three lines"):
        open_checkpoint(write_note("hello\n", LOG), [LOG_KEY])


def test_further_lines_are_kept_and_signed() -> None:
    more = Checkpoint(ORIGIN, 1, bytes(32), ("first", "second"))
    assert open_checkpoint(sign_checkpoint(more, LOG), [LOG_KEY])[0].extensions == ("first", "second")
