"""durable-rules, used the one way in which it was seen to be right.

The library's C module is called directly: no host, no timers, no `post`. One flat fact of short
ASCII strings goes in per evaluation and is taken back out; numbers and clinical values never
enter. Rules are flat conjunctions of `field == constant`. Results are ordered by name, never by
the engine. See docs/decisions for what was measured of the library.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import durable_rules_engine

from pactolus_engine.compiled import CompiledPack, EngineRule
from pactolus_engine.errors import MatcherFailed, PackTooComplex

__all__ = ["DurableMatcher", "Shard", "shards_of"]

RULES_PER_SHARD = 59
"""Engine rules in one ruleset beside `_always`: a fact may have at most 64 pending matches."""

FIELDS_PER_SHARD = 200
"""Fields of one fact; the library fails from 252."""

_SID = "1"
_CASE = "_case"
_ALWAYS = "_always"
_ACCEPTED = frozenset({0, 1, 3})
"""Return codes of `assert_fact`: matched, not matched, deferred. 2 (already observed) is a defect."""

Shard = tuple[EngineRule, ...]


def shards_of(compiled: CompiledPack) -> tuple[Shard, ...]:
    """The pack's engine rules in groups that the library can hold.

    Raises `PackTooComplex` when names collide in the 32-bit hash by which the library knows them, or
    when one group needs too many fields.
    """
    rules = compiled.engine_rules
    names = [_CASE, _ALWAYS, "sid", "id", *compiled.atoms.values(), *(rule.name for rule in rules)]
    _refuse_collisions(names)
    shards = tuple(rules[at : at + RULES_PER_SHARD] for at in range(0, len(rules), RULES_PER_SHARD))
    for shard in shards:
        if len(_fields(shard)) > FIELDS_PER_SHARD:
            raise PackTooComplex(f"one group of rules needs more than {FIELDS_PER_SHARD} conditions")
    return shards


def _refuse_collisions(names: Iterable[str]) -> None:
    seen: dict[int, str] = {}
    for name in names:
        digest = _fnv1a32(name)
        if seen.setdefault(digest, name) != name:
            raise PackTooComplex(f"the names `{seen[digest]}` and `{name}` are the same to durable-rules")


def _fnv1a32(name: str) -> int:
    digest = 0x811C9DC5
    for byte in name.encode("ascii"):
        digest = (digest ^ byte) * 0x01000193 & 0xFFFFFFFF
    return digest


def _fields(shard: Shard) -> list[str]:
    return sorted({atom for rule in shard for atom, _ in rule.letters})


@dataclass(frozen=True, slots=True)
class _Ruleset:
    handle: int
    fields: tuple[str, ...]


class DurableMatcher:
    """The rules of one pack inside the library. Not safe for threads: one owner, one call at a time."""

    def __init__(self, name: str, shards: tuple[Shard, ...]) -> None:
        self._rulesets = tuple(
            _Ruleset(_create(f"{name}-{place}", shard), tuple(_fields(shard)))
            for place, shard in enumerate(shards)
        )

    def fired(self, letters: Mapping[str, str]) -> frozenset[str]:
        """The names of the engine rules whose letters all match.

        `letters`: atom name → `t`, `f` or `u`; every atom of the pack is present. Raises
        `MatcherFailed` when the library answers out of order.
        """
        fired: set[str] = set()
        for ruleset in self._rulesets:
            fired.update(_evaluate(ruleset, letters))
        return frozenset(fired)


def _create(name: str, shard: Shard) -> int:
    rules = {rule.name: _all_of(rule.letters) for rule in shard}
    rules[_ALWAYS] = _all_of(())
    handle: int = durable_rules_engine.create_ruleset(name, json.dumps(rules))
    return handle


def _all_of(letters: Iterable[tuple[str, str]]) -> dict[str, object]:
    tests: list[dict[str, object]] = [{_CASE: 1}]
    tests += [{atom: letter} for atom, letter in letters]
    return {"all": [{"m": {"$and": tests}}], "count": 1}


def _evaluate(ruleset: _Ruleset, letters: Mapping[str, str]) -> set[str]:
    fact = json.dumps({"sid": _SID, "id": _SID, _CASE: 1, **{f: letters[f] for f in ruleset.fields}})
    code, state = durable_rules_engine.assert_fact(ruleset.handle, fact)
    if code not in _ACCEPTED:
        raise MatcherFailed("durable-rules did not take the fact")
    try:
        fired = _drain(ruleset.handle, state)
    finally:
        durable_rules_engine.retract_fact(ruleset.handle, fact)
    if _ALWAYS not in fired:
        raise MatcherFailed("durable-rules did not fire the rule that always fires")
    return fired - {_ALWAYS}


def _drain(handle: int, state: int) -> set[str]:
    """Takes one pending match after the other until none is left."""
    fired: set[str] = set()
    started = durable_rules_engine.start_action_for_state(handle, state)
    message = started[1] if started else None
    while message:
        fired.update(json.loads(message))
        message = durable_rules_engine.complete_and_start_action(handle, state)
    return fired
