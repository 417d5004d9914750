"""Keeps one version of each resource: the newest, whatever order they were sent in.

The same version twice counts once. Versions are ordered by `meta.lastUpdated`, else by
`meta.versionId` when both are whole numbers; two that cannot be put in order are refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from pactolus_adapters.fhir.references import unversioned
from pactolus_adapters.fhir.resource import Resource, canonical, text
from pactolus_adapters.fhir.violations import Violations
from pactolus_engine.facts import PassedOver

__all__ = ["Stamp", "check_addresses", "in_order", "newest", "stamp"]

_NEVER = datetime.min.replace(tzinfo=UTC)
_WHOLE = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells the versions of one resource apart in time."""

    updated: datetime | None
    number: int | None


def stamp(resource: Resource) -> Stamp:
    """`meta.lastUpdated`, and `meta.versionId` where it is a whole number."""
    return Stamp(_updated(resource), _numbered(resource))


def in_order(one: Stamp, other: Stamp) -> int:
    """Negative when `one` is older, zero when nobody can tell."""
    by_time = _compared(one.updated, other.updated)
    by_number = _compared(one.number, other.number)
    if by_time and by_number and by_time != by_number:
        return 0
    return by_time or by_number


def check_addresses(resources: Sequence[Resource], found: Violations) -> None:
    """Refuses two resources under one `fullUrl` (R4 invariant bdl-7): a reference to it could mean either."""
    taken: set[str] = set()
    for one in resources:
        url = unversioned(one.full_url)
        if url and url in taken:
            found.add(one.field, _SAME_ADDRESS)
        taken.add(url)


def newest(resources: Sequence[Resource], found: Violations) -> tuple[list[Resource], list[PassedOver]]:
    """The newest version of each resource, and the older ones as passed over."""
    kept: list[Resource] = []
    older: list[PassedOver] = []
    for versions in _by_name(resources).values():
        if len(versions) == 1:
            kept += versions
            continue
        distinct = list({canonical(one.body): one for one in versions}.values())
        ordered = _sorted(distinct)
        if not _is_sure(list(map(stamp, ordered))):
            for one in distinct[1:]:
                found.add(one.field, _CANNOT_ORDER)
        kept.append(ordered[-1])
        older += [one.passed_over("a newer version of this resource was sent") for one in ordered[:-1]]
    return kept, older


_CANNOT_ORDER = (
    "is another version of a resource that was sent too; give `meta.lastUpdated`, or whole numbers "
    "as `meta.versionId`, that tell which is newer"
)


_SAME_ADDRESS = (
    "has the `fullUrl` of another resource that was sent (bdl-7); give each resource a `fullUrl` of its own"
)


def _is_sure(ordered: Sequence[Stamp]) -> bool:
    """Whether each stamp is newer than every one before it, so that the order is the only one.

    Every two must be comparable, which they are if all have the time or all have the number; where
    some have both, the two must not contradict each other. Neighbours are enough to see that.
    """
    both = [one for one in ordered if one.updated and one.number is not None]
    has_times = all(one.updated for one in ordered)
    has_numbers = all(one.number is not None for one in ordered)
    steps = (*pairwise(ordered), *pairwise(both))
    is_comparable = len(ordered) == 1 or has_times or has_numbers
    return is_comparable and all(in_order(one, other) < 0 for one, other in steps)


def _by_name(resources: Sequence[Resource]) -> dict[tuple[str, str], list[Resource]]:
    """Resources are the same if type and id are, unless they come from different servers."""
    servers: dict[str, set[str]] = {}
    for one in resources:
        servers.setdefault(one.reference, set()).update({_server_url(one)} - {""})
    groups: dict[tuple[str, str], list[Resource]] = {}
    for one in resources:
        own = one
        if len(servers[one.reference]) > 1 and (url := _server_url(one)):
            own = replace(one, reference=url)
        groups.setdefault((own.type, own.reference), []).append(own)
    return groups


def _server_url(one: Resource) -> str:
    """The address of the resource on its server, without a version; empty when it has none."""
    url = unversioned(one.full_url)
    return "" if url.startswith("urn:") else url


def _sorted(versions: list[Resource]) -> list[Resource]:
    """Oldest first: by time where all have it, else by number; never by the order they were sent in."""
    has_times = all(stamp(one).updated for one in versions)

    def order(one: Resource) -> tuple[datetime, int, datetime, str]:
        made = stamp(one)
        time, number = made.updated or _NEVER, -1 if made.number is None else made.number
        return time if has_times else _NEVER, number, time, canonical(one.body)

    return sorted(versions, key=order)


def _compared(one: datetime | int | None, other: datetime | int | None) -> int:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return (one > other) - (one < other)
    if isinstance(one, int) and isinstance(other, int):
        return (one > other) - (one < other)
    return 0


def _updated(one: Resource) -> datetime | None:
    written = text(one.body.get("meta"), "lastUpdated")
    try:
        return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _numbered(one: Resource) -> int | None:
    return int(one.version) if _WHOLE.fullmatch(one.version) else None
