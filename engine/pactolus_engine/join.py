"""What the samples that count say together about one fact."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil, floor

from pactolus_engine.cells import Partition
from pactolus_engine.facts import Reading, Standing
from pactolus_engine.pack.model import Absence, Fact, FactType, Several, Status
from pactolus_engine.states import FactState, is_settled
from pactolus_engine.values import Codes, Interval, Members, Value

__all__ = ["Sample", "agreed_value", "domain", "join"]

_STANDINGS = (Standing.UNREADABLE, Standing.NOT_FINAL, Standing.UNUSABLE)
"""What one sample's standing does to the fact, the gravest first."""

_REASONS = {
    Standing.UNREADABLE: "a datum is there and cannot be read for sure",
    Standing.NOT_FINAL: "the result is not final",
    Standing.UNUSABLE: "the record says that there is no result",
}


_TRUE, _FALSE = Codes(frozenset({"true"})), Codes(frozenset({"false"}))
_DOES_NOT_COUNT = "sent, but by the conditions of the pack it does not count"


@dataclass(frozen=True, slots=True)
class Sample:
    """All readings of one resource for a head fact and its members.

    `in_doubt`: it is unknown whether the sample counts at all.
    """

    head: str
    readings: tuple[Reading, ...]
    in_doubt: bool = False

    def of(self, fact: str) -> tuple[Reading, ...]:
        """The readings of one fact."""
        return tuple([reading for reading in self.readings if reading.fact == fact])

    @property
    def origin(self) -> str:
        """The resource that it comes from."""
        return self.readings[0].origin

    @property
    def head_readings(self) -> tuple[Reading, ...]:
        """The readings that make it a sample."""
        return self.of(self.head)

    @property
    def standing(self) -> Standing:
        """The gravest standing of its head."""
        standings = {reading.standing for reading in self.head_readings}
        return next((grave for grave in _STANDINGS if grave in standings), Standing.FINAL)

    @property
    def dated(self) -> Interval | None:
        """When it was taken, if the head says."""
        return next((reading.dated for reading in self.head_readings if reading.dated), None)

    def doubted(self, in_doubt: bool) -> "Sample":
        """The same sample, in doubt."""
        return replace(self, in_doubt=in_doubt)


def join(
    fact: Fact,
    samples: tuple[Sample, ...],
    partition: Partition | None,
    dropped: tuple[Sample, ...] = (),
) -> FactState:
    """The state of a fact from the samples that count. `partition`: its cells, if rules use it.

    `dropped`: samples that were sent and do not count; with no other sample they leave the fact as
    absent as if nothing had been sent, and the reader is told.
    """
    readings = _readings(fact, samples)
    if not readings:
        return _absent(fact, _readings(fact, dropped))
    grave = _gravest(fact, readings)
    if grave is not None:
        return grave
    if _is_in_doubt(fact, samples):
        reason = "it is unknown whether the result counts"
        return FactState(fact.id, domain(fact), frozenset({Status.KNOWN}), reason, readings)
    values = [_value(fact, reading) for reading in readings]
    values += [_value_when_absent(fact) for sample in samples if not sample.of(fact.id)]
    value = _joined(fact, values, samples)
    return FactState(fact.id, value, _agreement(fact, values, partition), _reason(value, readings), readings)


def domain(fact: Fact) -> Value:
    """Everything the fact may be."""
    if fact.type.is_ordered:
        return Interval(fact.low, True, fact.high, True)
    if fact.type is FactType.SET:
        return Members(frozenset(), frozenset(fact.values))
    return Codes(frozenset(fact.codes))


def _readings(fact: Fact, samples: tuple[Sample, ...]) -> tuple[Reading, ...]:
    return tuple([one for sample in samples for one in sample.readings if one.fact == fact.id])


def _absent(fact: Fact, dropped: tuple[Reading, ...]) -> FactState:
    missing = frozenset({Status.MISSING})
    reason = _DOES_NOT_COUNT if dropped else "not sent"
    match fact.absence:
        case Absence.ASSUMED:
            return FactState(fact.id, _assumed(fact), missing, "", dropped, assumed=True)
        case Absence.OPTIONAL:
            return FactState(fact.id, None, missing, reason, dropped)
        case Absence.REQUIRED:
            return FactState(fact.id, domain(fact), missing, reason, dropped)


def _assumed(fact: Fact) -> Value:
    if fact.type.is_ordered:
        stated = Decimal(fact.assumed_value)
        return Interval(stated, True, stated, True)
    return Codes(frozenset({fact.assumed_value}))


def _value_when_absent(fact: Fact) -> Value:
    """One sample says nothing of a member while another one does."""
    return _assumed(fact) if fact.absence is Absence.ASSUMED else domain(fact)


def _gravest(fact: Fact, readings: tuple[Reading, ...]) -> FactState | None:
    for standing in _STANDINGS:
        concerned = tuple(reading for reading in readings if reading.standing is standing)
        if concerned and (standing is not Standing.UNUSABLE or len(concerned) == len(readings)):
            notes = sorted({reading.note for reading in concerned if reading.note})
            reason = "; ".join(notes) or _REASONS[standing]
            return FactState(fact.id, domain(fact), frozenset({Status(standing.value)}), reason, concerned)
    return None


def _is_in_doubt(fact: Fact, samples: tuple[Sample, ...]) -> bool:
    """Whether a sample that may not count leaves the fact open.

    Of an `any`, one sure `true` settles it, and a sample that cannot be true leaves nothing open
    where the fact would be false without it.
    """
    doubtful = [reading.value for sample in samples if sample.in_doubt for reading in sample.of(fact.id)]
    if fact.several is Several.UNION or not any(sample.in_doubt for sample in samples):
        return False
    sure = [r.value for sample in samples if not sample.in_doubt for r in sample.of(fact.id)]
    if fact.several is not Several.ANY:
        return True
    is_false_without = bool(sure) or (fact.absence is Absence.ASSUMED and fact.assumed_value == "false")
    return _TRUE not in sure and not (is_false_without and all(value == _FALSE for value in doubtful))


def _value(fact: Fact, reading: Reading) -> Value:
    """What one reading leaves possible; a sample that counts and says nothing usable, anything."""
    if reading.value is None or reading.standing is Standing.UNUSABLE:
        return domain(fact)
    if isinstance(reading.value, Interval) and fact.type.is_whole:
        return _whole(reading.value)
    return reading.value


def _whole(interval: Interval) -> Interval:
    """The same whole numbers with closed limits: `> 5` is `>= 6`."""
    low, high = interval.low, interval.high
    if low is not None:
        low = Decimal(ceil(low) if interval.low_closed else floor(low) + 1)
    if high is not None:
        high = Decimal(floor(high) if interval.high_closed else ceil(high) - 1)
    return Interval(low, True, high, True)


def _joined(fact: Fact, values: list[Value], samples: tuple[Sample, ...]) -> Value:
    if fact.several is Several.ANY:
        return _any_of([value for value in values if isinstance(value, Codes)])
    if fact.several is Several.UNION:
        return _union(fact, samples)
    return _blend(fact, values)


def _any_of(values: list[Codes]) -> Codes:
    """A boolean that is true if one is, and open while one may be."""
    if any(value.possible == {"true"} for value in values):
        return Codes(frozenset({"true"}))
    return Codes(frozenset().union(*(value.possible for value in values)))


def _union(fact: Fact, samples: tuple[Sample, ...]) -> Members:
    surely: set[str] = set()
    possibly: set[str] = set()
    for sample in samples:
        for reading in sample.of(fact.id):
            if isinstance(reading.value, Members):
                (possibly if sample.in_doubt else surely).update(reading.value.surely)
                possibly.update(reading.value.possibly)
    return Members(frozenset(surely), frozenset(possibly - surely))


def _blend(fact: Fact, values: Iterable[Value]) -> Value:
    """The smallest value that leaves room for every one of them."""
    kept = list(values)
    if fact.type.is_ordered:
        return _hull([value for value in kept if isinstance(value, Interval)])
    if fact.type is FactType.SET:
        members = [value for value in kept if isinstance(value, Members)]
        surely = frozenset.intersection(*(value.surely for value in members))
        return Members(surely, frozenset().union(*(v.surely | v.possibly for v in members)) - surely)
    return Codes(frozenset().union(*(value.possible for value in kept if isinstance(value, Codes))))


def _hull(values: list[Interval]) -> Interval:
    first = values[0]
    for other in values[1:]:
        low, low_closed = _outer(first.low, first.low_closed, other.low, other.low_closed, smaller=True)
        high, high_closed = _outer(
            first.high, first.high_closed, other.high, other.high_closed, smaller=False
        )
        first = Interval(low, low_closed, high, high_closed)
    return first


def _outer(
    one: Decimal | None, one_closed: bool, other: Decimal | None, other_closed: bool, *, smaller: bool
) -> tuple[Decimal | None, bool]:
    if one is None or other is None:
        return None, True
    if one == other:
        return one, one_closed or other_closed
    return (one, one_closed) if (one < other) is smaller else (other, other_closed)


def _agreement(fact: Fact, values: list[Value], partition: Partition | None) -> frozenset[Status]:
    """Whether all samples fall in the same cell; open while some may lie in several."""
    known = frozenset({Status.KNOWN})
    if fact.several is not Several.AGREE or partition is None or len(values) < 2:
        return known
    masks = [partition.mask_of(FactState(fact.id, value, known)) for value in values]
    if any(not one & other for one in masks for other in masks):
        return frozenset({Status.DISAGREEING})
    in_one_cell = all(mask.bit_count() == 1 for mask in masks)
    return known if in_one_cell else frozenset({Status.KNOWN, Status.DISAGREEING})


def agreed_value(state: FactState, partition: Partition) -> Value:
    """What is left of a fact's value when its samples, which may lie in several cells, share one."""
    common = partition.everything
    for reading in state.readings:
        common &= partition.mask_of(replace(state, value=_value(partition.fact, reading)))
    cells = [cell for place, cell in enumerate(partition.cells) if common >> place & 1]
    intervals = [cell for cell in cells if isinstance(cell, Interval)]
    if isinstance(state.value, Interval) and intervals:
        return _overlap(state.value, _hull(intervals))
    if isinstance(state.value, Codes):
        return Codes(
            state.value.possible & frozenset().union(*(c.possible for c in cells if isinstance(c, Codes)))
        )
    assert state.value is not None
    return state.value


def _overlap(one: Interval, other: Interval) -> Interval:
    """The numbers in both intervals, which share at least one."""
    low, low_closed = _inner(one.low, one.low_closed, other.low, other.low_closed, greater=True)
    high, high_closed = _inner(one.high, one.high_closed, other.high, other.high_closed, greater=False)
    return Interval(low, low_closed, high, high_closed)


def _inner(
    one: Decimal | None, one_closed: bool, other: Decimal | None, other_closed: bool, *, greater: bool
) -> tuple[Decimal | None, bool]:
    if one is None or other is None:
        return (other, other_closed) if one is None else (one, one_closed)
    if one == other:
        return one, one_closed and other_closed
    return (one, one_closed) if (one > other) is greater else (other, other_closed)


def _reason(value: Value, readings: tuple[Reading, ...]) -> str:
    if is_settled(value):
        return ""
    return "; ".join(sorted({reading.note for reading in readings if reading.note}))
