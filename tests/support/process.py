"""`pactolus serve` as a process of its own, and what the system knows of its children."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import grpc

from tests.support.examples import ROOT

__all__ = [
    "COMMAND",
    "Served",
    "children",
    "descendants",
    "environment",
    "heeding_interrupts",
    "is_running",
    "serving",
    "workers",
    "until",
]

COMMAND = str(Path(sys.executable).with_name("pactolus"))

_ANNOUNCED = re.compile(r"127\.0\.0\.1:([0-9]+)")
_Found = TypeVar("_Found")
_WORKER = "pactolus_adapters.matchers.worker"
_HEED_INTERRUPTS = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


def environment(**more: str) -> dict[str, str]:
    """This environment without the settings of whoever runs the test."""
    return {name: text for name, text in os.environ.items() if not name.startswith("PACTOLUS_")} | more


@dataclass
class Served:
    """A server process that has announced its port; its output goes to `out` and `err`."""

    process: subprocess.Popen[bytes]
    port: int
    out: Path
    err: Path

    @contextmanager
    def channel(self) -> Iterator[grpc.Channel]:
        """A connection of its own."""
        options = [("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(f"127.0.0.1:{self.port}", options=options) as channel:
            yield channel

    def kill(self) -> None:
        """As a power cut would, for the process."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)


@contextmanager
def serving(folder: Path, data: Path, *more: str, **variables: str) -> Iterator[Served]:
    """Starts a server on a free port; ends it if it still runs. `folder` takes its output."""
    out, err = folder / "server.out", folder / "server.err"
    command = [COMMAND, "serve", "--port", "0", "--data", str(data), "--rules", str(ROOT / "rules"), *more]
    with out.open("ab") as to_out, err.open("ab") as to_err:
        start = out.stat().st_size
        process = subprocess.Popen(command, stdout=to_out, stderr=to_err, env=environment(**variables))
    try:
        yield Served(process, _port(process, out, start, err), out, err)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(30)


def _port(process: subprocess.Popen[bytes], out: Path, start: int, err: Path) -> int:
    def announced() -> re.Match[str] | None:
        assert process.poll() is None, err.read_text()
        return _ANNOUNCED.search(out.read_bytes()[start:].decode())

    found = until(announced, 60)
    assert found, "the server announced no port"
    return int(found.group(1))


def heeding_interrupts(*command: str) -> list[str]:
    """A command that Ctrl-C ends, also when whoever runs the tests was told to ignore it, as everything is that a shell
    starts in the background: what a process ignores, those that it starts ignore too."""
    return [sys.executable, "-c", _HEED_INTERRUPTS, *command]


def until(look: Callable[[], _Found], seconds: float) -> _Found:
    """What `look` finds, as soon as it is true, or what it found last."""
    end = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def children(parent: int) -> list[int]:
    """The processes that this one started, as the system says."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent_of(path) == parent]


def workers(parent: int) -> list[int]:
    """The matcher workers of a process."""
    return [child for child in children(parent) if _WORKER in _command_of(child)]


def descendants(parent: int, word: str) -> list[int]:
    """The processes below this one, at any depth, whose command holds this word."""
    below = children(parent)
    found = [process for process in below if word in _command_of(process)]
    return found + [one for process in below for one in descendants(process, word)]


def is_running(process: int) -> bool:
    """Whether there is such a process that has not ended (a zombie has)."""
    return _status(Path(f"/proc/{process}")).get("State", "Z")[0] not in "ZX"


def _parent_of(path: Path) -> int:
    return int(_status(path).get("PPid", "0"))


def _status(path: Path) -> dict[str, str]:
    try:
        lines = (path / "status").read_text().splitlines()
    except OSError:
        return {}
    return {name: text.strip() for name, _, text in (line.partition(":") for line in lines)}


def _command_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
