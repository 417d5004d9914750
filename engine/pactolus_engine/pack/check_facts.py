"""What facts say of each other: `of`, `derive`, `only`, `prefer`."""

from collections.abc import Mapping as NameMap
from dataclasses import replace

from pactolus_engine.pack.condition_parts import all_tests
from pactolus_engine.pack.cycles import cycles
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import EVALUATION_DATE, Condition, Fact, FactType
from pactolus_engine.pack.read_binding import check_element
from pactolus_engine.pack.read_conditions import Scope, read_condition
from pactolus_engine.pack.schema import kind
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.yaml_source import Mapping, Node, Sequence

__all__ = ["check_fact_cycles", "check_fact_references", "read_fact_conditions"]


def check_fact_references(node: Node | None, facts: Section[Fact], issues: Issues) -> None:
    """Notes each `of` that names no head fact, and each `derive` that does not start from dates."""
    for fact in facts.items.values():
        if fact.of:
            _check_head(fact, node, facts, issues)
        if fact.derivation is not None:
            _check_inputs(fact, node, facts, issues)


def _check_head(fact: Fact, node: Node | None, facts: Section[Fact], issues: Issues) -> None:
    at = part(node, fact.id, "of")
    assert at is not None
    head = facts.find(fact.of, at.place, issues)
    if head is None:
        return
    if head.of or head.binding is None:
        advice = f"name the fact that `{head.id}` is `of`" if head.of else ""
        issues.add(at.place, f"`{head.id}` is not read from a resource of its own", advice)
        return
    element = part(node, fact.id, "read", "element")
    if fact.binding is not None and element is not None:
        for resource in head.binding.resources:
            check_element(fact, resource, fact.binding.element, element, issues)


def _check_inputs(fact: Fact, node: Node | None, facts: Section[Fact], issues: Issues) -> None:
    assert fact.derivation is not None
    if fact.derivation.is_over_samples:
        return
    at = part(node, fact.id, "derive", fact.derivation.kind)
    items = at.items if isinstance(at, Sequence) else ()
    for name, item in zip(fact.derivation.inputs, items, strict=True):
        if name == EVALUATION_DATE:
            continue
        given = facts.find(name, item.place, issues)
        if given is not None and given.type is not FactType.DATE:
            issues.add(item.place, f"`{name}` is not of type `date`")


def read_fact_conditions(node: Node | None, facts: Section[Fact], scope: Scope, issues: Issues) -> None:
    """Puts `only` and `prefer` into the facts of the section."""
    for fact in list(facts.items.values()):
        given = [key for key in ("only", "prefer") if part(node, fact.id, key)]
        if fact.of:
            _refuse_choice(fact, node, given, issues)
            continue
        only, prefer = part(node, fact.id, "only"), part(node, fact.id, "prefer")
        facts.items[fact.id] = replace(
            fact,
            only=read_condition(only, scope, issues) if only else None,
            prefer=_conditions(prefer, scope, issues) if prefer else (),
        )


def _refuse_choice(fact: Fact, node: Node | None, given: list[str], issues: Issues) -> None:
    for key in given:
        at = part(node, fact.id, key)
        assert at is not None
        issues.add(at.place, f"the choice among resources is made by the fact it is `of`, `{fact.of}`")


def _conditions(node: Node, scope: Scope, issues: Issues) -> tuple[Condition, ...]:
    if not isinstance(node, Sequence) or not node.items:
        issues.add(node.place, f"expected a list of conditions, found {kind(node)} without any")
        return ()
    read = [read_condition(item, scope, issues) for item in node.items]
    return tuple(condition for condition in read if condition is not None)


def check_fact_cycles(facts: Section[Fact], definitions: NameMap[str, Condition], issues: Issues) -> None:
    """Notes facts that choose their readings by each other.

    A fact and those `of` it are judged resource by resource, so they may speak of one another.
    """
    edges = {
        fact.id: _heads_needed(fact, facts.items, definitions)
        for fact in facts.items.values()
        if fact.only or fact.prefer
    }
    for cycle in cycles(edges):
        path = " → ".join(f"`{name}`" for name in cycle)
        message = f"the facts choose their readings by each other: {path}"
        issues.add(facts.items[cycle[0]].place, message)


def _heads_needed(fact: Fact, facts: NameMap[str, Fact], definitions: NameMap[str, Condition]) -> set[str]:
    conditions = [*fact.prefer, *((fact.only,) if fact.only else ())]
    names = {test.fact for condition in conditions for test in all_tests(condition, definitions)}
    bases = {base for name in names if name in facts for base in _bases(facts[name])}
    heads = {facts[base].of or base for base in bases if base in facts}
    return heads - {fact.id}


def _bases(fact: Fact) -> tuple[str, ...]:
    return fact.derivation.inputs if fact.derivation else (fact.id,)


def part(node: Node | None, *keys: str) -> Node | None:
    """The node below the keys; None when there is none."""
    for key in keys:
        entry = node.entries.get(key) if isinstance(node, Mapping) else None
        node = entry.value if entry else None
    return node
