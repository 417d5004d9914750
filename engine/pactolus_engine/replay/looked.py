"""The parts of two answers that a comparison of their rules looks at: truths, trees, how facts stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pactolus_engine.decision import Decision, Explanation
from pactolus_engine.replay.told import Told, told_by

__all__ = ["ABSENT", "OFF", "Looked", "standing_otherwise"]

ABSENT: Final = "absent"
"""No rule of that id was there."""

OFF: Final = "off"
"""The rule was there and was not checked: a parameter had no value."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one decision looked at; of a RETRACT, what the decision that takes its place did.

    `truths`, `trees`: by rule. `lacking`: rule that is off to the parameters without which it is. `facts`: fact to
    status, value as shown, and sources. `told`: what the answer tells of each rule.
    """

    outcome: str
    truths: Mapping[str, str]
    trees: Mapping[str, Explanation]
    lacking: Mapping[str, tuple[str, ...]]
    facts: Mapping[str, tuple[object, ...]]
    told: Mapping[str, Told]

    @staticmethod
    def at(decision: Decision, *, is_told: bool) -> "Looked":
        """What the decision looked at; what it tells is left out where nobody will ask."""
        settled = decision.replacement or decision
        trace = settled.trace
        return Looked(
            outcome=settled.outcome,
            truths={rule.rule: rule.truth for rule in trace.rules} | {o.rule: OFF for o in trace.rules_off},
            trees={rule.rule: rule.explanation for rule in trace.rules},
            lacking={off.rule: off.parameters for off in trace.rules_off},
            facts={fact.fact: (fact.status, fact.shown, fact.sources) for fact in trace.facts},
            told=told_by(decision) if is_told else {},
        )

    def truth(self, rule: str) -> str:
        """How a rule of the pack came out."""
        return self.truths.get(rule, ABSENT)


def standing_otherwise(before: Looked, after: Looked) -> frozenset[str]:
    """The facts that stand otherwise, or are looked at in one of the two alone."""
    names = before.facts.keys() | after.facts.keys()
    return frozenset(name for name in names if before.facts.get(name) != after.facts.get(name))
