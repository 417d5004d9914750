"""What an author wrote of a rule or a fact, apart from the values of parameters and from its words.

Two rules that differ in nothing but the value of a parameter are written alike: it is the parameter that moved.
"""

from pactolus_engine.pack.condition import All, Any, Comparison, Condition, Not
from pactolus_engine.pack.fact import Derivation, Fact
from pactolus_engine.pack.model import Rule, RuleOff

__all__ = ["aim_of", "written_condition", "written_fact"]


def written_condition(condition: Condition | None) -> object:
    """The condition as data, with the name of a parameter where it gave a number."""
    match condition:
        case Comparison(fact, operator, _, parameter) if parameter:
            return ("parameter", fact, operator, parameter)
        case All(parts) | Any(parts):
            return (type(condition), *map(written_condition, parts))
        case Not(part):
            return (Not, written_condition(part))
        case _:
            return condition


def aim_of(rule: Rule | RuleOff) -> object:
    """What the rule does when its condition is true."""
    return rule.effect, rule.target, rule.value


def written_fact(fact: Fact) -> object:
    """How the fact is read, weighed and derived, and what its absence means."""
    value = (fact.type, fact.unit, fact.low, fact.high, fact.suspect_from, fact.values)
    sent = (fact.absence, fact.assumed_value, fact.several, fact.of, fact.binding)
    chosen = (written_condition(fact.only), *map(written_condition, fact.prefer))
    return value, sent, _written_derivation(fact.derivation), chosen


def _written_derivation(derivation: Derivation | None) -> object:
    if derivation is None:
        return None
    apart = derivation.days_apart_parameter or derivation.days_apart
    condition = written_condition(derivation.condition)
    return derivation.kind, derivation.inputs, condition, derivation.last, apart
