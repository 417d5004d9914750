"""Keys of a log and of its witnesses: in a PEM file, or behind a command that signs.

The name of a log's key is the log's origin. The kind of key is the operator's choice; what it signs and how it
is verified is the same.
"""

from pathlib import Path
from typing import Final

from pactolus_adapters.signing.command_key import CommandKey, command_words
from pactolus_adapters.signing.keys import make_keys, read_signing_key
from pactolus_adapters.tlog.cosignature import Cosigner
from pactolus_adapters.tlog.errors import VerifierKeyInvalid
from pactolus_adapters.tlog.keys import (
    Ed25519NoteSigner,
    NoteVerifier,
    SignatureType,
    check_key_name,
)

__all__ = [
    "SIGNING_SECONDS",
    "command_cosigner",
    "command_signer",
    "file_cosigner",
    "file_signer",
    "make_log_key",
    "make_witness_key",
]

SIGNING_SECONDS: Final = 10
"""How long a signing command may take when nobody says otherwise."""

_ADVICE: Final = "expected an Ed25519 key in PEM (PKCS 8)"


def make_log_key(file: Path, origin: str) -> str:
    """Makes a key for the log of this origin; gives the text of its public key, to be handed out.

    The private key is in `file`, mode 600, the public one in PEM beside it. Raises `KeyUnusable` when one of the two
    is there already, `VerifierKeyInvalid` for an origin that no signature line can name.
    """
    _make(file, origin)
    return file_signer(file, origin).verifier_key


def make_witness_key(file: Path, name: str) -> str:
    """The same for a witness of this name."""
    _make(file, name)
    return file_cosigner(file, name).verifier_key


def file_signer(file: Path, origin: str) -> Ed25519NoteSigner:
    """Signs the checkpoints of the log with the key of a file. Raises `KeyUnusable`, `VerifierKeyInvalid`."""
    return Ed25519NoteSigner(origin, read_signing_key(file, _ADVICE))


def file_cosigner(file: Path, name: str) -> Cosigner:
    """Cosigns as the witness of this name with the key of a file."""
    return Cosigner(name, read_signing_key(file, _ADVICE))


def command_signer(command: str, verifier_key: str, seconds: int = SIGNING_SECONDS) -> Ed25519NoteSigner:
    """Signs the checkpoints of a log by running a command.

    `verifier_key` is the text of the public key; each signature is verified with it before it is used. Raises
    `VerifierKeyInvalid` for a text of another type, `SigningFailed` for a command that cannot be taken apart.
    """
    verifier = _verifier(verifier_key, SignatureType.ED25519)
    return Ed25519NoteSigner(verifier.name, _command_key(command, verifier, seconds))


def command_cosigner(command: str, verifier_key: str, seconds: int = SIGNING_SECONDS) -> Cosigner:
    """Cosigns as a witness by running a command; the command gets the message of a cosignature."""
    verifier = _verifier(verifier_key, SignatureType.COSIGNATURE)
    return Cosigner(verifier.name, _command_key(command, verifier, seconds))


def _make(file: Path, name: str) -> None:
    """The name is looked at first: a key that cannot be used is not made."""
    check_key_name(name)
    make_keys(file)


def _command_key(command: str, verifier: NoteVerifier, seconds: int) -> CommandKey:
    return CommandKey(command_words(command), verifier.public, seconds)


def _verifier(text: str, expected: SignatureType) -> NoteVerifier:
    verifier = NoteVerifier.from_text(text)
    if verifier.type is not expected:
        raise VerifierKeyInvalid(
            f"verifier key `{verifier.name}` is of type 0x{verifier.type:02x}, expected 0x{expected:02x}"
        )
    return verifier
