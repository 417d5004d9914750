"""Sources that a reader cannot open."""

from collections.abc import Iterator

from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.subject import Subject

__all__ = ["evidence_without_address"]


def evidence_without_address(subject: Subject) -> Iterator[Remark]:
    """Evidence with neither `doi` nor `url`."""
    for name, source in sorted(subject.pack.evidence.items()):
        if not source.doi and not source.url:
            place = subject.whole.place_in("evidence.yaml", name)
            message = f"evidence `{name}` has neither `doi` nor `url`"
            yield Remark("evidence", name, place, message, "add one, or say by a waiver why there is none")
