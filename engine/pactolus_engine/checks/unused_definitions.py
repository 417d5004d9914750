"""Definitions that no condition uses."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.condition_parts import definitions_of
from pactolus_engine.pack.model import Effect

__all__ = ["unused_definitions"]


def unused_definitions(subject: Subject) -> Iterator[Remark]:
    """Names that a rule defines and that stand in no condition of a rule or a fact."""
    conditions = [rule.condition for rule in subject.rules.values()]
    conditions += [one for fact in subject.pack.facts.values() for one in subject.choices(fact)]
    used = {name for condition in conditions for name in definitions_of(condition)}
    for _, rule in sorted(subject.rules.items()):
        if rule.effect is Effect.DEFINE and rule.target not in used:
            message = f"no condition uses definition `{rule.target}`"
            advice = "a definition alone decides nothing: use it, or give the rule an effect"
            yield Remark("definition", rule.target, rule.place, message, advice, (rule.id,))
