"""An Ed25519 key that only a command has: in a hardware token, in a key service, on another host.

The command gets the message on its standard input and writes the signature to its standard output: 64 bytes, or
the same in Base64. It runs without a shell. What it writes is used only after the public key has verified it.
"""

import os
import shlex
import signal
import subprocess
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from pactolus_adapters.tlog.keys import ed25519_verifies
from pactolus_engine.errors import PactolusError

__all__ = ["CommandKey", "SigningFailed", "command_words"]

_SIGNATURE_BYTES: Final = 64


class SigningFailed(PactolusError):
    """The command that holds the key gave no signature that counts; says why, and nothing was signed."""


def command_words(command: str) -> tuple[str, ...]:
    """The program and its arguments, taken apart as a shell would, without running one.

    Raises `SigningFailed` when there is nothing to run or a quote is not closed.
    """
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise SigningFailed("the signing command has a quote that is not closed") from error
    if not words:
        raise SigningFailed("the signing command is empty: expected a program and its arguments")
    return words


@dataclass(frozen=True, slots=True)
class CommandKey:
    """Signs by running `words`. `public`: the public key, 32 bytes; a call takes at most `seconds`."""

    words: tuple[str, ...]
    public: bytes
    seconds: int

    def sign(self, message: bytes) -> bytes:
        """The signature of the command, 64 bytes, verified. Raises `SigningFailed`."""
        signature = _signature(self._output(message))
        if signature is None:
            raise self._failed(f"wrote no signature: expected {_SIGNATURE_BYTES} bytes, or their Base64")
        if not ed25519_verifies(self.public, signature, message):
            raise self._failed("wrote a signature that its public key does not verify: is it the same key?")
        return signature

    def _output(self, message: bytes) -> bytes:
        try:
            running = self._started()
        except OSError as error:
            raise self._failed("cannot be run: is it installed and executable?") from error
        with running:
            try:
                output, _ = running.communicate(message, timeout=self.seconds)
            except subprocess.TimeoutExpired as error:
                _end(running)
                raise self._failed(f"gave no answer within {self.seconds} s") from error
            except BaseException:
                _end(running)
                raise
        if running.returncode != 0:
            raise self._failed(f"ended with status {running.returncode}: run it by hand to see why")
        return output

    def _started(self) -> "subprocess.Popen[bytes]":
        """Its errors are not read: a tool that holds keys may tell there what no log should hold."""
        return subprocess.Popen(
            self.words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def _failed(self, what: str) -> SigningFailed:
        return SigningFailed(f"signing command `{self.words[0]}` {what}")


def _end(running: "subprocess.Popen[bytes]") -> None:
    """Ends the command with all that it has started; one of those may hold its output open."""
    with suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)


def _signature(output: bytes) -> bytes | None:
    if len(output) == _SIGNATURE_BYTES:
        return output
    try:
        signature = b64decode(output.strip(), validate=True)
    except ValueError:
        return None
    return signature if len(signature) == _SIGNATURE_BYTES else None
