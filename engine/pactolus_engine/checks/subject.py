"""What the checks look at: a pack that the loader took, as its author wrote it, and an instant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pactolus_engine.conditions import inline
from pactolus_engine.pack.check_facts import part
from pactolus_engine.pack.check_rules import definitions
from pactolus_engine.pack.condition_parts import all_tests
from pactolus_engine.pack.model import Condition, Effect, Fact, Pack, Rule
from pactolus_engine.pack.read_conditions import named_parameters
from pactolus_engine.pack.whole import WholePack
from pactolus_engine.pack.yaml_source import Node, Scalar, Sequence

__all__ = ["Subject", "subject_of"]


@dataclass(frozen=True, slots=True)
class Subject:
    """`at` is aware, in UTC. `definitions`: defined name → condition. `acting`: every rule that does more than
    name a condition, by id. Rules that are off are in both."""

    whole: WholePack
    at: datetime
    definitions: Mapping[str, Condition]
    acting: tuple[Rule, ...]

    @property
    def pack(self) -> Pack:
        """The pack as the loader took it."""
        return self.whole.pack

    @property
    def rules(self) -> Mapping[str, Rule]:
        """Every rule by id, those that are off too."""
        return self.whole.rules

    def inlined(self, condition: Condition) -> Condition:
        """The condition with its definitions put in."""
        return inline(condition, self.definitions)

    def choices(self, fact: Fact) -> Iterator[Condition]:
        """The conditions by which a fact chooses among its readings."""
        yield from fact.prefer
        if fact.only is not None:
            yield fact.only

    def facts_tested(self, condition: Condition) -> set[str]:
        """The facts that a condition looks at, through definitions too."""
        return {test.fact for test in all_tests(condition, self.definitions)}

    def parameters_named(self) -> set[str]:
        """The parameters that rules and facts name, as they are written."""
        nodes = [node for file, node in self.whole.nodes.items() if file.startswith("rules/")]
        needs = [word for node in nodes for word in _words(part(node, "needs"))]
        conditions = [*nodes, self.whole.nodes.get("facts.yaml")]
        return {*needs, *(name for node in conditions for name in named_parameters(node))}


def subject_of(whole: WholePack, at: datetime) -> Subject:
    """The pack as the checks look at it."""
    rules = whole.rules
    acting = tuple(rules[name] for name in sorted(rules) if rules[name].effect is not Effect.DEFINE)
    return Subject(whole, at, definitions(rules), acting)


def _words(node: Node | None) -> list[str]:
    items = node.items if isinstance(node, Sequence) else ()
    return [item.text.strip() for item in items if isinstance(item, Scalar)]
