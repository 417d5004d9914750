"""The exit code of what a replay or a shadow came to."""

from typing import TYPE_CHECKING

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.replay.spec import OTHER_PACK

if TYPE_CHECKING:
    from pactolus_adapters.replay.report.summary import Summary

__all__ = ["exit_of_summary"]


def exit_of_summary(summary: "Summary") -> Exit:
    """Differences first, then what could not be compared."""
    if summary.differences:
        return Exit.DIFFERENT
    if summary.could_not_be_compared > summary.classes["erased"]:  # what was erased cannot come out otherwise
        return Exit.FOUND
    if not summary.results and summary.passed_over.get(OTHER_PACK):  # a name of a pack that decided nothing
        return Exit.FOUND
    return Exit.OUTCOME
