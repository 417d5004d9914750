"""The examples as requests, and what `examples/README.md` promises of each."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from pactolus.v1.evaluation_service_pb2 import EvaluateRequest, PackSelector

__all__ = [
    "AT",
    "EXAMPLES",
    "ROOT",
    "Promise",
    "example",
    "instant",
    "promised",
    "promises",
    "request",
]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
AT = "2026-03-01T09:00:00Z"

_ROW = re.compile(
    r"^\| `([a-z0-9.-]+\.json)` \|[^|]*\| `([A-Z_]+)` \| ([^|]+) \|(?: `([a-z-]+)` \|)?$", re.MULTILINE
)
_PACK = "midas-consolidation"


@dataclass(frozen=True)
class Promise:
    """One row of a table: the outcome of a file, the ids of its options, the pack to ask."""

    file: str
    outcome: str
    options: tuple[str, ...]
    pack: str = _PACK


def promises(pack: str = "") -> list[Promise]:
    """The rows of the tables in their order, those of one pack if it is named; `the same` means the
    options of the row before."""
    found: list[Promise] = []
    for file, outcome, words, other in _ROW.findall((EXAMPLES / "README.md").read_text(encoding="utf-8")):
        options = tuple(re.findall(r"`([a-z0-9-]+)`", words))
        if words.startswith("none"):
            options = ()
        elif words == "the same":
            options = found[-1].options
        found.append(Promise(file, outcome, options, other or _PACK))
    return [one for one in found if pack in {"", one.pack}]


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


def promised(promise: Promise, **fields: Any) -> EvaluateRequest:
    """A request with the example of this row, to its pack."""
    return request(promise.file, pack=PackSelector(id=promise.pack), **fields)
