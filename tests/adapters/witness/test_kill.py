"""Kill -9 of a real witness while two histories of one log race for its word: never does it cosign both.

`PACTOLUS_KILLS` sets how often (4 by default, 20 and more in the long run).
"""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from pactolus_adapters.signing.note_keys import make_witness_key
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.witness.client import WitnessClient
from pactolus_adapters.witness.errors import HistoryRefused, WitnessAway
from tests.adapters.tlog.material import LOG
from tests.adapters.witness.material import History, named
from tests.support.process import until

KILLS = int(os.environ.get("PACTOLUS_KILLS", "4"))
FORK = 2
MOST = 400
START = """
import sys
from pathlib import Path
from pactolus_adapters.witness.run import WitnessPlace, serve_witness
name, key, state, log = sys.argv[1:]
place = WitnessPlace(name, Path(key), Path(state), (log,), "127.0.0.1", 0)
serve_witness(place, lambda _, port: print(port, flush=True), lambda _: None)
"""


@contextmanager
def _killed(folder: Path, name: str) -> Iterator[int]:
    """A witness process and its port; it is killed at the end."""
    command = [sys.executable, "-c", START, name, folder / "key", folder / "state", LOG.verifier_key]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
            process.wait(30)


def _push(client: WitnessClient, history: History, cosigned: dict[str, set[int]]) -> None:
    """Asks for the word of the witness for one history, larger and larger, until the witness is gone."""
    size = max(cosigned[history.word], default=0)
    while size < MOST:
        size += 1
        try:
            client.cosign(history.note(size), lambda old, size=size: list(history.proof(old, size)))
            cosigned[history.word].add(size)
        except HistoryRefused:
            continue
        except WitnessAway:
            return


def _race(
    port: int, key: NoteVerifier, histories: list[History], cosigned: dict[str, set[int]]
) -> list[Thread]:
    """Lets the histories race; returns as soon as one of them has the word of the witness."""
    clients = [WitnessClient(named(port, key=key), 2) for _ in histories]
    pushing = [
        Thread(target=_push, args=(client, history, cosigned))
        for client, history in zip(clients, histories, strict=True)
    ]
    for thread in pushing:
        thread.start()
    assert until(lambda: any(client._size for client in clients), 20), "nothing is cosigned"
    return pushing


def test_two_histories_are_never_cosigned_whenever_it_is_killed(tmp_path: Path) -> None:
    key = NoteVerifier.from_text(make_witness_key(tmp_path / "key", "w.example"))
    histories = [History("true", FORK), History("false", FORK)]
    cosigned: dict[str, set[int]] = {history.word: set() for history in histories}
    chance = random.Random(5)
    for _ in range(KILLS):
        with _killed(tmp_path, key.name) as port:
            pushing = _race(port, key, chance.sample(histories, 2), cosigned)
            time.sleep(chance.uniform(0, 0.15))
        for thread in pushing:
            thread.join(20)
    words = [word for word, sizes in cosigned.items() if any(size > FORK for size in sizes)]
    assert len(words) == 1
