"""From one pack to another: what changed, and what of it each rule and each fact rests on.

Worked out once for a pair of packs; `causes.py` then says which of it moved one answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from pactolus_engine.pack.check_rules import definitions
from pactolus_engine.pack.condition import Comparison, Condition, Membership, SetEquality
from pactolus_engine.pack.condition_parts import all_tests, definitions_of, tests_of
from pactolus_engine.pack.elements import READER_PARAMETERS
from pactolus_engine.pack.fact import Fact, Several
from pactolus_engine.pack.model import Effect, Pack
from pactolus_engine.replay.changed import Changed, changed_between, changed_parameters

__all__ = ["PackChange"]

_Limit = Comparison | Membership | SetEquality


@dataclass(frozen=True, slots=True)
class PackChange:
    """The changes between two packs. `before` is None when the recorded pack is not on the shelf: then only
    parameters are known to have changed.

    `rule_causes`, `fact_causes`: id to all changes that it may rest on, as `rule:ID`, `parameter:NAME`,
    `code-set:NAME`, `fact:ID`; of a rule, through definitions, but not through facts. `inputs`: fact to the
    facts that decide how it stands. `asked`: fact to the causes by which one version asks about it and the
    other does not. `defined_by`: defined name to the rules that define it.
    """

    before: Pack | None
    after: Pack
    changed: Changed
    rule_causes: Mapping[str, frozenset[str]] = field(init=False)
    fact_causes: Mapping[str, frozenset[str]] = field(init=False)
    inputs: Mapping[str, frozenset[str]] = field(init=False)
    asked: Mapping[str, frozenset[str]] = field(init=False)
    defined_by: Mapping[str, frozenset[str]] = field(init=False)

    @staticmethod
    def between(before: Pack | Mapping[str, str], after: Pack) -> "PackChange":
        """`before`: the recorded pack, or the parameter values that the record keeps of it, as exact text."""
        if isinstance(before, Pack):
            return PackChange(before, after, changed_between(before, after))
        values = {name: Decimal(text) for name, text in before.items()}
        return PackChange(None, after, Changed(changed_parameters(values, after.parameter_values)))

    def __post_init__(self) -> None:
        packs = tuple(pack for pack in (self.before, self.after) if pack is not None)
        resting = _Resting(packs, self.changed)
        object.__setattr__(self, "defined_by", resting.defined_by)
        object.__setattr__(self, "rule_causes", resting.rule_causes())
        object.__setattr__(self, "fact_causes", resting.fact_causes())
        object.__setattr__(self, "inputs", resting.inputs())
        object.__setattr__(self, "asked", resting.asked())


class _Resting:
    """Follows rules and facts, in both packs at once, to what they rest on."""

    def __init__(self, packs: tuple[Pack, ...], changed: Changed) -> None:
        self._packs = packs
        self._changed = changed
        self._definitions = {id(pack): definitions(pack.rules) for pack in packs}
        defining: defaultdict[str, set[str]] = defaultdict(set)
        self._conditions: defaultdict[str, list[Condition]] = defaultdict(list)
        for pack in packs:
            for rule in pack.rules.values():
                self._conditions[rule.id].append(rule.condition)
                if rule.effect is Effect.DEFINE:
                    defining[rule.target].add(rule.id)
        self.defined_by = {name: frozenset(rules) for name, rules in defining.items()}

    def rule_causes(self) -> dict[str, frozenset[str]]:
        return {
            name: frozenset(self._of_rules({name}))
            for name in sorted({*self._conditions, *self._changed.rules})
        }

    def fact_causes(self) -> dict[str, frozenset[str]]:
        cuts = self._cuts()
        names = {name for pack in self._packs for name in pack.facts}
        return {
            name: frozenset(
                cause for fact in self._facts(name) for cause in (*self._of_fact(fact), *cuts[name])
            )
            for name in sorted(names)
        }

    def inputs(self) -> dict[str, frozenset[str]]:
        names = {name for pack in self._packs for name in pack.facts}
        return {name: frozenset(self._inputs(name)) - {name, ""} for name in sorted(names)}

    def asked(self) -> dict[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for rule in self._conditions:
            tested = [self._tested(pack, rule) for pack in self._packs]
            for fact in set[str]().union(*tested) - tested[0].intersection(*tested):
                found[fact] |= self._named(rule) or self._lacking(rule)
        return {fact: frozenset(causes) for fact, causes in found.items()}

    def _tested(self, pack: Pack, rule: str) -> set[str]:
        """The facts that the rule tests in a pack, through definitions too."""
        if rule not in pack.rules:
            return set()
        return {test.fact for test in all_tests(pack.rules[rule].condition, self._definitions[id(pack)])}

    def _lacking(self, rule: str) -> set[str]:
        """The parameters that switch the rule on or off."""
        off = [pack.rules_off[rule] for pack in self._packs if rule in pack.rules_off]
        return self._parameters(name for one in off for name in one.parameters)

    def _inputs(self, name: str) -> Iterator[str]:
        for fact in self._facts(name):
            yield fact.of
            yield from fact.derivation.inputs if fact.derivation else ()
            for condition in self._everything(_choosing(fact)):
                yield from (test.fact for test in tests_of(condition))

    def _facts(self, name: str) -> list[Fact]:
        return [pack.facts[name] for pack in self._packs if name in pack.facts]

    def _of_fact(self, fact: Fact) -> Iterator[str]:
        if fact.id in self._changed.facts:
            yield f"fact:{fact.id}"
        derivation, binding = fact.derivation, fact.binding
        if derivation is not None:
            yield from self._parameters([derivation.days_apart_parameter])
        if binding is not None:
            bound = {*binding.codes, *binding.values.values(), *binding.components.values()}
            yield from (f"code-set:{name}" for name in bound & self._changed.code_sets)
            yield from self._parameters(READER_PARAMETERS.get(binding.element, ()))
        yield from self._implying(fact.id)
        for head in (fact, *(self._facts(fact.of) if fact.of else ())):
            yield from self._of_conditions(_choosing(head))

    def _implying(self, fact: str) -> Iterator[str]:
        """Code sets that settle the fact by themselves."""
        for pack in self._packs:
            for name in self._changed.code_sets & pack.code_sets.keys():
                if fact in pack.code_sets[name].implies:
                    yield f"code-set:{name}"

    def _cuts(self) -> defaultdict[str, set[str]]:
        """Where samples must agree: what moves the limits between the classes in which they agree."""
        cuts: defaultdict[str, set[str]] = defaultdict(set)
        for rule in self._conditions:
            limits = [self._limits(pack, rule) for pack in self._packs]
            for test in set[_Limit]().union(*limits) - limits[0].intersection(*limits):
                if any(fact.several is Several.AGREE for fact in self._facts(test.fact)):
                    cuts[test.fact] |= {*self._of_rules({rule}), *self._lacking(rule)}
        return cuts

    def _limits(self, pack: Pack, rule: str) -> set[_Limit]:
        """The tests of a value that a rule which does more than define makes, through definitions too."""
        if rule not in pack.rules or pack.rules[rule].effect is Effect.DEFINE:
            return set()
        tests = all_tests(pack.rules[rule].condition, self._definitions[id(pack)])
        return {test for test in tests if isinstance(test, _Limit)}

    def _of_conditions(self, conditions: Iterable[Condition]) -> Iterator[str]:
        conditions = tuple(conditions)
        yield from self._parameters_in(test for one in conditions for test in tests_of(one))
        yield from self._of_rules(self._defining(conditions))

    def _of_rules(self, rules: Iterable[str]) -> Iterator[str]:
        for rule in self._through(rules):
            yield from self._named(rule)
            yield from self._parameters_in(t for one in self._conditions[rule] for t in tests_of(one))

    def _everything(self, conditions: Iterable[Condition]) -> Iterator[Condition]:
        """The conditions, and those of all definitions that they rest on."""
        conditions = tuple(conditions)
        yield from conditions
        for rule in self._through(self._defining(conditions)):
            yield from self._conditions[rule]

    def _through(self, rules: Iterable[str]) -> set[str]:
        """The rules, and those that define what they rest on."""
        seen, waiting = set[str](), list(rules)
        while waiting:
            rule = waiting.pop()
            if rule not in seen:
                seen.add(rule)
                waiting += self._defining(self._conditions[rule])
        return seen

    def _defining(self, conditions: Iterable[Condition]) -> set[str]:
        names = {name for condition in conditions for name in definitions_of(condition)}
        return {rule for name in names for rule in self.defined_by.get(name, ())}

    def _named(self, rule: str) -> set[str]:
        return {f"rule:{rule}"} if rule in self._changed.rules else set()

    def _parameters_in(self, tests: Iterable[object]) -> set[str]:
        return self._parameters(test.parameter for test in tests if isinstance(test, Comparison))

    def _parameters(self, names: Iterable[str]) -> set[str]:
        return {f"parameter:{name}" for name in names if name in self._changed.parameters}


def _choosing(fact: Fact) -> Iterator[Condition]:
    """The conditions by which readings or samples of the fact count."""
    yield from fact.prefer
    if fact.only is not None:
        yield fact.only
    if fact.derivation is not None and fact.derivation.condition is not None:
        yield fact.derivation.condition
