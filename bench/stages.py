"""Where the time of one evaluation goes: the real way through the hallway, a stop watch on every step.

The watches are put on the functions by name, where they are called, and taken off at the end; a name
that no longer exists ends the run. Time that no watch saw is told as `rest`.
"""

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any

from pactolus_adapters import hallway, new_records, request_way
from pactolus_adapters.audit.sqlite import SqliteAuditLog
from pactolus_adapters.earlier import Memory, Past
from pactolus_adapters.grpcapi.convert import response
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_adapters.settings import Settings
from pactolus_adapters.wiring import open_house
from pactolus_engine import evaluate as use_case
from pactolus_engine.compiled import CompiledPack

__all__ = ["MEANINGS", "Timings", "measure_stages"]

MEANINGS = {
    "look up": "was this request id answered before",
    "read": "FHIR JSON read, checked, turned into readings",
    "look back": "what the patient was told before, and whether it still stands",
    "weigh+cells": "readings to states, states to cells and letters",
    "match": "durable-rules, in a process of its own",
    "definition": "the definition evaluator, compared with durable-rules",
    "decide": "outcome, completions, reasons, trace, decision id",
    "write": "FHIR Bundle",
    "record": "request and answer to canonical bytes",
    "append": "encrypted, hashed, committed to disk",
    "recall": "the answer read back out of what was recorded",
    "door": "answer to protobuf bytes",
    "rest": "whatever is not in one of these",
}
"""The steps in order, and what each is."""

_WATCHED: tuple[tuple[str, Any, str], ...] = (
    ("look up", SqliteAuditLog, "answered"),
    ("read", request_way, "read_with_resources"),
    ("look back", Memory, "past"),
    ("look back", Past, "unsettled"),
    ("weigh+cells", use_case, "weigh_and_tell"),
    ("weigh+cells", CompiledPack, "vector"),
    ("weigh+cells", CompiledPack, "letters"),
    ("match", ProcessMatcher, "fired"),
    ("definition", use_case, "agreed_truths"),
    ("decide", use_case, "decide"),
    ("decide", use_case, "decision_id"),
    ("write", request_way, "write"),
    ("record", hallway, "request_digest"),
    ("record", new_records, "encode_answer"),
    ("record", new_records, "stored_input"),
    ("append", SqliteAuditLog, "append"),
    ("recall", hallway, "decode_answer"),
)

_INSTANT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Timings:
    """Medians in nanoseconds: of each step, and of one evaluation from command to protobuf bytes."""

    steps: dict[str, int]
    whole: int


@dataclass(slots=True)
class _Watches:
    """What the watches have counted since `now` was last emptied, in nanoseconds."""

    now: defaultdict[str, int]

    @contextmanager
    def on(self) -> Iterator[None]:
        """Puts the watches on, and the functions back as they were."""
        before = [(owner, name, getattr(owner, name)) for _, owner, name in _WATCHED]
        try:
            for step, owner, name in _WATCHED:
                setattr(owner, name, self._watched(step, getattr(owner, name)))
            yield
        finally:
            for owner, name, function in before:
                setattr(owner, name, function)

    def _watched(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            start = perf_counter_ns()
            try:
                return function(*arguments, **named)
            finally:
                self.now[step] += perf_counter_ns() - start

        return watched


def measure_stages(bundle: bytes, rules: Path, repetitions: int, warm_up: int) -> Timings:
    """Evaluates this Bundle again and again, each time as a new request, on a store of its own."""
    watches = _Watches(defaultdict(int))
    taken: list[dict[str, int]] = []
    with (
        tempfile.TemporaryDirectory(prefix="pactolus-bench-") as data,
        open_house(Settings(data=Path(data), rules=rules)) as house,
        watches.on(),
    ):
        for number in range(warm_up + repetitions):
            watches.now.clear()
            start = perf_counter_ns()
            answer = house.hallway.evaluate(_command(bundle, f"bench-{number}"))
            answered = perf_counter_ns()
            response(answer).SerializeToString()
            end = perf_counter_ns()
            seen = dict(watches.now) | {"door": end - answered}
            taken.append(seen | {"rest": end - start - sum(seen.values()), "whole": end - start})
    medians = {step: int(median(each[step] for each in taken[warm_up:])) for step in (*MEANINGS, "whole")}
    whole = medians.pop("whole")
    return Timings(medians, whole)


def _command(bundle: bytes, request_id: str) -> hallway.EvaluateCommand:
    return hallway.EvaluateCommand(
        bundle=bundle, evaluation_time=_INSTANT, request_id=request_id, client="bench", tenant="default"
    )
