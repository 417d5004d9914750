"""Conditions: from nodes to the model, with every name, type, unit and constant checked."""

from collections.abc import Iterator
from collections.abc import Mapping as NameMap
from dataclasses import dataclass, field
from decimal import Decimal

from pactolus_engine.pack.issues import Issues, nearest
from pactolus_engine.pack.model import (
    EVALUATION_DATE,
    Absence,
    All,
    Any,
    Comparison,
    Condition,
    Defined,
    Fact,
    FactType,
    Membership,
    Not,
    Operator,
    Parameter,
    Place,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.pack.schema import (
    Fields,
    kind,
    read_date,
    read_id,
    read_mapping,
    read_number,
    read_text,
    read_word,
    read_words,
)
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.shapes import PARAMETER_NAMED, STATUSES, TEST
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar, Sequence

__all__ = ["Scope", "named_parameters", "read_condition"]

_HEADS = ("fact", "defined", "all", "any", "not")
_COMPARISONS = {operator.value: operator for operator in Operator}
_DATE_TESTS = {"before": Operator.BELOW, "on-or-after": Operator.AT_LEAST}
_ONE_TEST = "one test a fact; join several with `all`"


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a condition may use. `values`: the parameters in force; `chosen`: where the site's
    overlay sets them, since that is where a value that does not fit is to be mended."""

    facts: Section[Fact]
    definitions: Section[None]
    parameters: Section[Parameter]
    values: NameMap[str, Decimal]
    chosen: NameMap[str, Place] = field(default_factory=dict)


def named_parameters(node: Node | None) -> Iterator[str]:
    """The parameters that a condition names as `{parameter: ID}`. Depth is bounded by the file's."""
    if isinstance(node, Sequence):
        for item in node.items:
            yield from named_parameters(item)
    elif isinstance(node, Mapping):
        for key, entry in node.entries.items():
            if key == "parameter" and isinstance(entry.value, Scalar):
                yield entry.value.text.strip()
            yield from named_parameters(entry.value)


def read_condition(node: Node, scope: Scope, issues: Issues) -> Condition | None:
    """The condition; None when any part of it is wrong, which is noted."""
    return _ConditionReader(scope, issues).condition(node)


class _ConditionReader:
    """Reads one condition and all its parts. Depth is bounded by the depth of the file."""

    def __init__(self, scope: Scope, issues: Issues) -> None:
        self._scope = scope
        self._issues = issues

    def condition(self, node: Node) -> Condition | None:
        mapping = read_mapping(node, self._issues)
        if mapping is None:
            return None
        heads = [head for head in _HEADS if head in mapping.entries]
        if len(heads) != 1:
            advice = f"one of {', '.join(f'`{head}`' for head in _HEADS)}"
            self._issues.add(mapping.place, "not a condition", advice)
            return None
        known = TEST if heads[0] == "fact" else heads
        fields = Fields(mapping, known, self._issues)
        match heads[0]:
            case "fact":
                return self._test(fields, mapping)
            case "defined":
                return self._defined(mapping.entries["defined"].value)
            case "not":
                part = self.condition(mapping.entries["not"].value)
                return Not(part) if part else None
            case joiner:
                return self._joined(joiner, mapping.entries[joiner].value)

    def _joined(self, joiner: str, node: Node) -> Condition | None:
        if not isinstance(node, Sequence) or not node.items:
            self._issues.add(node.place, f"expected a list of conditions, found {kind(node)} without any")
            return None
        read = [self.condition(item) for item in node.items]
        parts = tuple(part for part in read if part is not None)
        if len(parts) != len(read):
            return None
        return All(parts) if joiner == "all" else Any(parts)

    def _defined(self, node: Node) -> Condition | None:
        name = read_id(node, self._issues)
        if name is None:
            return None
        self._scope.definitions.find(name, node.place, self._issues)
        return Defined(name)

    def _test(self, fields: Fields, mapping: Mapping) -> Condition | None:
        node = mapping.entries["fact"].value
        name = read_id(node, self._issues)
        tests = [test for test in TEST.one_of if test in mapping.entries]
        if len(tests) != 1:
            self._issues.add(mapping.place, f"expected one test, found {len(tests)}", _ONE_TEST)
            return None
        if name == EVALUATION_DATE:
            self._issues.add(node.place, f"`{EVALUATION_DATE}` may be used in `derive` only")
            return None
        fact = self._scope.facts.find(name, node.place, self._issues) if name else None
        if fact is None:
            return None
        return self._fact_test(fact, tests[0], mapping.entries[tests[0]].value, fields.key_place(tests[0]))

    def _fact_test(self, fact: Fact, test: str, node: Node, place: Place) -> Condition | None:
        if test == "status":
            return self._status(fact, node)
        if test == "absent":
            return self._absent(fact, node, place)
        if not self._fits(fact, test, place):
            return None
        if test in _DATE_TESTS:
            day = read_date(node, self._issues)
            return Comparison(fact.id, _DATE_TESTS[test], Decimal(day.toordinal())) if day else None
        if test in _COMPARISONS:
            constant = self._constant(fact, node)
            return None if constant is None else _comparison(fact, _COMPARISONS[test], constant, node)
        if test == "within":
            return self._within(fact, node)
        return self._codes(fact, test, node)

    def _fits(self, fact: Fact, test: str, place: Place) -> bool:
        """Whether the test belongs to facts of this type."""
        allowed: tuple[str, ...]
        if fact.type is FactType.DATE:
            allowed = tuple(_DATE_TESTS)
        elif fact.type.is_ordered:
            allowed = (*_COMPARISONS, "within")
        else:
            allowed = ("is-set",) if fact.type is FactType.SET else ("is", "in")
        if test not in allowed:
            advice = f"use {', '.join(f'`{word}`' for word in allowed)}"
            self._issues.add(
                place, f"`{test}` does not fit `{fact.id}`, which is of type `{fact.type}`", advice
            )
        return test in allowed

    def _constant(self, fact: Fact, node: Node) -> Decimal | None:
        number = self._parameter(fact, node) if isinstance(node, Mapping) else read_number(node, self._issues)
        if number is None:
            return None
        place = self._place(node)
        if fact.type.is_whole and number % 1:
            self._issues.add(place, f"`{fact.id}` is a whole number, the constant is not")
            return None
        below = fact.low is not None and number < fact.low
        if below or (fact.high is not None and number > fact.high):
            self._issues.add(place, f"the constant lies outside the domain of `{fact.id}`")
            return None
        return number

    def _place(self, node: Node) -> Place:
        """Where a constant is to be mended: in the site's overlay if that set it."""
        named = named_parameters(node)
        return next((self._scope.chosen[name] for name in named if name in self._scope.chosen), node.place)

    def _parameter(self, fact: Fact, node: Mapping) -> Decimal | None:
        """The value in force; where there is none the rule is off, and the lowest value stands in for
        it, so that everything else about the rule is checked all the same."""
        fields = Fields(node, PARAMETER_NAMED, self._issues)
        name = fields.id("parameter")
        if not name:
            return None
        parameter = self._scope.parameters.find(name, node.entries["parameter"].value.place, self._issues)
        if parameter is not None and parameter.unit != fact.unit:
            message = f"parameter `{name}` and fact `{fact.id}` have different units"
            self._issues.add(node.place, message, "give both the same unit")
            return None
        stand_in = parameter.low if parameter is not None else None
        return self._scope.values.get(name, stand_in)

    def _within(self, fact: Fact, node: Node) -> Condition | None:
        if not isinstance(node, Sequence) or len(node.items) != 2:
            self._issues.add(node.place, "expected a list of two numbers, from and to")
            return None
        low, high = (self._constant(fact, item) for item in node.items)
        if low is None or high is None:
            return None
        has_values = all(name in self._scope.values for name in named_parameters(node))
        if low > high and has_values:
            self._issues.add(self._place(node), "the first number is greater than the second")
            return None
        ends = zip((Operator.AT_LEAST, Operator.AT_MOST), (low, high), node.items, strict=True)
        return All(tuple(_comparison(fact, operator, number, item) for operator, number, item in ends))

    def _codes(self, fact: Fact, test: str, node: Node) -> Condition | None:
        words = self._one(node) if test == "is" else read_words(node, self._issues)
        before = self._issues.count
        for word in words:
            if word.text not in fact.codes:
                advice = nearest(word.text, fact.codes, self._issues)
                self._issues.add(word.place, f"not a value of `{fact.id}`", advice)
        if not words or self._issues.count != before:
            return None
        codes = frozenset(word.text for word in words)
        return SetEquality(fact.id, codes) if test == "is-set" else Membership(fact.id, codes)

    def _one(self, node: Node) -> tuple[Scalar, ...]:
        text = read_text(node, self._issues)
        return () if text is None else (Scalar(text, True, node.place),)

    def _status(self, fact: Fact, node: Node) -> Condition | None:
        words = (node,) if isinstance(node, Scalar) else read_words(node, self._issues)
        read = [read_word(word, STATUSES, "`status`", self._issues) for word in words]
        statuses = frozenset(Status(word) for word in read if word is not None)
        return StatusTest(fact.id, statuses) if statuses and None not in read else None

    def _absent(self, fact: Fact, node: Node, place: Place) -> Condition | None:
        if not isinstance(node, Scalar) or node.text != "true":
            self._issues.add(node.place, "expected `true`", "for the opposite, put it under `not`")
            return None
        if fact.absence is Absence.REQUIRED:
            advice = "a required fact that nobody sent is unknown, which no rule can test"
            self._issues.add(place, f"`absent` is not for `{fact.id}`, which is required", advice)
            return None
        return StatusTest(fact.id, frozenset({Status.MISSING}))


def _comparison(fact: Fact, operator: Operator, constant: Decimal, node: Node) -> Comparison:
    """The comparison with what `node` says: a number, or the parameter that gave it."""
    return Comparison(fact.id, operator, constant, next(named_parameters(node), ""))
