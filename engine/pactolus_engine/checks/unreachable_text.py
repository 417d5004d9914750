"""Texts about an option that is never offered."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject
from pactolus_engine.checks.unused_options import offered_options
from pactolus_engine.pack.model import Effect

__all__ = ["unreachable_text"]


def unreachable_text(subject: Subject) -> Iterator[Remark]:
    """Rules that block an option or stand beside options which no rule offers: nobody ever reads them."""
    offered = offered_options(subject)
    for rule in subject.acting:
        about = rule.options if rule.effect is Effect.CAVEAT else ()
        about = (rule.target,) if rule.effect is Effect.BLOCK else about
        if about and not offered & set(about):
            names = ", ".join(f"`{name}`" for name in about)
            message = f"rule `{rule.id}` is about {names}, which no rule offers: nobody reads its text"
            yield Remark("rule", rule.id, rule.place, message, "correct the name of the option", about)
