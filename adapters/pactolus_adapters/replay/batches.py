"""Records and results as Arrow batches, and back: the two schemas that sources, kernel and reports share."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import pyarrow as pa

from pactolus_engine.replay.result import Moved, ReplayClass, ReplayResult, Said

__all__ = [
    "RecordRow",
    "record_batch",
    "record_rows",
    "record_schema",
    "result_batch",
    "result_rows",
    "result_schema",
]

_SAID: Final = tuple(part.name for part in fields(Said))


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record to evaluate again. It may hold patient data: it lives in memory only, or in an export that says so.

    `event`: as the leaf says it, empty where that cannot be read; `pack_id` likewise. `input`: canonical
    `StoredInput`, `output`: the answer; of what was never recorded, `event` is `evaluation` and `output` empty.
    `problem`: a `ReplayClass` when the record cannot be evaluated, with its reason in `detail`; else empty.
    """

    index: int
    event: str = ""
    pack_id: str = ""
    recorded_at: str = ""
    leaf_hash: bytes = b""
    input: bytes = b""
    output: bytes = b""
    problem: str = ""
    detail: str = ""


def record_schema() -> pa.Schema:
    """The columns of a batch of records."""
    binary, text = pa.large_binary(), pa.string()
    return pa.schema(
        [
            ("index", pa.int64()),
            ("event", text),
            ("pack_id", text),
            ("recorded_at", text),
            ("leaf_hash", pa.binary()),
            ("input", binary),
            ("output", binary),
            ("problem", text),
            ("detail", text),
        ]
    )


def record_batch(rows: Iterable[RecordRow]) -> pa.RecordBatch:
    """The records as one batch."""
    return pa.RecordBatch.from_pylist([asdict(row) for row in rows], schema=record_schema())


def record_rows(batch: pa.RecordBatch) -> Iterator[RecordRow]:
    """The records of a batch, one after the other."""
    columns = [batch.column(part.name) for part in fields(RecordRow)]
    for place in range(batch.num_rows):
        yield RecordRow(*(column[place].as_py() for column in columns))


def result_schema() -> pa.Schema:
    """The columns of a batch of results; `before_…` is what was recorded, `after_…` what is said now, both null
    where there is no answer."""
    text, texts = pa.string(), pa.list_(pa.string())
    said = [("outcome", text), ("options", texts), ("conclusions", texts), ("rules", texts)]
    moved = pa.list_(pa.struct([("rule", text), ("before", text), ("after", text), ("because", texts)]))
    return pa.schema(
        [
            ("index", pa.int64()),
            ("class", text),
            ("recorded_at", text),
            ("leaf_hash", text),
            ("pack", text),
            *((f"{when}_{name}", kind) for when in ("before", "after") for name, kind in said),
            ("fields", texts),
            ("moved", moved),
            ("causes", texts),
            ("detail", text),
        ]
    )


def result_batch(results: Iterable[ReplayResult]) -> pa.RecordBatch:
    """The results as one batch."""
    return pa.RecordBatch.from_pylist([_result_row(one) for one in results], schema=result_schema())


def result_rows(batch: pa.RecordBatch) -> Iterator[ReplayResult]:
    """The results of a batch, one after the other."""
    for row in batch.to_pylist():
        yield ReplayResult(
            index=row["index"],
            result_class=ReplayClass(row["class"]),
            recorded_at=row["recorded_at"],
            leaf_hash=row["leaf_hash"],
            pack=row["pack"],
            recorded=_said(row, "before"),
            replayed=_said(row, "after"),
            fields=tuple(row["fields"]),
            moved=tuple(_moved(one) for one in row["moved"]),
            causes=tuple(row["causes"]),
            detail=row["detail"],
        )


def _result_row(result: ReplayResult) -> dict[str, Any]:
    return {
        "index": result.index,
        "class": result.result_class.value,
        "recorded_at": result.recorded_at,
        "leaf_hash": result.leaf_hash,
        "pack": result.pack,
        **_said_columns("before", result.recorded),
        **_said_columns("after", result.replayed),
        "fields": result.fields,
        "moved": [asdict(one) for one in result.moved],
        "causes": result.causes,
        "detail": result.detail,
    }


def _said_columns(when: str, said: Said | None) -> dict[str, Any]:
    return {f"{when}_{name}": None if said is None else getattr(said, name) for name in _SAID}


def _said(row: dict[str, Any], when: str) -> Said | None:
    outcome = row[f"{when}_outcome"]
    if outcome is None:
        return None
    return Said(outcome, *(tuple(row[f"{when}_{name}"]) for name in _SAID[1:]))


def _moved(row: dict[str, Any]) -> Moved:
    return Moved(row["rule"], row["before"], row["after"], tuple(row["because"]))
