"""Facts that nothing looks at."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject

__all__ = ["unused_facts"]


def unused_facts(subject: Subject) -> Iterator[Remark]:
    """Facts that no rule tests, no other fact is made of or chosen by, and no fact in use is read beside.

    What is `of` a fact in use and of type `date` says when the resource counts, and is in use with it.
    """
    facts = subject.pack.facts
    used = {name for rule in subject.rules.values() for name in subject.facts_tested(rule.condition)}
    for fact in facts.values():
        used |= {name for condition in subject.choices(fact) for name in subject.facts_tested(condition)} - {
            fact.id
        }
        used |= set(fact.derivation.inputs) if fact.derivation else set()
    heads = {facts[name].of for name in used if name in facts}
    dating = {fact.id for fact in facts.values() if fact.of in used | heads and fact.type.value == "date"}
    for name in sorted(facts.keys() - used - heads - dating):
        advice = "delete it, or say by a waiver why it is read"
        message = f"no rule and no other fact looks at fact `{name}`"
        yield Remark("fact", name, facts[name].place, message, advice)
