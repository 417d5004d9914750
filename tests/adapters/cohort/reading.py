"""Reads a cohort back by nothing but JSON: the tests of what is written share no code with the writer."""

import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

__all__ = ["SEED", "Body", "by_patient", "lines_of", "patient_of", "resources"]

SEED = 1

Body = dict[str, Any]


def lines_of(snapshot: Path) -> list[bytes]:
    """Every line of every file of a snapshot, without its line break."""
    return [line for file in sorted(snapshot.glob("*.ndjson")) for line in file.read_bytes().splitlines()]


def resources(snapshot: Path, kind: str = "*") -> list[Body]:
    """The resources of a type, of all types when none is named; numbers are exact."""
    files = sorted(snapshot.glob(f"{kind}.ndjson"))
    return [
        json.loads(line, parse_float=Decimal) for file in files for line in file.read_bytes().splitlines()
    ]


def patient_of(body: Body) -> str:
    """The id of the patient that a resource is about; empty for the study."""
    if body["resourceType"] == "Patient":
        return str(body["id"])
    whose = body.get("subject") or body.get("individual") or {"reference": ""}
    return str(whose["reference"]).removeprefix("Patient/")


def by_patient(snapshot: Path) -> dict[str, list[bytes]]:
    """The lines about each patient."""
    found: defaultdict[str, list[bytes]] = defaultdict(list)
    for line in lines_of(snapshot):
        if whose := patient_of(json.loads(line)):
            found[whose].append(line)
    return found
