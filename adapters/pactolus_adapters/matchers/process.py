"""durable-rules behind the port `Matcher`: one worker process, replaced when it fails.

A crash of the library, or a hang that no Python time-out could end, costs one request an error
(`MatcherFailed`) and nobody an answer: the next request gets a new worker.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from threading import Lock
from typing import Any, Final

from pactolus_adapters.matchers.lines import Lines, LineTimeout
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import MatcherFailed
from pactolus_engine.match.durable import shards_of

__all__ = ["ProcessMatcher"]

# -P: the folder the server was started in holds no modules for the worker.
_WORKER: Final = (sys.executable, "-P", "-m", "pactolus_adapters.matchers.worker")


class ProcessMatcher:
    """One worker and a lock around it. `timeout`: seconds to wait for one answer."""

    def __init__(self, *, timeout: float = 5.0, command: Sequence[str] = _WORKER) -> None:
        """`command` starts the worker; it speaks the lines of `worker.py`."""
        self._timeout = timeout
        self._command = tuple(command)
        self._lock = Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._loaded: set[str] = set()

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        """See the port. Raises `MatcherFailed` when the worker died, hung or refused."""
        with self._lock:
            self._load(pack)
            answer = self._ask({"pack": pack.pack.digest, "letters": dict(atoms)})
            fired = _names(answer.get("fired"))
            if fired is None or not fired <= {rule.name for rule in pack.engine_rules}:
                self._end()  # what the library still holds of this case must not meet the next one
                raise MatcherFailed("durable-rules gave no answer; it is started again for the next request")
        return fired

    def close(self) -> None:
        """Ends the worker."""
        with self._lock:
            self._end()

    def _load(self, pack: CompiledPack) -> None:
        digest = pack.pack.digest
        if digest in self._loaded and self._worker is not None:
            return
        shards = [[[r.name, r.rule, r.proves, r.letters] for r in shard] for shard in shards_of(pack)]
        if self._ask({"pack": digest, "shards": shards}).get("loaded") != digest:
            self._end()
            raise MatcherFailed("durable-rules did not take the rules of the pack")
        self._loaded.add(digest)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        line = json.dumps(request).encode("ascii")
        try:
            answer = json.loads(Lines(self._worker or self._start()).ask(line, self._timeout))
            if isinstance(answer, dict):
                return answer
            raise ValueError("expected an object")
        except (OSError, ValueError, RecursionError, LineTimeout) as error:
            self._end()
            raise MatcherFailed(
                "the rule engine stopped or hung; it is started again for the next request"
            ) from error

    def _start(self) -> subprocess.Popen[bytes]:
        self._loaded.clear()
        self._worker = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        return self._worker

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        self._loaded.clear()
        if worker is None:
            return
        worker.kill()
        worker.wait()
        for pipe in (worker.stdin, worker.stdout):
            if pipe is not None:
                pipe.close()


def _names(fired: Any) -> frozenset[str] | None:
    """The names, or None when the worker sent something else."""
    if isinstance(fired, list) and all(isinstance(name, str) for name in fired):
        return frozenset(fired)
    return None
