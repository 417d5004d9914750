"""Numbers in conditions that a parameter already holds."""

from collections.abc import Iterator
from decimal import Decimal

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.exact_number import exact_number
from pactolus_engine.pack.read_conditions import named_parameters
from pactolus_engine.pack.yaml_source import Entry, Mapping, Node, Scalar, Sequence

__all__ = ["written_threshold"]


def written_threshold(subject: Subject) -> Iterator[Remark]:
    """A number that equals the default of a parameter with which another rule compares the same fact.

    When a site sets the parameter, the rule with the number stays behind.
    """
    rules = {name: subject.whole.written(rule.place.file, "when") for name, rule in subject.rules.items()}
    compared = _compared(rules)
    for name, node in sorted(rules.items()):
        for fact, number, _ in _numbers(node):
            for parameter in sorted(compared.get(fact, ())):
                if subject.pack.parameters[parameter].default == number:
                    message = f"the number compared with `{fact}` is the default of parameter `{parameter}`"
                    advice = f"write `{{parameter: {parameter}}}` if both are to change together"
                    yield Remark("rule", name, subject.rules[name].place, message, advice, (parameter,))


def _compared(rules: dict[str, Node | None]) -> dict[str, set[str]]:
    """Fact → the parameters that conditions compare it with."""
    found: dict[str, set[str]] = {}
    for node in rules.values():
        for test in _tests(node):
            for name in named_parameters(test):
                found.setdefault(_fact(test), set()).add(name)
    return found


def _numbers(node: Node | None) -> Iterator[tuple[str, Decimal, Scalar]]:
    for test in _tests(node):
        for entry in test.entries.values():
            items = entry.value.items if isinstance(entry.value, Sequence) else (entry.value,)
            for item in items:
                number = exact_number(item.text) if isinstance(item, Scalar) and item.plain else None
                if number is not None and isinstance(item, Scalar):
                    yield _fact(test), number, item


def _tests(node: Node | None) -> Iterator[Mapping]:
    """The maps that test a fact, wherever they stand in a condition."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _tests(item)
    elif isinstance(node, Mapping):
        if "fact" in node.entries:
            yield node
        for entry in node.entries.values():
            yield from _tests(entry.value)


def _fact(test: Mapping) -> str:
    entry: Entry = test.entries["fact"]
    return entry.value.text.strip() if isinstance(entry.value, Scalar) else ""
