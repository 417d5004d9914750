"""The parts of a decision that tell why: facts used, what is missing, what was assumed, the trace."""

from collections.abc import Mapping

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import atoms_of
from pactolus_engine.decision import (
    Assumption,
    FactTrace,
    FactUsed,
    Missing,
    RuleOffTrace,
    RuleTrace,
    Trace,
)
from pactolus_engine.derive import base_facts
from pactolus_engine.facts import FactSet, PassedOver, Source
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition
from pactolus_engine.minimal import minimal_sets
from pactolus_engine.pack.model import Condition, Pack
from pactolus_engine.show import show_state
from pactolus_engine.states import FactState, States, is_settled
from pactolus_engine.weigh import Uncounted
from pactolus_engine.worlds import Worlds

__all__ = ["assumptions", "facts_used", "missing_facts", "trace"]

_STRADDLES = "what was sent leaves it on both sides of a limit that this pack asks for"
_IN_QUESTION = "it cannot be right together with another fact that was sent"


def facts_used(condition: Condition, states: States, pack: Pack) -> tuple[FactUsed, ...]:
    """The facts that an inlined condition looks at, in its order."""
    names = dict.fromkeys(atom.fact for atom in atoms_of(condition))
    return tuple(
        FactUsed(
            name, pack.facts[name].title, show_state(states[name], pack.facts[name]), _sources(states[name])
        )
        for name in names
    )


def missing_facts(
    states: States, compiled: CompiledPack, worlds: Worlds
) -> tuple[tuple[Missing, ...], tuple[tuple[str, ...], ...]]:
    """The base facts on which an open decision depends, and every smallest set that would settle it.

    When a search met its bound no set is claimed, and the list may name more than is needed.
    """
    pack = compiled.pack
    sets = minimal_sets(compiled, states, worlds) if worlds.is_complete else ()
    names = sorted({name for one in sets for name in one} or _open_facts(compiled, worlds))
    missing = tuple(
        Missing(
            name,
            pack.facts[name].title,
            _why_not_enough(name, states, compiled) or _why_missing(states[name]),
            pack.facts[name].supply,
        )
        for name in names
    )
    return missing, sets


def _why_not_enough(fact: str, states: States, compiled: CompiledPack) -> str:
    """Why the samples of a fact do not settle what is asked of several of them; empty if nothing is."""
    asked = {atom.fact for atom in compiled.atoms}
    reasons = {states[name].reason for name in asked if fact in states[name].wanted}
    return "; ".join(sorted(reasons))


def _open_facts(compiled: CompiledPack, worlds: Worlds) -> set[str]:
    dimensions = {name for world in worlds.worlds for name in world.completions.depends_on}
    facts = {compiled.partitions[name].fact.id for name in dimensions}
    return {base for fact in facts for base in base_facts(compiled.pack, fact)}


def _why_missing(state: FactState) -> str:
    return state.reason or (_IN_QUESTION if is_settled(state.value) else _STRADDLES)


def assumptions(states: States, compiled: CompiledPack) -> tuple[Assumption, ...]:
    """Every assumed fact that a rule of the pack looks at."""
    pack = compiled.pack
    asked = {atom.fact for atom in compiled.atoms}
    return tuple(
        Assumption(name, pack.facts[name].assumed_value, pack.facts[name].note)
        for name in sorted(asked)
        if states[name].assumed and pack.facts[name].derivation is None
    )


def trace(
    states: States,
    compiled: CompiledPack,
    truths: Mapping[str, Truth],
    definition: Definition,
    facts: FactSet,
    left_out: tuple[Uncounted, ...],
) -> Trace:
    """Every rule with its tree, every fact with its cells, everything passed over, every rule that is off.

    `left_out`: what was sent about a fact and does not count; it is traced among what is passed over.
    """
    rules = tuple(
        RuleTrace(
            rule,
            compiled.pack.rules[rule].effect.value,
            truth.value,
            definition.explain(compiled.pack.rules[rule].condition),
        )
        for rule, truth in sorted(truths.items())
    )
    looked_at = tuple(_fact_trace(states[name], compiled) for name in sorted(states))
    off = tuple(
        RuleOffTrace(rule.id, rule.title, rule.effect.value, rule.parameters)
        for _, rule in sorted(compiled.pack.rules_off.items())
    )
    not_counted = {PassedOver(one.source, f"sent, and not counted: {one.reason}") for one in left_out}
    passed_over = sorted({*facts.passed_over, *not_counted}, key=lambda one: (one.source, one.reason))
    return Trace(rules, looked_at, tuple(passed_over), off)


def _fact_trace(state: FactState, compiled: CompiledPack) -> FactTrace:
    partition = compiled.partitions.get(state.fact)
    cells = partition.names(partition.mask_of(state)) if partition else ()
    status = " or ".join(sorted(state.statuses))
    shown = show_state(state, compiled.pack.facts[state.fact])
    return FactTrace(state.fact, status, shown, cells, _sources(state))


def _sources(state: FactState) -> tuple[Source, ...]:
    return tuple(sorted({reading.source for reading in state.readings}))
