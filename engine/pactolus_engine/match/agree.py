"""The two engines side by side: one truth for every rule, or no answer."""

from collections.abc import Mapping

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import EnginesDisagree
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition

__all__ = ["agreed_truths", "truths_by_definition", "truths_by_engine"]


def agreed_truths(
    compiled: CompiledPack, definition: Definition, fired: frozenset[str]
) -> Mapping[str, Truth]:
    """Rule id → truth, when both engines give it. Raises `EnginesDisagree` with the rules if not."""
    defined = truths_by_definition(compiled, definition)
    matched = truths_by_engine(compiled, fired)
    differing = tuple(sorted(rule for rule in defined if matched[rule] is not defined[rule]))
    if differing:
        raise EnginesDisagree(differing)
    return defined


def truths_by_definition(compiled: CompiledPack, definition: Definition) -> dict[str, Truth]:
    """Rule id → truth by the definition evaluator, from the values themselves."""
    return {rule: definition.truth(compiled.pack.rules[rule].condition) for rule in compiled.conditions}


def truths_by_engine(compiled: CompiledPack, fired: frozenset[str]) -> dict[str, Truth | None]:
    """Rule id → truth by durable-rules, from cells; None when a rule came out true and false."""
    proved: dict[str, set[bool]] = {rule: set() for rule in compiled.conditions}
    for rule in compiled.engine_rules:
        if rule.name in fired:
            proved[rule.rule].add(rule.proves)
    return {rule: _truth(proofs) for rule, proofs in proved.items()}


def _truth(proofs: set[bool]) -> Truth | None:
    if len(proofs) == 2:
        return None
    if not proofs:
        return Truth.UNKNOWN
    return Truth.TRUE if True in proofs else Truth.FALSE
