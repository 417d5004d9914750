"""Changes one or several parts of a JSON tree, so that FHIR stays nearly FHIR."""

import copy
from random import Random
from typing import Any

__all__ = ["mutated"]

_VALUES: tuple[Any, ...] = (
    None, True, 7, -1, 0.5, 1e-30, 1e30, 10**39, "", " ", "Canary1968", "canary-1968 x", [], {}, [[]], [None], "#",
    "#canary1968", "Patient/canary1968", "urn:uuid:canary1968", "https://canary1968.example/Patient/1|2",
    "Observation/1/_history/2", "2026-02-30", "2026-02", "2026-02-11T10:00:00Z", "24:00:00", "<", "~", "%",
    "10*-6/10*-3", "{canary1968}", "1 / 100000", "< 0.01 %", "not detected", "\u202ecanary", "\ud800", "\u0000x",
    {"reference": "#canary1968"}, {"coding": [{"code": "canary1968"}]}, {"extension": [{"url": "canary1968"}]},
    {"value": 0.00001, "code": "canary1968", "system": "http://unitsofmeasure.org"}, {"start": "2026", "end": "2025"},
    {"resourceType": "Observation", "id": "canary1968"}, {"resourceType": "Canary1968"}, {"Canary 1968": 1},
)  # fmt: skip


def mutated(tree: Any, seed: int) -> Any:
    """The tree with one to four changes; the same seed makes the same ones."""
    draw = Random(seed)
    changed = copy.deepcopy(tree)
    for _ in range(draw.randint(1, 4)):
        changed = _once(changed, draw)
    return changed


def _once(tree: Any, draw: Random) -> Any:
    spots = list(_spots(tree))
    if not spots:
        return copy.deepcopy(draw.choice(_VALUES))
    holder, key = draw.choice(spots)
    match draw.randrange(6):
        case 0:
            del holder[key]
        case 1:
            holder[key] = _part(spots, draw)
        case 2 if isinstance(holder, dict):
            _, other = draw.choice(spots)
            holder[str(other)] = holder.pop(key)
        case 3 if isinstance(holder, list):
            holder.insert(key, _part(spots, draw))
        case 4 if isinstance(holder, dict):
            holder[f"_{key}"] = _part(spots, draw)
        case _:
            holder[key] = copy.deepcopy(draw.choice(_VALUES))
    return tree


def _part(spots: list[tuple[Any, Any]], draw: Random) -> Any:
    holder, key = draw.choice(spots)
    return copy.deepcopy(holder[key])


def _spots(tree: Any) -> list[tuple[Any, Any]]:
    """Every part of the tree as what holds it and under which name or number."""
    found: list[tuple[Any, Any]] = []
    todo = [tree]
    while todo:
        node = todo.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            todo.append(node[key])
    return found
