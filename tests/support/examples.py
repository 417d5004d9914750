"""The examples as requests, and what `examples/README.md` promises of each."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from pactolus.v1.evaluation_service_pb2 import EvaluateRequest

__all__ = ["AT", "EXAMPLES", "ROOT", "Promise", "example", "instant", "promises", "request"]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
AT = "2026-03-01T09:00:00Z"

_ROW = re.compile(r"^\| `([a-z0-9.-]+\.json)` \|[^|]*\| `([A-Z_]+)` \| ([^|]+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Promise:
    """One row of the table: the outcome of a file and the ids of its options."""

    file: str
    outcome: str
    options: tuple[str, ...]


def promises() -> list[Promise]:
    """The rows of the table, in their order; `the same` means the options of the row before."""
    found: list[Promise] = []
    for file, outcome, words in _ROW.findall((EXAMPLES / "README.md").read_text(encoding="utf-8")):
        options = tuple(re.findall(r"`([a-z0-9-]+)`", words))
        if words.startswith("none"):
            options = ()
        elif words == "the same":
            options = found[-1].options
        found.append(Promise(file, outcome, options))
    return found


def example(file: str) -> dict[str, Any]:
    """An example as a tree that may be changed; its numbers stay the text they were written as."""
    tree: dict[str, Any] = json.loads((EXAMPLES / file).read_bytes())
    return tree


def instant(text: str = AT) -> Timestamp:
    """An RFC 3339 instant as a message."""
    stamp = Timestamp()
    stamp.FromJsonString(text)
    return stamp


def request(content: bytes | str, **fields: Any) -> EvaluateRequest:
    """A request with this one resource (bytes, or the name of an example), at the pinned instant."""
    if isinstance(content, str):
        content = (EXAMPLES / content).read_bytes()
    return EvaluateRequest(resources_json=[content], evaluation_time=instant(), **fields)
