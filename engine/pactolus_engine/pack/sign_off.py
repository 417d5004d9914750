"""What stands approved of a pack as it is now, what was approved and has changed since, and what waits."""

from collections.abc import Iterable
from dataclasses import dataclass

from pactolus_engine.pack.approval import Approval, Approved, parameter_content_digest
from pactolus_engine.pack.model import Pack, Parameter

__all__ = ["SignOff", "overlay_sign_off", "pack_sign_off", "parameter_sign_off", "signing_parameters"]


@dataclass(frozen=True, slots=True)
class SignOff:
    """The approvals of one thing, oldest first: those that fit it now, and those that have lapsed."""

    standing: tuple[Approval, ...] = ()
    lapsed: tuple[Approval, ...] = ()

    @property
    def is_approved(self) -> bool:
        """Somebody has approved exactly what is there now."""
        return bool(self.standing)

    @property
    def last_lapsed(self) -> Approval | None:
        """The newest approval that no longer fits; None when another one stands, or there is none."""
        return self.lapsed[-1] if self.lapsed and not self.standing else None


def pack_sign_off(pack: Pack) -> SignOff:
    """Of the pack as its authors wrote it, whatever a site sets."""
    return _sign_off((one for one in pack.approvals if one.of is Approved.PACK), pack.content_digest)


def overlay_sign_off(pack: Pack) -> SignOff:
    """Of the site's overlay; empty when there is none."""
    if pack.overlay is None:
        return SignOff()
    return _sign_off((one for one in pack.approvals if one.of is Approved.OVERLAY), pack.overlay.digest)


def parameter_sign_off(pack: Pack, parameter: str) -> SignOff:
    """Of the value in force; without a value nothing can stand approved."""
    own = [one for one in pack.approvals if one.of is Approved.PARAMETER and one.parameter == parameter]
    value = pack.parameter_values.get(parameter)
    digest = "" if value is None else parameter_content_digest(pack.content_digest, parameter, value)
    return _sign_off(own, digest)


def signing_parameters(pack: Pack) -> tuple[Parameter, ...]:
    """The parameters with a value that waits, or waited, for a sign-off of its own, by id."""
    return tuple(
        parameter
        for name, parameter in sorted(pack.parameters.items())
        if parameter.needs_sign_off and name in pack.parameter_values
    )


def _sign_off(approvals: Iterable[Approval], digest: str) -> SignOff:
    found = sorted(approvals, key=lambda one: (one.on, one.by, one.role))
    standing = tuple(one for one in found if one.digest == digest)
    return SignOff(standing, tuple(one for one in found if one.digest != digest))
