"""The built-in caveats: what of a pack, and of what a site sets, no clinician stands for as it is now."""

from collections.abc import Iterator
from decimal import Decimal

from pactolus_engine.decision import Caveat
from pactolus_engine.pack.approval import Approval
from pactolus_engine.pack.model import Pack, Parameter
from pactolus_engine.pack.sign_off import (
    SignOff,
    overlay_sign_off,
    pack_sign_off,
    parameter_sign_off,
    signing_parameters,
)

__all__ = [
    "NOT_APPROVED",
    "OVERLAY_NOT_APPROVED",
    "PARAMETERS_NOT_APPROVED",
    "approver",
    "unsigned",
]

NOT_APPROVED = "pack-not-approved"
"""No clinician has approved this pack as it is."""

OVERLAY_NOT_APPROVED = "overlay-not-approved"
"""No clinician has approved what this site sets and adds, as it is."""

PARAMETERS_NOT_APPROVED = "parameters-not-approved"
"""Values are in force that wait for a sign-off of their own."""


def unsigned(pack: Pack) -> tuple[Caveat, ...]:
    """What stands beside every option and finding of the pack until it is approved; empty when all is.

    An approval of the pack covers no overlay, and neither covers a value that waits for a sign-off of its own.
    """
    caveats = []
    if text := _missing(pack_sign_off(pack), "this rule pack"):
        caveats.append(Caveat(NOT_APPROVED, text))
    if pack.overlay is not None and (
        text := _missing(overlay_sign_off(pack), "this site's overlay of the rule pack")
    ):
        caveats.append(Caveat(OVERLAY_NOT_APPROVED, text))
    if waiting := "; ".join(_waiting(pack)):
        text = f"not clinically approved: values that wait for a clinician's sign-off: {waiting}"
        caveats.append(Caveat(PARAMETERS_NOT_APPROVED, text))
    return tuple(caveats)


def approver(approval: Approval) -> str:
    """Who approved, as what, and when."""
    return f"{approval.by} ({approval.role}, {approval.on.isoformat()})"


def _missing(found: SignOff, what: str) -> str:
    """Why there is no approval; empty when there is one."""
    if found.is_approved:
        return ""
    lapsed = found.last_lapsed
    if lapsed is None:
        return f"not clinically approved: no clinician has signed {what}"
    return (
        f"not clinically approved: the approval of {what} by {approver(lapsed)} has lapsed, because what was "
        "approved has changed since"
    )


def _waiting(pack: Pack) -> Iterator[str]:
    for parameter in signing_parameters(pack):
        found = parameter_sign_off(pack, parameter.id)
        if not found.is_approved:
            value = _measured(pack.parameter_values[parameter.id], parameter)
            yield f"{parameter.id} = {value}{_lapse(found.last_lapsed, parameter)}"


def _lapse(lapsed: Approval | None, parameter: Parameter) -> str:
    if lapsed is None or lapsed.value is None:
        return ""
    return f" (lapsed: {approver(lapsed)} approved {_measured(lapsed.value, parameter)} before a change)"


def _measured(value: Decimal, parameter: Parameter) -> str:
    return f"{value}" if parameter.unit == "1" else f"{value} {parameter.unit}"
