"""A patient as known, with some facts supposed otherwise: the readings rewritten, nothing else.

The supposition goes the whole way that a request goes: a supposed value is sifted, joined and derived
from like one that was sent, so that a value which would not count does not count here either.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pactolus_engine.facts import FactSet, Reading, Source, Standing
from pactolus_engine.pack.model import Fact, FactType, Pack
from pactolus_engine.values import Codes, Interval, Value

__all__ = ["can_be_supposed", "supposing", "twins_of"]


def twins_of(pack: Pack, fact: Fact) -> tuple[Fact, ...]:
    """The other facts that are read from the very same element: they cannot change one without the other."""
    return tuple(other for other in pack.facts.values() if other.id != fact.id and _is_twin(fact, other))


def _is_twin(fact: Fact, other: Fact) -> bool:
    one, two = fact.binding, other.binding
    if one is None or two is None or fact.type is not other.type:
        return False
    is_one_resource = (other.of or other.id) == (fact.of or fact.id) or (
        not fact.of and not other.of and one.codes == two.codes and one.resources == two.resources
    )
    same = (one.element, one.values, one.components) == (two.element, two.values, two.components)
    return is_one_resource and same


def can_be_supposed(facts: FactSet, fact: Fact) -> bool:
    """Whether there is a resource to say it: a fact `of` another needs that other one."""
    return not fact.of or any(reading.fact in {fact.id, fact.of} for reading in facts.readings)


def supposing(pack: Pack, facts: FactSet, supposed: Mapping[str, Value]) -> FactSet:
    """The readings with these facts otherwise: in every resource that gives one it has the new value.

    A fact that no resource gives gets a reading in the resources of the fact that it is `of`, or a
    resource of its own. What the same element gives, and the day of a resource, go along.
    """
    readings = facts.readings
    for name, value in sorted(supposed.items()):
        readings = tuple(_with(pack, readings, pack.facts[name], value))
    return replace(
        facts, readings=tuple(sorted(readings, key=lambda one: (one.fact, one.origin, one.source)))
    )


def _with(pack: Pack, readings: tuple[Reading, ...], fact: Fact, value: Value) -> Iterator[Reading]:
    own = {reading.origin: reading for reading in readings if reading.fact == fact.id}
    twins = {twin.id: twin for twin in twins_of(pack, fact)}
    for reading in readings:
        changed = reading
        if reading.origin in own and (reading.fact == fact.id or reading.fact in twins):
            meant = value if reading.fact == fact.id else _of_twin(value, twins[reading.fact])
            changed = replace(reading, value=meant, standing=Standing.FINAL, shown="", note="")
        yield _redated(changed, own, fact, value)
    if not own:
        yield from _new(readings, fact, value)


def _redated(reading: Reading, own: Mapping[str, Reading], fact: Fact, value: Value) -> Reading:
    """A resource that counts on the day that changes counts on the new one."""
    day = own.get(reading.origin)
    moves = fact.type is FactType.DATE and day is not None and reading.dated == day.value is not None
    return replace(reading, dated=value) if moves and isinstance(value, Interval) else reading


def _of_twin(value: Value, twin: Fact) -> Value:
    """The same value as far as the other fact knows its codes."""
    if not isinstance(value, Codes):
        return value
    return Codes(value.possible & frozenset(twin.codes) or frozenset(twin.codes))


def _new(readings: tuple[Reading, ...], fact: Fact, value: Value) -> Iterator[Reading]:
    if fact.of:
        for head in readings:
            if head.fact == fact.of:
                yield Reading(fact.id, head.source, head.origin, value, dated=head.dated)
        return
    resource = fact.binding.resources[0] if fact.binding and fact.binding.resources else "Basic"
    origin = f"{resource}/supposed-{fact.id}"
    yield Reading(fact.id, Source(origin, resource), origin, value)
