"""Kill -9 under load: whatever was acknowledged is there afterwards, under its number.

`PACTOLUS_KILLS` sets how often (2 by default, 200 by `make faults`).
"""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from pactolus_adapters.audit.sqlite import SqliteAuditLog
from tests.contract.audit_log import fixed_clock, new_record
from tests.faults.figures import seconds, tell
from tests.faults.intact import look_over, verified

KILLS = int(os.environ.get("PACTOLUS_KILLS", "2"))
VICTIM = Path(__file__).with_name("kill_writer.py")
ROOT = Path(__file__).parents[2]

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


def _leaves(acked: Acked) -> dict[int, bytes]:
    return {index: bytes.fromhex(leaf) for index, (leaf, _) in acked.items()}


def _the_last_is_known(directory: Path, acked: Acked) -> tuple[float, bytes]:
    """A repeated request id finds its record; how many seconds the store took to open, and a checkpoint."""
    begin = time.monotonic()
    log = SqliteAuditLog(directory, fixed_clock)
    opened = time.monotonic() - begin
    index, (leaf, request_id) = max(acked.items())
    repeated = new_record(request_id)
    found = log.answered(repeated.tenant, repeated.client, request_id, repeated.request_digest)
    checkpoint = log.publish()
    log.close()
    assert found is not None
    assert (found[0].index, found[0].leaf_hash.hex()) == (index, leaf)
    return opened, checkpoint


def test_nothing_acknowledged_is_lost_to_a_kill(tmp_path: Path) -> None:
    directory, acked, opened, checkpoints = tmp_path / "data", Acked(), [], []
    chance = random.Random(20260301)
    for run in range(KILLS):
        seen = _run_and_kill(directory, run, chance.uniform(0.2, 0.6))
        assert acked.keys().isdisjoint(seen.keys()), "a number was given away twice"
        acked |= seen
        took, checkpoint = _the_last_is_known(directory, seen)
        opened.append(took)
        checkpoints.append(checkpoint)
        if run % 50 == 49:  # reading everything each time would be quadratic
            assert look_over(directory, _leaves(acked)).intact
    found = look_over(directory, _leaves(acked), checkpoints)
    found.wrong += verified(directory, checkpoints[0])
    tell(
        "kill -9 of the writer",
        kills=KILLS,
        acknowledged=len(acked),
        records=found.size,
        opened=seconds(opened),
    )
    assert found.intact, found
