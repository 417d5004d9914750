"""What `all-of-last` and `count` ask of each sample: read it, and see that a sample can answer."""

from collections.abc import Mapping as NameMap
from dataclasses import replace
from decimal import Decimal

from pactolus_engine.pack.check_facts import part
from pactolus_engine.pack.condition_parts import all_tests
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import ALL_OF_LAST, Condition, Derivation, Fact, FactType
from pactolus_engine.pack.read_conditions import Scope, named_parameters, read_condition
from pactolus_engine.pack.schema import Fields, read_number
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.yaml_source import Mapping, Node

__all__ = ["check_over_samples", "read_sample_conditions"]

_MOST_DAYS = 36_500


def read_sample_conditions(node: Node | None, facts: Section[Fact], scope: Scope, issues: Issues) -> None:
    """Puts `when` and `days-apart` into the facts of the section. `node`: that of `facts.yaml`."""
    for fact in list(facts.items.values()):
        derivation = fact.derivation
        if derivation is None or not derivation.is_over_samples:
            continue
        when = part(node, fact.id, "derive", derivation.kind, "when")
        apart = part(node, fact.id, "derive", derivation.kind, "days-apart")
        condition = read_condition(when, scope, issues) if when else None
        days = _days_apart(apart, derivation, scope, issues) if apart else 0
        read = replace(
            derivation,
            condition=condition,
            days_apart=days,
            days_apart_parameter=next(named_parameters(apart), ""),
        )
        facts.items[fact.id] = replace(fact, derivation=read)


def _days_apart(node: Node, derivation: Derivation, scope: Scope, issues: Issues) -> int:
    number = _parameter(node, scope, issues) if isinstance(node, Mapping) else read_number(node, issues)
    if number is None:
        return 0
    if number % 1 or not 1 <= number <= _MOST_DAYS:
        issues.add(node.place, f"`days-apart` is not a whole number of days from 1 to {_MOST_DAYS}")
    elif derivation.last == 1:
        issues.add(node.place, "`days-apart` is for two samples or more", "leave it out")
    return int(number)


def _parameter(node: Mapping, scope: Scope, issues: Issues) -> Decimal | None:
    fields = Fields(node, ("parameter",), issues)
    name = fields.id("parameter")
    if not name:
        return None
    parameter = scope.parameters.find(name, node.entries["parameter"].value.place, issues)
    if parameter is not None and parameter.unit != "d":
        issues.add(node.place, f"parameter `{name}` has another unit than `d`", "days apart are days")
        return None
    return scope.values.get(name, parameter.low if parameter else None)


def check_over_samples(
    node: Node | None, facts: Section[Fact], definitions: NameMap[str, Condition], issues: Issues
) -> None:
    """Notes each sample condition that one sample cannot answer, and each choice among samples that
    rests on several; gives the derivations their inputs. `definitions` must be free of cycles."""
    for fact in list(facts.items.values()):
        if fact.derivation is not None and fact.derivation.is_over_samples:
            _give_inputs(fact, fact.derivation, node, facts, definitions, issues)
        else:
            _check_choice(fact, facts, definitions, issues)


def _give_inputs(
    fact: Fact,
    derivation: Derivation,
    node: Node | None,
    facts: Section[Fact],
    definitions: NameMap[str, Condition],
    issues: Issues,
) -> None:
    at = part(node, fact.id, "derive", derivation.kind, "fact")
    assert at is not None, "a derivation over samples was read with its fact"
    head = facts.find(derivation.inputs[0], at.place, issues)
    if head is None or derivation.condition is None:
        return
    if head.of or head.binding is None:
        advice = f"name the fact that `{head.id}` is `of`" if head.of else ""
        issues.add(at.place, f"`{head.id}` is not read from a resource of its own", advice)
        return
    when = part(node, fact.id, "derive", derivation.kind, "when")
    assert when is not None
    tested = sorted({test.fact for test in all_tests(derivation.condition, definitions)} - {head.id})
    for name in tested:
        other = facts.items.get(name)
        if other is not None and other.of != head.id:
            advice = f"let the `only` of `{head.id}` choose by it"
            issues.add(when.place, f"`{name}` is not a fact of the samples of `{head.id}`", advice)
        elif other is not None and other.type is FactType.DATE:
            advice = f"let the `only` of `{head.id}` choose by dates; `{ALL_OF_LAST}` puts samples in order"
            issues.add(when.place, f"`{name}` is a date, by which `{derivation.kind}` does not ask", advice)
    inputs = (name for name in tested if name in facts.items and facts.items[name].of == head.id)
    facts.items[fact.id] = replace(fact, derivation=replace(derivation, inputs=(head.id, *inputs)))


def _check_choice(
    fact: Fact, facts: Section[Fact], definitions: NameMap[str, Condition], issues: Issues
) -> None:
    conditions = [*fact.prefer, *((fact.only,) if fact.only else ())]
    names = {test.fact for condition in conditions for test in all_tests(condition, definitions)}
    for name in sorted(names):
        other = facts.items.get(name)
        if other is not None and other.derivation is not None and other.derivation.is_over_samples:
            message = f"the choice among readings of `{fact.id}` rests on `{name}`"
            issues.add(fact.place, message, "a fact over several samples cannot choose among samples")
