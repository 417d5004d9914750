"""Signed notes (C2SP signed-note): text, an empty line, one signature line for each key that has signed.

A signature line is an em dash, a space, the name of the key, a space, and Base64 of the key's id and the
signature. Signatures of keys that nobody trusts are ignored; one of a trusted key that does not fit the text
condemns the whole note.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.tlog.errors import SignatureInvalid, TlogUnreadable, VerifierKeyInvalid
from pactolus_adapters.tlog.keys import (
    KEY_ID_BYTES,
    Ed25519NoteSigner,
    NoteSigner,
    NoteVerifier,
    check_key_name,
)
from pactolus_adapters.tlog.strict import base64_text, read_base64, read_text

__all__ = [
    "Ed25519NoteSigner",
    "Note",
    "NoteSignature",
    "NoteSigner",
    "NoteVerifier",
    "add_signature_line",
    "open_note",
    "read_note",
    "signature_line",
    "write_note",
]

_MOST_BYTES: Final = 1 << 20
_MOST_SIGNATURES: Final = 100
_LINE_START: Final = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: whose, by name and 4 bytes of id, and what follows the id."""

    name: str
    key_id: bytes
    payload: bytes

    def is_of(self, verifier: NoteVerifier) -> bool:
        """Whether the line says it is by that key; says nothing of whether it is."""
        return (self.name, self.key_id) == (verifier.name, verifier.key_id)


@dataclass(frozen=True, slots=True)
class Note:
    """A text (its last newline included) with the signatures that were verified, and those of strangers."""

    text: str
    verified: tuple[NoteSignature, ...]
    unknown: tuple[NoteSignature, ...] = ()


def write_note(text: str, *signers: NoteSigner) -> bytes:
    """The note with a signature of each signer. Raises `TlogUnreadable` for a text that no note can hold."""
    if not signers:
        raise TlogUnreadable("a note needs at least one signature")
    lines = "".join(signature_line(text, signer) + "\n" for signer in signers)
    content = f"{text}\n{lines}".encode()
    if read_note(content)[0] != text:
        raise TlogUnreadable("the text of a note ends in a newline")
    return content


def signature_line(text: str, signer: NoteSigner) -> str:
    """The line, without its newline, that this signer adds to a note with this text."""
    key_id = NoteVerifier.from_text(signer.verifier_key).key_id
    return f"{_LINE_START}{signer.name} {base64_text(key_id + signer.sign(_message(text)))}"


def add_signature_line(note: bytes, line: str) -> bytes:
    """The note with one more signature line; the same one again changes nothing.

    Raises `TlogUnreadable`, also when the note would grow beyond what is read.
    """
    if _read_line(line) in read_note(note)[1]:
        return note
    content = note + f"{line}\n".encode()
    read_note(content)
    return content


def read_note(content: bytes) -> tuple[str, tuple[NoteSignature, ...]]:
    """Text and signatures of a note of which nothing is verified. Raises `TlogUnreadable`."""
    if len(content) > _MOST_BYTES:
        raise TlogUnreadable(f"the note has more than {_MOST_BYTES} bytes")
    text, separator, lines = read_text(content, "the note").rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise TlogUnreadable("a note is text, an empty line and signature lines, each with its newline")
    if lines.count("\n") > _MOST_SIGNATURES:
        raise TlogUnreadable(f"the note has more than {_MOST_SIGNATURES} signatures")
    return f"{text}\n", tuple(map(_read_line, lines[:-1].split("\n")))


def open_note(content: bytes, verifiers: Iterable[NoteVerifier]) -> Note:
    """The note, if a trusted key has signed it and no trusted key's signature fails.

    Raises `TlogUnreadable`, `SignatureInvalid`, and `VerifierKeyInvalid` when two different trusted keys have
    one name and id, so that nobody could say which of them is meant.
    """
    trusted = _by_name_and_id(verifiers)
    text, signatures = read_note(content)
    message = _message(text)
    verified, unknown = [], []
    for signature in signatures:
        verifier = trusted.get((signature.name, signature.key_id))
        if verifier is None:
            unknown.append(signature)
        elif verifier.verifies(message, signature.payload):
            verified.append(signature)
        else:
            raise SignatureInvalid(f"the signature of trusted key `{signature.name}` does not fit the note")
    if not verified:
        raise SignatureInvalid(_nobody(trusted))
    return Note(text, tuple(verified), tuple(unknown))


def _by_name_and_id(verifiers: Iterable[NoteVerifier]) -> dict[tuple[str, bytes], NoteVerifier]:
    trusted: dict[tuple[str, bytes], NoteVerifier] = {}
    for verifier in verifiers:
        if trusted.setdefault((verifier.name, verifier.key_id), verifier) != verifier:
            raise VerifierKeyInvalid(f"two trusted keys have the name `{verifier.name}` and the same id")
    return trusted


def _nobody(trusted: dict[tuple[str, bytes], NoteVerifier]) -> str:
    names = ", ".join(f"`{name}` ({key_id.hex()})" for name, key_id in sorted(trusted)) or "none"
    return f"the note has no signature of a trusted key; trusted: {names}"


def _message(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise TlogUnreadable("the text of a note has a character that UTF-8 cannot write") from None


def _read_line(line: str) -> NoteSignature:
    name, _, signature = line.removeprefix(_LINE_START).partition(" ")
    if not line.startswith(_LINE_START):
        raise TlogUnreadable("a signature line starts with an em dash and a space")
    try:
        check_key_name(name)
    except VerifierKeyInvalid as error:
        raise TlogUnreadable(f"a signature line has no name of a key: {error}") from None
    content = read_base64(signature, "a signature")
    if len(content) <= KEY_ID_BYTES:
        raise TlogUnreadable("a signature is the id of a key, 4 bytes, and at least one byte more")
    return NoteSignature(name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:])
