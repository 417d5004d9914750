"""Which rules are off: those that need a parameter which has no value until a site sets one.

A rule needs the parameters that its condition names, itself or through definitions, and those that
it lists under `needs`. What chooses among readings cannot be off: that would let more count, unseen.
"""

from collections.abc import Iterable
from collections.abc import Mapping as NameMap

from pactolus_engine.pack.check_facts import part
from pactolus_engine.pack.check_rules import definitions, definitions_in_order
from pactolus_engine.pack.condition_parts import definitions_of
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Condition, Effect, Fact, Parameter, Rule, RuleOff
from pactolus_engine.pack.read_conditions import named_parameters
from pactolus_engine.pack.yaml_source import Node, Scalar, Sequence

__all__ = ["Switches"]


class Switches:
    """The parameters that each rule needs; for rules whose definitions are known to have no cycle."""

    def __init__(self, rules: NameMap[str, Rule], nodes: NameMap[str, Node | None]) -> None:
        """`nodes`: the file of a rule → its node."""
        self._rules = rules
        own = {name: _own_needs(nodes.get(rule.place.file)) for name, rule in rules.items()}
        defining = {rule.target: name for name, rule in rules.items() if rule.effect is Effect.DEFINE}
        self._of_definition: dict[str, frozenset[str]] = {}
        for name in definitions_in_order(definitions(rules)):
            condition = rules[defining[name]].condition
            self._of_definition[name] = own[defining[name]] | self._through(condition)
        self._needs = {name: own[name] | self._through(rule.condition) for name, rule in rules.items()}

    def _through(self, condition: Condition) -> frozenset[str]:
        """The parameters that a condition needs through definitions."""
        names = definitions_of(condition)
        return frozenset().union(*(self._of_definition.get(name, frozenset()) for name in names))

    def off(self, unset: Iterable[str]) -> dict[str, RuleOff]:
        """The rules that need one of these parameters, by id."""
        missing = frozenset(unset)
        return {
            name: _switched_off(self._rules[name], needs & missing)
            for name, needs in sorted(self._needs.items())
            if needs & missing
        }

    def check_choices(
        self,
        facts: NameMap[str, Fact],
        node: Node | None,
        parameters: NameMap[str, Parameter],
        issues: Issues,
    ) -> None:
        """Notes each `only`, `prefer` and `derive` of a fact that rests on a parameter without a default."""
        for fact in facts.values():
            written = {*named_parameters(part(node, fact.id, "only"))}
            written |= {*named_parameters(part(node, fact.id, "prefer"))}
            conditions = [*fact.prefer, *((fact.only,) if fact.only else ())]
            for name in sorted(written.union(*map(self._through, conditions))):
                if name in parameters and parameters[name].default is None:
                    message = f"the choice among readings rests on `{name}`, which has no default"
                    issues.add(fact.place, message, "give the parameter a default")
            self._check_derivation(fact, node, parameters, issues)

    def _check_derivation(
        self, fact: Fact, node: Node | None, parameters: NameMap[str, Parameter], issues: Issues
    ) -> None:
        derivation = fact.derivation
        written = frozenset(named_parameters(part(node, fact.id, "derive")))
        through = self._through(derivation.condition) if derivation and derivation.condition else frozenset()
        for name in sorted(written | through):
            if name in parameters and parameters[name].default is None:
                message = f"`{fact.id}` is derived by `{name}`, which has no default"
                issues.add(fact.place, message, "give the parameter a default")


def _own_needs(node: Node | None) -> frozenset[str]:
    listed = part(node, "needs")
    words = listed.items if isinstance(listed, Sequence) else ()
    needs = {word.text.strip() for word in words if isinstance(word, Scalar)}
    return frozenset({*needs, *named_parameters(part(node, "when"))})


def _switched_off(rule: Rule, parameters: frozenset[str]) -> RuleOff:
    return RuleOff(
        rule.id,
        rule.title,
        rule.text,
        rule.effect,
        tuple(sorted(parameters)),
        rule.target,
        rule.value,
        rule.evidence,
        rule.rationale,
    )
