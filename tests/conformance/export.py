"""Writes what the validators are to see: every answer, and every planted fault.

    python -m tests.conformance.export FOLDER

FOLDER/outputs holds one Bundle per file; FOLDER/faults answers and requests with a fault in each, and
FOLDER/controls the same without it; FOLDER/faults.json says what was planted where, and whether Pactolus
itself catches it; FOLDER/own.json what Pactolus itself finds wrong with its answers.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pactolus_engine.decision import Outcome
from pactolus_engine.errors import InputInvalid
from tests.conformance.faults import (
    CONTROLS,
    INPUT_FAULTS,
    MANGLED,
    OUTPUT_FAULTS,
    WELL_WRITTEN,
    plant_decimal,
)
from tests.conformance.outputs import Output, outputs, read_with_first_pack
from tests.conformance.own import own_errors
from tests.support.examples import EXAMPLES

__all__ = ["GOOD_INPUT", "Planted", "controls", "main", "planted"]

GOOD_INPUT = "negative-ngs.json"


@dataclass(frozen=True, slots=True)
class Planted:
    """One planted fault; `own` says that Pactolus catches it without any validator."""

    file: str
    fault: str
    into: str
    own: bool
    text: str


def _by_outcome(answers: list[Output]) -> dict[Outcome, bytes]:
    """One answer of each outcome, the first that was computed rather than built by hand."""
    real = [one for one in answers if not one.name.startswith("outcome/")]
    return {one.outcome: one.bundle for one in reversed(real) if one.outcome is not None}


def controls(answers: list[Output]) -> Iterator[tuple[str, str]]:
    """The names and texts of answers and a request like those with faults, without the fault."""
    by_outcome = _by_outcome(answers)
    for number, control in enumerate(CONTROLS):
        tree = json.loads(by_outcome[control.into])
        control.plant(tree)
        yield f"answer-{number:02}.json", json.dumps(tree)
    yield "decimal.json", plant_decimal(json.loads(by_outcome[Outcome.OFFER]), WELL_WRITTEN)
    yield "request.json", (EXAMPLES / GOOD_INPUT).read_text(encoding="utf-8")


def planted(answers: list[Output]) -> Iterator[Planted]:
    """Every fault in an answer or a request that is good without it."""
    by_outcome = _by_outcome(answers)
    for number, fault in enumerate(OUTPUT_FAULTS):
        tree = json.loads(by_outcome[fault.into])
        fault.plant(tree)
        yield _in_answer(f"answer-{number:02}.json", fault.name, json.dumps(tree))
    for number, written in enumerate(MANGLED):
        text = plant_decimal(json.loads(by_outcome[Outcome.OFFER]), written)
        yield _in_answer(f"decimal-{number}.json", f"{WELL_WRITTEN} written back as {written}", text)
    for number, fault in enumerate(INPUT_FAULTS):
        tree = json.loads((EXAMPLES / GOOD_INPUT).read_bytes())
        fault.plant(tree)
        text = json.dumps(tree)
        yield Planted(f"request-{number:02}.json", fault.name, "request", _is_refused(text), text)


def _in_answer(file: str, fault: str, text: str) -> Planted:
    return Planted(file, fault, "answer", bool(own_errors(text.encode(), {WELL_WRITTEN})), text)


def _is_refused(text: str) -> bool:
    try:
        read_with_first_pack(text.encode())
    except InputInvalid:
        return True
    return False


def main(folder: Path) -> None:
    """Writes both folders and the list."""
    for name in ("outputs", "controls", "faults"):
        (folder / name).mkdir(parents=True)
    answers = list(outputs())
    for one in answers:
        (folder / "outputs" / f"{one.name.replace('/', '.')}.json").write_bytes(one.bundle)
    own = [f"{one.name}: {error}" for one in answers for error in own_errors(one.bundle, one.stated)]
    (folder / "own.json").write_text(json.dumps(own), encoding="utf-8")
    for name, text in controls(answers):
        (folder / "controls" / name).write_text(text, encoding="utf-8")
    listed: list[dict[str, Any]] = []
    for fault in planted(answers):
        (folder / "faults" / fault.file).write_text(fault.text, encoding="utf-8")
        listed.append({key: value for key, value in asdict(fault).items() if key != "text"})
    (folder / "faults.json").write_text(json.dumps(listed), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
