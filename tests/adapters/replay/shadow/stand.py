"""A real server with a shadow, over a small pack, and what is on disk of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from pactolus.v1.evaluation_service_pb2 import EvaluateResponse
from pactolus.v1.evaluation_service_pb2_grpc import EvaluationServiceStub
from pactolus_adapters.replay.parts import Part, parts, read_results
from pactolus_engine.replay.result import ReplayResult
from tests.support.process import Served, descendants, is_running, serving, until
from tests.support.replays import AFTER, PACK, mrd_request, small_rules

__all__ = ["CANDIDATE", "MRDS", "Stand", "ask", "shadow_process"]

CANDIDATE = f"{PACK}@{AFTER}"

MRDS = ("0", "9.99e-6", "1e-5", "1.01e-5", "5e-5", "9.99e-5", "1e-4", "1e-3")
"""Around both thresholds: under the candidate those from the third to the sixth come out otherwise."""


class Stand:
    """A folder with the rules, the candidate beside them, and a data directory."""

    def __init__(self, place: Path) -> None:
        self.rules = small_rules(place / "rules")
        self.candidate = place / "candidate"
        self.candidate.mkdir()
        (self.rules / f"{PACK}-next").rename(self.candidate / PACK)
        self.place = place
        self.data = place / "data"

    @contextmanager
    def served(self, **variables: str) -> Iterator[Served]:
        """A server with the shadow."""
        shadow = {
            "PACTOLUS_SHADOW": CANDIDATE,
            "PACTOLUS_SHADOW_PACKS": str(self.candidate),
            "PACTOLUS_SHADOW_SHARE": "100",
            "PACTOLUS_PACK": PACK,
        }
        with serving(self.place, self.data, "--rules", str(self.rules), **shadow | variables) as server:
            yield server

    @property
    def folder(self) -> Path:
        """Of the one shadow."""
        (found,) = (self.data / "shadow").iterdir()
        return found

    def done(self) -> int:
        """The record before which all are done."""
        found = self._parts()
        return found[-1].partition.end if found else 0

    def results(self) -> list[ReplayResult]:
        """All results, after a look that each record is in exactly one part."""
        found = self._parts()
        for before, part in pairwise(found):
            assert part.partition.first == before.partition.end
        return [result for part in found for result in read_results(part)]

    def _parts(self) -> list[Part]:
        return parts(self.folder)


def ask(server: Served, mrds: Sequence[str], first: int = 0) -> list[EvaluateResponse]:
    """One request for each value, each of a patient of their own; the answers in the same order."""
    with server.channel() as channel:
        evaluation = EvaluationServiceStub(channel)
        return [
            evaluation.Evaluate(mrd_request(first + number, Decimal(mrd)), timeout=20)
            for number, mrd in enumerate(mrds)
        ]


def shadow_process(server: Served) -> int:
    """The process of the shadow that runs now."""

    def running() -> list[int]:
        return [one for one in descendants(server.process.pid, "spawn_main") if is_running(one)]

    found = until(running, 30)
    assert len(found) == 1
    return found[0]
