"""Rules that no case names."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject

__all__ = ["rules_without_case"]


def rules_without_case(subject: Subject) -> Iterator[Remark]:
    """Rules that stand in no case under `fired`, `not-fired` or `off`: nothing fails when they change."""
    expectations = [case.expect for case in subject.whole.cases]
    named = {rule for one in expectations for rule in (*one.fired, *one.not_fired, *(one.off or ()))}
    for rule in subject.acting:
        if rule.id not in named:
            message = f"no case names rule `{rule.id}` under `fired` or `not-fired`"
            yield Remark(
                "rule", rule.id, rule.place, message, "write a case in which it fires, and its neighbours"
            )
