"""The patient of an example, whose results change: amended, cancelled, entered in error, sent alone."""

import json
from collections.abc import Callable
from typing import Any

from tests.support.examples import EXAMPLES

__all__ = ["FULL", "MRD", "alone", "changed", "full", "resource", "versioned"]

Json = dict[str, Any]
Change = Callable[[Json], None]

FULL = (EXAMPLES / "negative-ngs.json").read_bytes()
"""A whole record with an MRD of 3 per million."""

MRD = "mrd-ngs-negative"
"""The id of its MRD result, version 1."""


def resource(name: str) -> Json:
    """One resource of the record, to be changed."""
    entries = json.loads(FULL)["entry"]
    found: Json = next(entry["resource"] for entry in entries if entry["resource"].get("id") == name)
    return found


def versioned(status: str, version: int, per_million: int | None = None, name: str = MRD) -> Json:
    """A version of a result: its status, and another value where one is given."""
    body = resource(name)
    body["status"] = status
    body["meta"] = {"versionId": str(version), "lastUpdated": f"2026-02-{18 + version}T10:00:00Z"}
    if per_million is not None:
        body["valueQuantity"]["value"] = per_million
    return body


def alone(body: Json) -> bytes:
    """The resource and nothing else."""
    return json.dumps(body).encode()


def full(*bodies: Json, without: tuple[str, ...] = ()) -> bytes:
    """The whole record with these resources in place of those of the same id."""
    bundle = json.loads(FULL)
    new = {body["id"]: body for body in bodies}
    kept = [entry for entry in bundle["entry"] if entry["resource"].get("id") not in without]
    for entry in kept:
        entry["resource"] = new.get(entry["resource"].get("id"), entry["resource"])
    return json.dumps({**bundle, "entry": kept}).encode()


def changed(name: str, change: Change) -> Json:
    """A resource of the record after a change, as version 2."""
    body = resource(name)
    body["meta"] = {"versionId": "2"}
    change(body)
    return body
