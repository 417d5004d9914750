"""Kill -9 under load: whatever was acknowledged is there afterwards, under its number.

`PACTOLUS_KILLS` sets how often (5 by default, 200 in the long run).
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import apsw

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_engine.record import leaf_hash
from tests.contract.audit_log import fixed_clock, new_record

KILLS = int(os.environ.get("PACTOLUS_KILLS", "5"))
VICTIM = Path(__file__).with_name("kill_writer.py")
ROOT = Path(__file__).parents[3]

Acked = dict[int, tuple[str, str]]


def _run_and_kill(directory: Path, run: int, after: float) -> Acked:
    """Lets a victim write for so many seconds after its first receipt; what it acknowledged."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    command = [sys.executable, str(VICTIM), str(directory), str(run)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT) as victim:
        assert victim.stdout is not None
        lines = [victim.stdout.readline()]
        # The pipe is drained while the victim writes: a full one would hold it at a quiet moment.
        os.set_blocking(victim.stdout.fileno(), False)
        rest, end = b"", time.monotonic() + after
        while time.monotonic() < end:
            rest += victim.stdout.read() or b""
            time.sleep(0.002)
        victim.send_signal(signal.SIGKILL)
        victim.wait(30)
        os.set_blocking(victim.stdout.fileno(), True)
        rest += victim.stdout.read()
    whole = (lines[0] + rest).rpartition(b"\n")[0].decode().splitlines()
    acked = {int(index): (leaf, request_id) for index, leaf, request_id in map(str.split, whole)}
    assert len(acked) == len(whole) > 0, "an index was given twice, or nothing was acknowledged"
    return acked


def _check(directory: Path, acked: Acked) -> None:
    log = SqliteAuditLog(directory, fixed_clock)
    size = log.size()
    leaves = {index: leaf_hash(log.read(index).leaf).hex() for index in range(size)}
    assert [index for index, (leaf, _) in acked.items() if leaves.get(index) != leaf] == []
    index, (leaf, request_id) = max(acked.items())
    repeated = new_record(request_id)
    found = log.answered(repeated.tenant, repeated.client, request_id, repeated.request_digest)
    assert found is not None
    assert (found[0].index, found[0].leaf_hash.hex()) == (index, leaf)
    log.close()


def test_nothing_acknowledged_is_lost_to_a_kill(tmp_path: Path) -> None:
    directory, acked = tmp_path / "data", Acked()
    chance = random.Random(20260301)
    for run in range(KILLS):
        seen = _run_and_kill(directory, run, chance.uniform(0.05, 0.3))
        assert acked.keys().isdisjoint(seen.keys()), "a number was given away twice"
        acked |= seen
        if run == KILLS - 1 or run % 10 == 0:  # reading everything each time would be quadratic
            _check(directory, acked)
    connection = apsw.Connection(str(directory / DATABASE_FILE))
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
