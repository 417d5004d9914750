"""What the waivers of a pack let stand, and waivers that let nothing stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from string import digits

from pactolus_engine.checks.finding import Finding, Remark
from pactolus_engine.pack.model import Waiver

__all__ = ["Waived", "idle_waivers", "waived"]


@dataclass(frozen=True, slots=True)
class Waived:
    """A finding that a waiver lets stand, and why."""

    finding: Finding
    reason: str


def waived(findings: Sequence[Finding], waivers: Sequence[Waiver]) -> tuple[Waived, ...]:
    """The findings that a waiver lets stand."""
    reasons = {(one.check, one.kind, one.id): one.reason for one in waivers}
    return tuple(Waived(one, reasons[_key(one)]) for one in findings if _key(one) in reasons)


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.kind, finding.id


def idle_waivers(
    findings: Sequence[Finding], waivers: Sequence[Waiver], family: str, codes: Sequence[str]
) -> Iterator[Remark]:
    """Waivers of this family of codes (the letters before the number) that meet no finding, or name no check.

    Waivers of other families are for other tools to judge.
    """
    met = {_key(one) for one in findings}
    for waiver in waivers:
        if waiver.check.rstrip(digits) != family or (waiver.check, waiver.kind, waiver.id) in met:
            continue
        what = (
            "finds nothing there" if waiver.check in codes else "is the code of no check that can be waived"
        )
        message = f"the waiver lets nothing stand: `{waiver.check}` {what}"
        yield Remark(waiver.kind, waiver.id, waiver.place, message, "delete it")
