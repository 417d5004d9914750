"""What the options of an answer ask for: the requests of a Bundle, which no decision holds.

A decision names an option; the pack alone says which services and drugs it is, and the Bundle tells them. An option
of the same id may ask for another drug under another version of the pack.
"""

import json
from collections import defaultdict
from typing import Any, Final

__all__ = ["asking_otherwise"]

_CONCEPTS: Final = ("code", "medicationCodeableConcept")


def asking_otherwise(recorded: bytes, replayed: bytes) -> tuple[str, ...]:
    """The ids of the options that both Bundles (UTF-8 JSON) offer, and that ask for something else, sorted.

    Raises `ValueError` and `KeyError` on what is no Bundle of an answer.
    """
    before, after = _asked(recorded), _asked(replayed)
    return tuple(sorted(name for name in before.keys() & after.keys() if before[name] != after[name]))


def _asked(bundle: bytes) -> dict[str, list[object]]:
    """Option id to kind and concept of each of its requests, in their order."""
    # Numbers are none in a concept; as text they stay what they were.
    entries = json.loads(bundle, parse_float=str)["entry"]
    told = {entry["fullUrl"]: entry["resource"] for entry in entries}
    asked: defaultdict[str, list[object]] = defaultdict(list)
    for resource in told.values():
        if resource["resourceType"] == "RequestGroup":
            for option in resource["action"][0]["action"]:
                asked[option["id"]] += [
                    _concept(told[leaf["resource"]["reference"]]) for leaf in option["action"]
                ]
    return dict(asked)


def _concept(request: dict[str, Any]) -> object:
    return request["resourceType"], [request[name] for name in _CONCEPTS if name in request]
