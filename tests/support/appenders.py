"""Processes that record in one PostgreSQL log at once, and what they were told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.support.examples import ROOT

__all__ = ["Acknowledgement", "appenders", "lines_of"]

_SCRIPT = Path(__file__).with_name("append_postgres.py")


class Acknowledgement(NamedTuple):
    """What one `append` came to."""

    index: int
    leaf_hash: bytes
    request_id: str
    output: str


@dataclass(frozen=True, slots=True)
class Appender:
    """One process. It waits until `go`."""

    process: subprocess.Popen[str]

    def go(self) -> None:
        """Starts the appending."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()


@contextmanager
def appenders(database: str, directory: Path, how: str, count: int) -> Iterator[list[Appender]]:
    """So many processes, each with the log open; what still runs at the end is killed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    started = [
        Appender(
            subprocess.Popen(
                [sys.executable, str(_SCRIPT), database, str(directory), how, f"process{number}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                cwd=ROOT,
                text=True,
            )
        )
        for number in range(count)
    ]
    try:
        for one in started:
            assert one.process.stdout is not None
            assert one.process.stdout.readline() == "ready\n"
        yield started
    finally:
        for one in started:
            one.process.kill()
            one.process.communicate(timeout=30)


def lines_of(text: str) -> list[Acknowledgement]:
    """The acknowledgements in the output of a process; a last line that was torn is none."""
    whole = text.rpartition("\n")[0].splitlines()
    told = [line.split(" ") for line in whole if line and not line.startswith("failed")]
    return [
        Acknowledgement(int(index), bytes.fromhex(leaf), name, output) for index, leaf, name, output in told
    ]
