"""`--key`: public keys of a log or of witnesses, as the text `name+id+key`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pactolus_adapters.tlog.keys import NoteVerifier

__all__ = ["key_option", "verifiers_of"]

_Command = Callable[..., Any]


def key_option(meaning: str, *, required: bool = False) -> Callable[[_Command], _Command]:
    """The option; the command gets `key: tuple[str, ...]`."""
    return click.option("--key", metavar="VKEY", multiple=True, required=required, help=meaning)


def verifiers_of(texts: tuple[str, ...]) -> "tuple[NoteVerifier, ...]":
    """The keys of these texts. Raises `VerifierKeyInvalid`."""
    from pactolus_adapters.tlog.keys import NoteVerifier

    return tuple(NoteVerifier.from_text(text.strip()) for text in texts)
