"""What rules say of each other: definitions without a cycle, of a bounded size, and derived facts
whose inputs are their own or dates that they may share."""

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from pactolus_engine.pack.condition_parts import all_tests, definitions_of, tests_of
from pactolus_engine.pack.cycles import cycles
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import (
    EVALUATION_DATE,
    Condition,
    Effect,
    Fact,
    FactType,
    Place,
    Rule,
    StatusTest,
)

__all__ = ["check_definitions", "check_shared_inputs", "definitions", "definitions_in_order"]

MAX_TESTS = 4_096
"""Tests in one condition once its definitions are put in: names used twice double at each step."""


def definitions(rules: Mapping[str, Rule]) -> dict[str, Condition]:
    """Each defined name with its condition."""
    return {rule.target: rule.condition for rule in rules.values() if rule.effect is Effect.DEFINE}


def check_definitions(rules: Mapping[str, Rule], issues: Issues) -> bool:
    """Whether definitions can be put in: no cycle, no condition that grows beyond the bound."""
    before = issues.count
    defined = definitions(rules)
    places = {rule.target: rule.place for rule in rules.values() if rule.effect is Effect.DEFINE}
    for cycle in cycles({name: definitions_of(condition) for name, condition in defined.items()}):
        path = " → ".join(f"`{name}`" for name in cycle)
        issues.add(places[cycle[0]], f"definitions rest on each other: {path}", "write one of them out")
    if issues.count == before:
        _check_sizes(rules, defined, issues)
    return issues.count == before


def _check_sizes(rules: Mapping[str, Rule], defined: Mapping[str, Condition], issues: Issues) -> None:
    sizes: dict[str, int] = {}
    for name in definitions_in_order(defined):
        sizes[name] = _size(defined[name], sizes)
    for rule in rules.values():
        if _size(rule.condition, sizes) > MAX_TESTS:
            message = f"with its definitions put in, the condition holds more than {MAX_TESTS} tests"
            issues.add(rule.place, message)


def _size(condition: Condition, sizes: Mapping[str, int]) -> int:
    """Number of tests, definitions put in; capped, so that it stays a small number."""
    parts = (sizes.get(name, 1) for name in definitions_of(condition))
    return min(len(tests_of(condition)) + sum(parts), MAX_TESTS + 1)


def definitions_in_order(defined: Mapping[str, Condition]) -> Iterable[str]:
    """Names after the names they rest on, where no cycle is."""
    needs = {
        name: {used for used in definitions_of(condition) if used in defined}
        for name, condition in defined.items()
    }
    return TopologicalSorter(needs).static_order()


def check_shared_inputs(rules: Mapping[str, Rule], facts: Mapping[str, Fact], issues: Issues) -> None:
    """Notes facts that rules test as if they were independent though one input decides both.

    Completions range over facts one by one: two derived facts with a common input, or a derived
    fact beside the value of its own input, would let an impossible patient through. Only days between
    dates are completed together and may share them. How an input stands is not completed: a test of
    its status may stand beside what is derived from it.
    """
    owners: dict[str, str] = {}
    compared: dict[str, Place] = {}
    defined = definitions(rules)
    for rule in sorted(rules.values(), key=lambda rule: rule.id):
        if rule.effect is Effect.DEFINE:
            continue
        for test in all_tests(rule.condition, defined):
            fact = facts.get(test.fact)
            if fact is None:
                continue
            if fact.derivation is not None:
                _claim(fact, facts, rule.place, owners, issues)
            elif not isinstance(test, StatusTest):
                compared.setdefault(fact.id, rule.place)
    for name in sorted(owners.keys() & compared.keys()):
        message = f"rules use `{name}` and `{owners[name]}`, which follows from it"
        issues.add(compared[name], message, "test one of the two")


def _claim(
    fact: Fact, facts: Mapping[str, Fact], place: Place, owners: dict[str, str], issues: Issues
) -> None:
    assert fact.derivation is not None
    for name in fact.derivation.inputs:
        if name == EVALUATION_DATE or _is_mistaken(fact, facts.get(name)):
            continue
        owner = owners.setdefault(name, fact.id)
        if owner != fact.id and not _are_days(fact, facts[owner]):
            message = f"rules use `{owner}` and `{fact.id}`, which both follow from `{name}`"
            issues.add(place, message, "only facts that are `days-between` may share an input")


def _is_mistaken(fact: Fact, given: Fact | None) -> bool:
    """An input of days or years that is no date is a mistake of its own, noted where it stands."""
    over_samples = fact.derivation is not None and fact.derivation.is_over_samples
    return given is not None and given.type is not FactType.DATE and not over_samples


def _are_days(*facts: Fact) -> bool:
    return all(fact.derivation is not None and fact.derivation.kind == "days-between" for fact in facts)
