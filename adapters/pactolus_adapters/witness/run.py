"""A witness as a process of its own: it needs a key, a folder and the public keys of logs, and nothing of a service."""

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from pactolus_adapters.signing.note_keys import file_cosigner, make_witness_key
from pactolus_adapters.witness.cosigning import CosigningWitness, Tell, log_keys
from pactolus_adapters.witness.errors import AddressUnusable
from pactolus_adapters.witness.server import WitnessServer
from pactolus_adapters.witness.state import State

__all__ = ["WitnessPlace", "check_host", "new_witness_key", "serve_witness"]


@dataclass(frozen=True, slots=True)
class WitnessPlace:
    """Everything about one witness. `name` is the name of its key; `logs`: the texts of the logs' public keys."""

    name: str
    key: Path
    state: Path
    logs: tuple[str, ...]
    host: str
    port: int


def new_witness_key(file: Path, name: str) -> str:
    """Makes the key of a witness in a new file; gives the text of its public key.

    Raises `KeyUnusable`, `VerifierKeyInvalid`.
    """
    return make_witness_key(file, name)


def serve_witness(place: WitnessPlace, announce: Callable[[str, int], None], tell: Tell) -> None:
    """Serves until SIGTERM or SIGINT; to be called from the main thread.

    `announce` gets the text of the public key and the port. Raises `KeyUnusable`, `VerifierKeyInvalid`,
    `StateUnusable`, `AddressUnusable` before anything is served.
    """
    asked_to_stop = Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        asked_to_stop.set()

    cosigner, logs = file_cosigner(place.key, place.name), log_keys(place.logs)
    witness = CosigningWitness(cosigner, logs, State(place.state, logs), lambda: int(time.time()), tell)
    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with WitnessServer(place.host, place.port, witness.answer) as server:
            serving = Thread(target=server.serve_forever, name="witness")
            serving.start()
            announce(cosigner.verifier_key, server.server_port)
            asked_to_stop.wait()
            server.shutdown()
            serving.join()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        witness.close()


def check_host(host: str, is_plaintext: bool) -> None:
    """Raises `AddressUnusable` for an address that others reach, unless plain HTTP there was asked for."""
    if not is_plaintext and not _is_loopback(host):
        raise AddressUnusable(
            f"`{host}` is not loopback, and a witness speaks plain HTTP: add `--plaintext` (what is sent is public and "
            "signed), or keep to 127.0.0.1 behind a proxy that encrypts"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
