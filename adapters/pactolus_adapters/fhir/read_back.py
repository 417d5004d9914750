"""Reads a composed Bundle and compares: what was stated must come out, in value and in standing."""

from collections.abc import Mapping, Sequence

from pactolus_adapters.fhir.compose_slots import NotCarried, Stated, whole
from pactolus_adapters.fhir.read import read
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_engine.errors import InputInvalid
from pactolus_engine.facts import Reading, Standing
from pactolus_engine.pack.model import Fact, Pack
from pactolus_engine.values import Interval, Members, Value

__all__ = ["check_read_back"]

_LIMITS = Limits(1 << 20, 1 << 24)
_OTHERWISE = (
    "it would be read back otherwise: the reader does not take such a value, or another fact of the same "
    "resource changes it"
)


def check_read_back(
    pack: Pack,
    bundle: bytes,
    expected: Sequence[tuple[Mapping[str, Stated], Sequence[str]]],
    local_base: str,
) -> None:
    """Raises `NotCarried` for the first fact that comes out otherwise.

    `expected`: what was stated together, with the names of the resources that say it.
    """
    try:
        readings = read((), bundle, "", pack, local_base=local_base, limits=_LIMITS).readings
    except InputInvalid as refusal:
        places = ", ".join(sorted({violation.field for violation in refusal.violations}))
        name = next(iter(expected[0][0])) if expected else ""
        raise NotCarried(name, f"the resources would be refused at {places}") from None
    for stated, origins in expected:
        for name, one in stated.items():
            fact = pack.facts[name]
            head = stated[fact.of or name]
            found = [each for each in readings if each.fact == name and each.origin in origins]
            if not _is_said(fact, one, head, found):
                raise NotCarried(name, _OTHERWISE)


def _is_said(fact: Fact, stated: Stated, head: Stated, found: list[Reading]) -> bool:
    standing = Standing.NOT_FINAL if head.standing is Standing.NOT_FINAL else stated.standing
    if not found or any(one.standing is not standing for one in found):
        return False
    values = [one.value for one in found]
    if isinstance(stated.value, Members):
        return stated.value == _together(values)
    return all(_same(fact, stated.value, value) for value in values)


def _same(fact: Fact, stated: Value | None, value: Value | None) -> bool:
    if fact.type.is_whole and isinstance(stated, Interval) and isinstance(value, Interval):
        return whole(stated) == whole(value)
    return stated == value


def _together(values: Sequence[Value | None]) -> Members:
    sets = [value for value in values if isinstance(value, Members)]
    surely = frozenset[str]().union(*(one.surely for one in sets))
    return Members(surely, frozenset[str]().union(*(one.possibly for one in sets)) - surely)
