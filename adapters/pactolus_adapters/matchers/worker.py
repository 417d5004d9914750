"""The worker process that holds durable-rules: one JSON line in, one JSON line out.

It may crash or hang without harm: it holds no record and no secret, and only cells (`t`, `f`, `u`)
ever reach it. A hang inside the library keeps the interpreter's lock, so a watchdog in C ends the
process; the library's own output goes to standard error, never between the answers.
"""

import faulthandler
import json
import os
import signal
import sys
from collections.abc import Iterator
from typing import IO, Any

from pactolus_engine.compiled import EngineRule
from pactolus_engine.errors import MatcherFailed
from pactolus_engine.match.durable import DurableMatcher, Shard

__all__ = ["main", "serve"]

_WATCHDOG_SECONDS = 20.0
"""Longer than the parent waits: it only ends a worker whose parent is gone."""


def serve(requests: Iterator[str], answers: IO[str]) -> None:
    """Answers until the requests end. `load` brings the rules of a pack, `match` asks for one case."""
    matchers: dict[str, DurableMatcher] = {}
    for line in requests:
        request = json.loads(line)
        faulthandler.dump_traceback_later(_WATCHDOG_SECONDS, exit=True)
        answer = _answer(request, matchers)
        faulthandler.cancel_dump_traceback_later()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _answer(request: dict[str, Any], matchers: dict[str, DurableMatcher]) -> dict[str, Any]:
    pack = request["pack"]
    if "shards" in request:
        shards = tuple(_shard(shard) for shard in request["shards"])
        matchers[pack] = DurableMatcher(f"pack{len(matchers)}", shards)
        return {"loaded": pack}
    try:
        return {"fired": sorted(matchers[pack].fired(request["letters"]))}
    except MatcherFailed as error:
        return {"failed": str(error)}


def _shard(rules: list[list[Any]]) -> Shard:
    return tuple(
        EngineRule(name, rule, proves, tuple((atom, letter) for atom, letter in letters))
        for name, rule, proves, letters in rules
    )


def main() -> None:
    """Serves standard input until it closes; answers go to what was standard output.

    Ctrl-C and a stop of the whole service reach the worker too; it stays until its parent, which
    still has requests to finish, closes the pipe.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="ascii")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(iter(sys.stdin.readline, ""), answers)


if __name__ == "__main__":
    main()
