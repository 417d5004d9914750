"""Code sets that no fact reads."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject

__all__ = ["unused_code_sets"]


def unused_code_sets(subject: Subject) -> Iterator[Remark]:
    """Code sets that stand in no `codes`, `values` or `components` of a fact: their codes mean nothing."""
    bindings = [fact.binding for fact in subject.pack.facts.values() if fact.binding]
    used = {
        name
        for binding in bindings
        for name in (*binding.codes, *binding.values.values(), *binding.components.values())
    }
    for name in sorted(subject.pack.code_sets.keys() - used):
        place = subject.whole.place_in("codes.yaml", name)
        advice = "name it under `read` of a fact, or delete it"
        yield Remark("code-set", name, place, f"no fact is read by code set `{name}`", advice)
