"""Lines to and from a process that may stop at any moment, each within a time limit.

A stopped process neither reads nor writes, and a pipe holds only so much: whoever writes a long
line to it, or waits for the end of a half-written one, would wait for ever.
"""

import os
import select
import subprocess
import time

__all__ = ["LineTimeout", "Lines"]

_CHUNK = 65_536


class LineTimeout(Exception):
    """The process did not take or did not end a line in time."""


class Lines:
    """The two pipes of a process. Not safe for threads: one owner, one line at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        """`process` was started with pipes for standard input and output."""
        assert process.stdin is not None and process.stdout is not None
        self._to, self._from = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)

    def ask(self, line: bytes, seconds: float) -> bytes:
        """Sends a line and returns the one that comes back, without its line break.

        Raises `LineTimeout` when both take longer than that, `OSError` when the process is gone.
        """
        end = time.monotonic() + seconds
        self._send(line + b"\n", end)
        return self._receive(end)

    def _send(self, line: bytes, end: float) -> None:
        rest = memoryview(line)
        while rest:
            if not select.select([], [self._to], [], _left(end))[1]:
                raise LineTimeout("the line was not taken")
            rest = rest[os.write(self._to, rest[:_CHUNK]) :]

    def _receive(self, end: float) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            if not select.select([self._from], [], [], _left(end))[0]:
                raise LineTimeout("no whole line came back")
            part = os.read(self._from, _CHUNK)
            if not part:
                raise BrokenPipeError("the process closed its output")
            line += part
        return line[:-1]


def _left(end: float) -> float:
    return max(0, end - time.monotonic())
