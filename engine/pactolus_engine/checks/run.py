"""Runs every check over a pack, and sets aside what the pack's author waived."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pactolus_engine.checks.finding import Finding, Remark
from pactolus_engine.checks.subject import subject_of
from pactolus_engine.checks.table import CHECKS, FAMILY, IDLE_WAIVER, REFUSED, Rubric
from pactolus_engine.checks.waivers import Waived, idle_waivers, waived
from pactolus_engine.errors import Issue
from pactolus_engine.pack.whole import WholePack

__all__ = ["Checked", "check_pack", "refused"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found in one pack, by place, and what of it was waived."""

    findings: tuple[Finding, ...]
    waived: tuple[Waived, ...] = ()


def check_pack(whole: WholePack, at: datetime) -> Checked:
    """Every finding about a pack that the loader took, as seen at this instant (aware, UTC)."""
    subject, waivers = subject_of(whole, at), whole.pack.waivers
    found = [one for check in CHECKS for one in _findings(check.rubric, check.find(subject))]
    let = waived(found, waivers)
    idle = idle_waivers(found, waivers, FAMILY, [check.rubric.code for check in CHECKS])
    standing = {one.finding for one in let}
    left = [one for one in found if one not in standing] + list(_findings(IDLE_WAIVER, idle))
    return Checked(_by_place(left), tuple(sorted(let, key=lambda one: _order(one.finding))))


def refused(issues: Iterable[Issue]) -> Checked:
    """What the loader said of a pack that it refused, as findings."""
    return Checked(_by_place(_refused(issue) for issue in issues))


def _refused(issue: Issue) -> Finding:
    place = issue.file, issue.line, issue.column
    return Finding(REFUSED.code, REFUSED.name, REFUSED.severity, *place, issue.message, issue.advice)


def _findings(rubric: Rubric, remarks: Iterable[Remark]) -> Iterator[Finding]:
    for one in remarks:
        yield Finding(
            rubric.code,
            rubric.name,
            rubric.severity,
            one.place.file,
            one.place.line,
            one.place.column,
            one.message,
            one.advice,
            one.kind,
            one.id,
            one.others,
        )


def _by_place(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=_order))


def _order(one: Finding) -> tuple[str, int, int, str, str]:
    return one.file, one.line, one.column, one.code, one.message
