"""Puts resources of earlier records beside, or in place of, those that were sent."""

from collections.abc import Sequence

from pactolus_adapters.fhir.resource import Resource
from pactolus_adapters.fhir.stored import stored_resources
from pactolus_engine.facts import PassedOver, Taken
from pactolus_engine.record import TakenInput

__all__ = ["put_in"]

_OLDER = "a newer version of this resource was recorded before"


def put_in(
    sent: list[Resource], taken: Sequence[TakenInput]
) -> tuple[list[Resource], list[PassedOver], tuple[Taken, ...]]:
    """The resources to read, those that were sent and are not read, and those that were taken.

    A taken resource wins over one that was sent under the same name: whoever takes it has seen
    that it is the newer one.
    """
    if not taken:
        return sent, [], ()
    found = [(one, resource) for one in taken for resource in stored_resources((one.bundle,))]
    names = {resource.reference for _, resource in found}
    kept = [resource for resource in sent if resource.reference not in names]
    replaced = [one.passed_over(_OLDER) for one in sent if one.reference in names]
    told = sorted(
        (Taken(resource.source(), one.index, one.reason) for one, resource in found),
        key=lambda one: (one.source, one.record),
    )
    return [*kept, *(resource for _, resource in found)], replaced, tuple(told)
