"""Facts over several samples of one fact: whether all of the last satisfy a condition, how many do.

Each sample brings the truth of the condition for it alone, the days on which it may have been taken,
and whether it counts at all. A fact is settled when it is the same for every order, every choice and
every value that these leave possible; what was not sent is never taken as satisfying or failing.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from pactolus_engine.facts import Reading, Standing
from pactolus_engine.join import Sample, domain
from pactolus_engine.kleene import Truth, of_all_cases
from pactolus_engine.pack.model import ALL_OF_LAST, Absence, Derivation, Fact, Status
from pactolus_engine.states import FactState
from pactolus_engine.values import Codes, Interval, Value, exactly

__all__ = ["Assessment", "over_samples"]

_GRAVE = (Standing.UNREADABLE, Standing.NOT_FINAL, Standing.UNUSABLE)
_OF_STANDING = {
    Standing.UNREADABLE: "cannot be read for sure",
    Standing.NOT_FINAL: "is not final",
    Standing.UNUSABLE: "gives no result",
    Standing.FINAL: "leaves open whether it satisfies the condition",
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """One sample with the truth of the condition for it alone.

    `open_facts`: the facts of the sample that leave the condition unknown. Whether the sample counts at
    all is the sample's own `in_doubt`.
    """

    sample: Sample
    truth: Truth
    open_facts: frozenset[str] = frozenset()

    @property
    def counts(self) -> bool:
        """It counts, whatever else turns out."""
        return not self.sample.in_doubt

    @property
    def first_day(self) -> Decimal | None:
        """The first day on which it may have been taken; None: any day."""
        return self.sample.dated.low if self.sample.dated else None

    @property
    def last_day(self) -> Decimal | None:
        """The last day on which it may have been taken; None: any day."""
        return self.sample.dated.high if self.sample.dated else None

    def days_after(self, other: "Assessment") -> Decimal | None:
        """The fewest days by which it is surely later than the other; None if the order is open."""
        if self.first_day is None or other.last_day is None or self.first_day <= other.last_day:
            return None
        return self.first_day - other.last_day


def over_samples(fact: Fact, sent: Sequence[Assessment]) -> FactState:
    """The state of a fact that is derived over the samples of another, from all that were sent."""
    derivation = fact.derivation
    assert derivation is not None and derivation.is_over_samples
    if derivation.kind == ALL_OF_LAST:
        return _Last(fact, derivation, sent).state()
    return _counted(fact, derivation, sent)


@dataclass(slots=True)
class _Last:
    """All of the last so many samples satisfy the condition.

    `among`: the samples that some order puts among the last. `first_days`: those of all samples that
    surely count, in their order.
    """

    fact: Fact
    derivation: Derivation
    sent: Sequence[Assessment]
    first_days: list[Decimal] = field(init=False)
    among: list[Assessment] = field(init=False)

    def __post_init__(self) -> None:
        days = (one.first_day for one in self.sent if one.counts)
        self.first_days = sorted(day for day in days if day is not None)
        self.among = [one for one in self.sent if self._later_than(one) < self._number]

    def state(self) -> FactState:
        others_needed = (*self._too_few(), *self._in_doubt(), *self._order(), *self._too_close())
        truth = of_all_cases(self._may_hold(), not self._holds())
        readings, statuses = _readings(self.derivation, self.among), _statuses(self.among)
        if truth is not Truth.UNKNOWN:
            return FactState(self.fact.id, Codes(frozenset({truth.value})), statuses, readings=readings)
        return FactState(
            self.fact.id,
            domain(self.fact) if self.sent else _value_of_nothing(self.fact),
            statuses,
            "; ".join((*others_needed, *_open(self.among, self._what))),
            readings,
            wanted=_wanted(self.derivation, self.among, needs_another=bool(others_needed)),
        )

    @property
    def _number(self) -> int:
        return self.derivation.last

    @property
    def _what(self) -> str:
        return f"one of the last {self._number} assessments" if self._number > 1 else "the last assessment"

    def _later_than(self, one: Assessment) -> int:
        """How many samples surely come after it."""
        last = one.last_day
        return 0 if last is None else len(self.first_days) - bisect_right(self.first_days, last)

    def _may_hold(self) -> bool:
        """Whether some order and some values let all of the last satisfy it, given what is yet to be sent.

        The order that helps most takes each failing sample as early, each other one as late as it may be.
        """
        failing = [one for one in self.sent if one.counts and one.truth is Truth.FALSE]
        latest = max((one.first_day for one in failing if one.first_day is not None), default=None)
        days = [one.last_day for one in self.sent if one.truth is not Truth.FALSE]
        in_front = [day for day in days if day is None or latest is None or day >= latest]
        return not failing or len(in_front) >= self._number

    def _holds(self) -> bool:
        return (
            sum(one.counts for one in self.sent) >= self._number
            and all(one.truth is Truth.TRUE for one in self.among)
            and not self._too_close()
        )

    def _too_few(self) -> tuple[str, ...]:
        sent, number = len(self.sent), self._number
        if sent >= number:
            return ()
        if not sent:
            return (f"none of {number} assessments was sent",)
        return (f"only {sent} of {number} assessments {'was' if sent == 1 else 'were'} sent",)

    def _in_doubt(self) -> tuple[str, ...]:
        counts = all(one.counts for one in self.among)
        return () if counts else (f"it is unknown whether {self._what} counts",)

    def _order(self) -> tuple[str, ...]:
        """Only where the order matters: some of those that may be among the last do not satisfy it."""
        is_open = sum(one.counts for one in self.among) > self._number
        if is_open and any(one.truth is not Truth.TRUE for one in self.among):
            return ("the order of the assessments is not certain",)
        return ()

    def _too_close(self) -> tuple[str, ...]:
        apart = self.derivation.days_apart
        pairs = combinations(self.among, 2) if apart else ()
        if any(self._go_together(*pair) and not _are_apart(*pair, apart) for pair in pairs):
            return (f"the last {self._number} assessments are not surely {apart} days apart",)
        return ()

    def _go_together(self, one: Assessment, other: Assessment) -> bool:
        """Whether some order puts both among the last, whichever of them is the newer one."""
        return any(
            not older.days_after(newer)
            and self._later_than(older) + (not (newer.counts and newer.days_after(older))) < self._number
            for older, newer in ((one, other), (other, one))
        )


def _are_apart(one: Assessment, other: Assessment, days: int) -> bool:
    return any((later or 0) >= days for later in (one.days_after(other), other.days_after(one)))


def _counted(fact: Fact, derivation: Derivation, sent: Sequence[Assessment]) -> FactState:
    """How many of the samples that were sent satisfy the condition: surely, and at most."""
    surely = sum(one.counts and one.truth is Truth.TRUE for one in sent)
    at_most = sum(one.truth is not Truth.FALSE for one in sent)
    readings, statuses = _readings(derivation, sent), _statuses(sent)
    if not sent:
        return FactState(fact.id, _value_of_nothing(fact), statuses, "not sent", wanted=derivation.inputs)
    if surely == at_most:
        return FactState(fact.id, exactly(surely), statuses, readings=readings)
    open_ones = [one for one in sent if one.truth is Truth.UNKNOWN or not one.counts]
    doubts = [] if all(one.counts for one in open_ones) else ["it is unknown how many of the samples count"]
    reason = "; ".join((*doubts, *_open(open_ones, "one of the samples")))
    value = Interval(Decimal(surely), True, Decimal(at_most), True)
    wanted = _wanted(derivation, open_ones, needs_another=bool(doubts))
    return FactState(fact.id, value, statuses, reason, readings, wanted=wanted)


def _value_of_nothing(fact: Fact) -> Value | None:
    """Anything; an optional fact of which no sample was sent stays out of the completions."""
    return None if fact.absence is Absence.OPTIONAL else domain(fact)


def _statuses(assessments: Sequence[Assessment]) -> frozenset[Status]:
    """The gravest standing of the samples looked at, whatever they say: what is learned of one value must
    not undo what was said of how another stands."""
    standings = {one.sample.standing for one in assessments}
    grave = next((Status(standing.value) for standing in _GRAVE if standing in standings), Status.KNOWN)
    return frozenset({grave if assessments else Status.MISSING})


def _open(assessments: Iterable[Assessment], what: str) -> tuple[str, ...]:
    """A sentence for each way in which a sample leaves the condition unknown, with what was noted of it."""
    found: dict[str, None] = {}
    for one in assessments:
        if one.truth is Truth.UNKNOWN:
            notes = sorted({reading.note for reading in one.sample.readings if reading.note})
            why = f" ({'; '.join(notes)})" if notes else ""
            found[f"{what} {_OF_STANDING[one.sample.standing]}{why}"] = None
    return tuple(sorted(found))


def _wanted(
    derivation: Derivation, assessments: Iterable[Assessment], *, needs_another: bool
) -> tuple[str, ...]:
    """The facts that would settle it: of the samples sent, or of another one where these cannot."""
    unknown = [one for one in assessments if one.truth is Truth.UNKNOWN]
    if needs_another or not unknown or any(not one.open_facts for one in unknown):
        return derivation.inputs
    return tuple(sorted(frozenset().union(*(one.open_facts for one in unknown))))


def _readings(derivation: Derivation, assessments: Iterable[Assessment]) -> tuple[Reading, ...]:
    return tuple(
        reading for one in assessments for name in derivation.inputs for reading in one.sample.of(name)
    )
