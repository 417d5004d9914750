"""Signed notes: the note that the world knows, who has signed, and everything that is not a note."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.tlog.errors import SignatureInvalid, TlogUnreadable, VerifierKeyInvalid
from pactolus_adapters.tlog.keys import SignatureType
from pactolus_adapters.tlog.note import (
    Ed25519NoteSigner,
    Note,
    NoteVerifier,
    add_signature_line,
    open_note,
    read_note,
    signature_line,
    write_note,
)
from tests.adapters.tlog.material import (
    LOG,
    LOG_KEY,
    ORIGIN,
    OTHER,
    OTHER_KEY,
    accepts,
    damaged,
    flips,
    names,
    private_keys,
    texts,
)

# The example of golang.org/x/mod/sumdb/note, the reference implementation of the format.
KNOWN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
KNOWN_PRIVATE_KEY = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
KNOWN_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
KNOWN_NOTE = (
    f"{KNOWN_TEXT}\n\N{EM DASH} PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
).encode()
# The example of the C2SP signed-note page, whose key the page does not give.
SPECIFIED_NOTE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "\N{EM DASH} quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
).encode()
TEXT = "one\n\nthree\n"
NOTE = write_note(TEXT, LOG)
LINE = NOTE.decode().splitlines()[-1]


def test_the_note_that_the_world_knows_is_opened_and_made_again_byte_for_byte() -> None:
    opened = open_note(KNOWN_NOTE, [NoteVerifier.from_text(KNOWN_KEY)])
    assert opened.text == KNOWN_TEXT
    signer = Ed25519NoteSigner("PeterNeumann", KNOWN_PRIVATE_KEY)
    assert signer.verifier_key == KNOWN_KEY
    assert write_note(KNOWN_TEXT, signer) == KNOWN_NOTE


def test_a_text_with_an_empty_line_ends_at_the_last_one() -> None:
    text, (signature,) = read_note(SPECIFIED_NOTE)
    assert (
        text == "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n"
    )
    assert (signature.name, signature.key_id.hex()) == ("quasimodo.example/salvatore", "367ba04b")


@given(texts, names, private_keys)
def test_what_was_signed_is_read_again(text: str, name: str, key: bytes) -> None:
    signer = Ed25519NoteSigner(name, key)
    verifier = NoteVerifier.from_text(signer.verifier_key)
    assert verifier.text == signer.verifier_key
    note = open_note(write_note(text, signer), [verifier])
    assert (note.text, [one.name for one in note.verified], note.unknown) == (text, [name], ())


def test_no_flipped_bit_of_a_note_is_accepted() -> None:
    for broken in flips(NOTE):
        assert not accepts(open_note, broken, [LOG_KEY])


def test_no_shortened_note_is_accepted() -> None:
    for end in range(len(NOTE)):
        assert not accepts(open_note, NOTE[:end], [LOG_KEY])


@given(damaged(NOTE))
def test_a_damaged_note_is_refused_or_has_the_signed_text(broken: bytes) -> None:
    try:
        assert open_note(broken, [LOG_KEY]).text == TEXT
    except (TlogUnreadable, SignatureInvalid):
        assert broken != NOTE


@given(st.binary(max_size=200))
def test_any_bytes_give_no_other_error(content: bytes) -> None:
    assert not accepts(open_note, content, [LOG_KEY])
    accepts(read_note, content)


def test_strangers_are_passed_over_and_kept_apart() -> None:
    note = open_note(write_note(TEXT, OTHER, LOG), [LOG_KEY])
    assert [one.name for one in note.verified] == [ORIGIN]
    assert [one.name for one in note.unknown] == ["other.example"]


def test_every_trusted_signature_is_reported() -> None:
    note = open_note(write_note(TEXT, OTHER, LOG), [LOG_KEY, OTHER_KEY, LOG_KEY])
    assert [one.name for one in note.verified] == ["other.example", ORIGIN]


def test_one_bad_signature_of_a_trusted_key_condemns_the_note() -> None:
    line = signature_line("another text\n", OTHER)
    note = add_signature_line(NOTE, line)
    assert open_note(note, [LOG_KEY]) == Note(TEXT, read_note(NOTE)[1], read_note(note)[1][1:])
    with pytest.raises(SignatureInvalid, match=r"`other\.example` does not fit"):
        open_note(note, [LOG_KEY, OTHER_KEY])


def test_a_note_that_nobody_trusted_has_signed_is_refused() -> None:
    with pytest.raises(SignatureInvalid, match=r"trusted: `other\.example`"):
        open_note(NOTE, [OTHER_KEY])
    with pytest.raises(SignatureInvalid, match="trusted: none"):
        open_note(NOTE, [])


def test_another_key_of_the_same_name_is_a_stranger() -> None:
    same_name = Ed25519NoteSigner(ORIGIN, b"\x03" * 32)
    with pytest.raises(SignatureInvalid, match="no signature of a trusted key"):
        open_note(NOTE, [NoteVerifier.from_text(same_name.verifier_key)])


def test_the_same_key_id_under_another_name_is_a_stranger() -> None:
    renamed = NOTE.replace(f"\N{EM DASH} {ORIGIN}".encode(), "\N{EM DASH} log.example/other".encode())
    with pytest.raises(SignatureInvalid, match="no signature of a trusted key"):
        open_note(renamed, [LOG_KEY])


def test_the_same_line_twice_counts_once() -> None:
    assert add_signature_line(NOTE, LINE) == NOTE


def test_a_hundred_signatures_are_read_and_no_more() -> None:
    signers = [Ed25519NoteSigner(f"signer-{number}", b"\x04" * 32) for number in range(101)]
    assert len(open_note(write_note(TEXT, *signers[:100]), [
        NoteVerifier.from_text(one.verifier_key) for one in signers
    ]).verified) == 100  # fmt: skip
    with pytest.raises(TlogUnreadable, match="more than 100"):
        write_note(TEXT, *signers)
    with pytest.raises(TlogUnreadable, match="more than 100"):
        add_signature_line(write_note(TEXT, *signers[:100]), LINE)


def test_a_note_of_any_size_is_not_read() -> None:
    with pytest.raises(TlogUnreadable, match="more than"):
        write_note("a" * (1 << 20) + "\n", LOG)


def _line(name: str, payload: bytes) -> str:
    return f"\N{EM DASH} {name} {base64.b64encode(payload).decode()}"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "a note is text"),
        ("text\n", "a note is text"),
        (f"text\n{LINE}\n", "a note is text"),
        (f"text\n\n{LINE}", "a note is text"),
        ("text\n\n", "a note is text"),
        (f"text\n\n{LINE}\n\n", "a note is text"),
        ("text\n\n\n", "a note is text"),
        (f"\n{LINE}\n", "a note is text"),
        (f"text\r\n\n{LINE}\n", "control character at character 4"),
        (f"text\n\n{LINE}\r\n", "control character"),
        (f"te\x00xt\n\n{LINE}\n", "control character at character 2"),
        (f"te\x1fxt\n\n{LINE}\n", "control character at character 2"),
        (f"text\n\n{LINE.replace(chr(0x2014), '-')}\n", "em dash"),
        (f"text\n\n{LINE.replace(chr(0x2014), '--')}\n", "em dash"),
        (f"text\n\n {LINE}\n", "em dash"),
        (f"text\n\nmore\n{LINE}\n", "em dash"),
        (f"text\n\n{_line('', bytes(68))}\n", "no name of a key"),
        (f"text\n\n{_line('a+b', bytes(68))}\n", "no name of a key"),
        (f"text\n\n{_line('a' + chr(0xA0), bytes(68))}\n", "no name of a key"),
        (f"text\n\n{_line('a', bytes(4))}\n", "at least one byte more"),
        (f"text\n\n{_line('a', b'')}\n", "at least one byte more"),
        (f"text\n\n{_line('a', bytes(68))} \n", "not standard Base64"),
        (f"text\n\n{_line('a', bytes(68))[:-1]}\n", "not standard Base64"),
        (f"text\n\n{_line('a', bytes(68)).replace('A=', 'B=')}\n", "not the one Base64 spelling"),
        (f"text\n\n{_line('a', b'?' * 66).replace('/', '_')}\n", "not standard Base64"),
        ("text\n\n\N{EM DASH} a é\n", "not standard Base64"),
    ],
)
def test_what_is_no_note_is_refused_and_says_why(content: str, why: str) -> None:
    with pytest.raises(TlogUnreadable, match=why):
        read_note(content.encode())


def test_bytes_that_are_not_utf_8_are_refused_with_their_place() -> None:
    with pytest.raises(TlogUnreadable, match="not UTF-8 at byte 3"):
        read_note(b"one\xff" + NOTE)


@pytest.mark.parametrize(
    "text",
    ["", "text", "te\x00xt\n", "te\rxt\n", "\ud800\n", "text\n\nmore", f"text\n\n{LINE}", "text\n\n\n\x1f"],
)
def test_a_text_that_no_note_can_hold_is_not_signed(text: str) -> None:
    with pytest.raises(TlogUnreadable):
        write_note(text, LOG)


def test_a_note_needs_somebody_who_signs() -> None:
    with pytest.raises(TlogUnreadable, match="at least one signature"):
        write_note(TEXT)


@pytest.mark.parametrize("line", ["", LINE + "\n" + LINE, LINE + "\n", "text", LINE[:-1]])
def test_only_one_whole_line_can_be_added(line: str) -> None:
    with pytest.raises(TlogUnreadable):
        add_signature_line(NOTE, line)


def test_the_text_of_a_key_is_that_of_the_specification() -> None:
    name, key_id, key = LOG.verifier_key.split("+", 2)
    content = base64.b64decode(key)
    assert (name, content[0], len(content)) == (ORIGIN, 1, 33)
    assert bytes.fromhex(key_id) == sha256(ORIGIN.encode() + b"\n" + content).digest()[:4]


def test_no_part_and_no_changed_letter_of_a_key_text_is_a_key() -> None:
    for start in range(len(KNOWN_KEY) + 1):
        for end in range(start, len(KNOWN_KEY) + 1):
            if (start, end) != (0, len(KNOWN_KEY)):
                assert not accepts(NoteVerifier.from_text, KNOWN_KEY[start:end])
    for at, letter in enumerate(KNOWN_KEY):
        changed = KNOWN_KEY[:at] + chr(ord(letter) + 1) + KNOWN_KEY[at + 1 :]
        assert not accepts(NoteVerifier.from_text, changed)


@given(st.text(max_size=60) | damaged(KNOWN_KEY.encode()).map(lambda text: text.decode("latin-1")))
def test_any_text_of_a_key_gives_no_other_error(text: str) -> None:
    assert accepts(NoteVerifier.from_text, text) == (text == KNOWN_KEY)


def _key_text(name: str, content: bytes) -> str:
    key_id = sha256(name.encode() + b"\n" + content).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(content).decode()}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (_key_text("a", b"\x01" + bytes(31)), "has 31 bytes, an Ed25519 key has 32"),
        (_key_text("a", b"\x04" + bytes(33)), "has 33 bytes"),
        (_key_text("a", b"\x06" + bytes(1312)), "type 0x06, which cannot be verified here"),
        (_key_text("a", b"\x02" + bytes(91)), "type 0x02"),
        (_key_text("a", b"\xff" + bytes(32)), "type 0xff"),
        (_key_text("a", b""), "no type"),
        (KNOWN_KEY.replace("c74f20a3", "C74F20A3"), "another id"),
        (KNOWN_KEY.replace("PeterNeumann", "PeterNeuman"), "another id"),
        (KNOWN_KEY.replace("+c74f20a3", "+0xc74f20a3"), "another id"),
        ("only-a-name", "no type"),
        ("a b+00000000+AQ==", "text without spaces"),
        (KNOWN_KEY + "\n", "not standard Base64"),
    ],
)
def test_an_unusable_key_says_why(text: str, why: str) -> None:
    with pytest.raises(VerifierKeyInvalid, match=why):
        NoteVerifier.from_text(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u2003b", "\x01", "\ud800"])
def test_nobody_signs_under_a_name_that_no_line_can_hold(name: str) -> None:
    with pytest.raises(VerifierKeyInvalid):
        Ed25519NoteSigner(name, b"\x01" * 32)


def test_a_private_key_has_32_bytes() -> None:
    with pytest.raises(VerifierKeyInvalid, match="not 31"):
        Ed25519NoteSigner("a", bytes(31))


def test_two_keys_with_one_name_and_id_are_not_guessed_between() -> None:
    """Ids are short: the collision is found by trying, in a space made smaller for the test."""

    class Colliding(NoteVerifier):
        __slots__ = ()

        @property
        def key_id(self) -> bytes:
            return LOG_KEY.key_id

    other = Colliding(ORIGIN, SignatureType.ED25519, b"\x07" * 32)
    with pytest.raises(VerifierKeyInvalid, match=f"two trusted keys have the name `{ORIGIN}`"):
        open_note(NOTE, [LOG_KEY, other])
