"""Sources that nothing rests on."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject

__all__ = ["unused_evidence"]


def unused_evidence(subject: Subject) -> Iterator[Remark]:
    """Evidence that no rule and no option refers to."""
    used = {name for rule in subject.rules.values() for name in rule.evidence}
    used |= {name for option in subject.pack.options.values() for name in option.evidence}
    for name in sorted(subject.pack.evidence.keys() - used):
        place = subject.whole.place_in("evidence.yaml", name)
        advice = "refer to it where it is needed, or delete it"
        yield Remark("evidence", name, place, f"nothing rests on evidence `{name}`", advice)
