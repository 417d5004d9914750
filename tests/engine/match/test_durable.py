"""durable-rules behind its one file: what it is given, what it must answer, what it cannot hold."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import durable_rules_engine
import pytest

from pactolus_engine.compiled import CompiledPack, EngineRule, compile_pack
from pactolus_engine.errors import MatcherFailed, PackTooComplex
from pactolus_engine.match import durable
from pactolus_engine.match.durable import FIELDS_PER_SHARD, RULES_PER_SHARD, DurableMatcher, shards_of
from tests.support.small_packs import a_flag, is_one_of, pack_of, rule


def _compiled(rules: int) -> CompiledPack:
    """A pack of so many rules on so many flags: two engine rules each."""
    facts = [a_flag(f"f{number}") for number in range(rules)]
    made = [rule(f"x{number:03}", "exclude", is_one_of(f"f{number}", "true")) for number in range(rules)]
    return compile_pack(pack_of(facts, made))


def _letters(compiled: CompiledPack, true: Mapping[int, str]) -> dict[str, str]:
    return {name: true.get(place, "u") for place, name in enumerate(compiled.atoms.values())}


def test_a_rule_fires_when_all_its_letters_match_and_only_then() -> None:
    both = EngineRule("r0t0", "x", True, (("a0", "t"), ("a1", "f")))
    one = EngineRule("r1t0", "y", True, (("a0", "t"),))
    none = EngineRule("r2t0", "z", True, ())
    matcher = DurableMatcher("letters", ((both, one, none),))
    for first in "tfu":
        for second in "tfu":
            expected = {"r2t0"} | ({"r1t0"} if first == "t" else set())
            expected |= {"r0t0"} if (first, second) == ("t", "f") else set()
            assert matcher.fired({"a0": first, "a1": second}) == expected


def test_one_evaluation_leaves_nothing_for_the_next() -> None:
    compiled = _compiled(3)
    matcher = DurableMatcher("rest", shards_of(compiled))
    everything, nothing = _letters(compiled, dict.fromkeys(range(3), "t")), _letters(compiled, {})
    for _ in range(50):
        assert matcher.fired(everything) == {"r0t0", "r1t0", "r2t0"}
        assert matcher.fired(nothing) == frozenset()


def test_many_rules_are_held_in_shards_and_all_of_them_fire() -> None:
    compiled = _compiled(150)
    shards = shards_of(compiled)
    assert [len(shard) for shard in shards] == [RULES_PER_SHARD] * 5 + [300 - 5 * RULES_PER_SHARD]
    matcher = DurableMatcher("shards", shards)
    expected = {f"r{number}t0" for number in range(150)}
    assert matcher.fired(_letters(compiled, dict.fromkeys(range(150), "t"))) == expected
    assert matcher.fired(_letters(compiled, {149: "f", 0: "t"})) == {"r149f0", "r0t0"}


def test_names_that_the_library_cannot_tell_apart_are_refused() -> None:
    """FNV-1a, 32 bits: the published collision of `costarring` and `liquid`."""
    compiled = _compiled(1)
    rules = tuple(EngineRule(name, "x000", True, (("a0", "t"),)) for name in ("costarring", "liquid"))
    with pytest.raises(PackTooComplex, match="`costarring` and `liquid` are the same"):
        shards_of(replace(compiled, engine_rules=rules))


def test_an_atom_may_not_collide_either() -> None:
    compiled = _compiled(1)
    (atom,) = compiled.atoms
    rules = (EngineRule("liquid", "x000", True, (("costarring", "t"),)),)
    with pytest.raises(PackTooComplex):
        shards_of(replace(compiled, atoms={atom: "costarring"}, engine_rules=rules))


@pytest.mark.parametrize(("fields", "fits"), [(FIELDS_PER_SHARD, True), (FIELDS_PER_SHARD + 1, False)])
def test_a_shard_has_so_many_fields_and_no_more(fields: int, fits: bool) -> None:
    compiled = _compiled(1)
    wide = EngineRule("r0t0", "x000", True, tuple((f"a{number}", "t") for number in range(fields)))
    asked = replace(compiled, engine_rules=(wide,))
    if fits:
        matcher = DurableMatcher("wide", shards_of(asked))
        assert matcher.fired({f"a{number}": "t" for number in range(fields)}) == {"r0t0"}
    else:
        with pytest.raises(PackTooComplex, match="more than 200 conditions"):
            shards_of(asked)


def test_a_missing_letter_is_a_defect_of_the_caller() -> None:
    compiled = _compiled(2)
    with pytest.raises(KeyError):
        DurableMatcher("short", shards_of(compiled)).fired({"a0": "t"})


def test_silence_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the rule that always fires nobody could tell "no match" from "no answer"."""
    compiled = _compiled(1)
    monkeypatch.setattr(durable, "_ALWAYS", "_never")
    matcher = DurableMatcher("silent", shards_of(compiled))
    monkeypatch.undo()
    with pytest.raises(MatcherFailed, match="always fires"):
        matcher.fired({"a0": "t"})


class _Refusing:
    """The library, with another answer to `assert_fact`."""

    def __init__(self, code: int) -> None:
        self._code = code

    def __getattr__(self, name: str) -> Any:
        return getattr(durable_rules_engine, name)

    def assert_fact(self, handle: int, fact: str) -> tuple[int, int]:
        durable_rules_engine.assert_fact(handle, fact)
        durable_rules_engine.retract_fact(handle, fact)
        return self._code, 0


@pytest.mark.parametrize("code", [2, 4, 301])
def test_a_fact_that_was_not_taken_is_a_failure(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = DurableMatcher("refusing", shards_of(_compiled(1)))
    monkeypatch.setattr(durable, "durable_rules_engine", _Refusing(code))
    with pytest.raises(MatcherFailed, match="did not take the fact"):
        matcher.fired({"a0": "t"})


def test_only_short_words_enter_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """No number of a patient, no code, no name of a fact."""
    seen: list[str] = []

    class Listening(_Refusing):
        def assert_fact(self, handle: int, fact: str) -> Any:
            seen.append(fact)
            return durable_rules_engine.assert_fact(handle, fact)

    matcher = DurableMatcher("listening", shards_of(_compiled(2)))
    monkeypatch.setattr(durable, "durable_rules_engine", Listening(0))
    matcher.fired({"a0": "t", "a1": "u"})
    assert [json.loads(fact) for fact in seen] == [{"sid": "1", "id": "1", "_case": 1, "a0": "t", "a1": "u"}]


def _resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def test_memory_stays_flat_over_twenty_thousand_evaluations() -> None:
    compiled = _compiled(10)
    matcher = DurableMatcher("memory", shards_of(compiled))
    inputs = [_letters(compiled, {n: "tfu"[(n + shift) % 3] for n in range(10)}) for shift in range(3)]

    def evaluate(times: int) -> None:
        for number in range(times):
            assert matcher.fired(inputs[number % 3])

    evaluate(2_000)
    before = _resident_bytes()
    evaluate(20_000)
    assert _resident_bytes() - before < 2_000_000, "at most a hundred bytes for each"
