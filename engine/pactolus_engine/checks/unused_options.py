"""Options that are never offered."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.pack.model import Effect

__all__ = ["offered_options", "unused_options"]


def offered_options(subject: Subject) -> set[str]:
    """The options that some rule offers."""
    return {rule.target for rule in subject.acting if rule.effect is Effect.OFFER}


def unused_options(subject: Subject) -> Iterator[Remark]:
    """Options that no rule offers, whatever is known of the patient."""
    offered = offered_options(subject)
    for name, option in sorted(subject.pack.options.items()):
        if name not in offered:
            message = f"no rule offers option `{name}`"
            yield Remark("option", name, option.place, message, "write the rule that offers it, or delete it")
