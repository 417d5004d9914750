"""A patient out of a model: what would be said of him, one sample a fact, and as the facts that the core takes.

The model names numbers that no laboratory would write; any other number in the same cell gets the same
answer, so a plain one is taken.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from fractions import Fraction

import z3

from pactolus_engine.facts import FactSet, PatientIdentity, Reading, Source, Standing
from pactolus_engine.pack.model import Fact, FactType, Pack, Status
from pactolus_engine.proof.cells import lies_in, plain, plain_number, tests_of
from pactolus_engine.proof.space import Space
from pactolus_engine.proof.variables import FactTerms
from pactolus_engine.show import show_value
from pactolus_engine.values import Codes, Interval, Members, Value, exactly

__all__ = ["Patient", "Statement", "facts_of", "patient_of"]

_STANDINGS = {
    Status.KNOWN: Standing.FINAL,
    Status.DISAGREEING: Standing.FINAL,
    Status.NOT_FINAL: Standing.NOT_FINAL,
    Status.UNUSABLE: Standing.UNUSABLE,
    Status.UNREADABLE: Standing.UNREADABLE,
}
_DATING = ("specimen-collected", "effective", "performed", "onset")
"""Elements that say when a resource counts; the first one that is stated wins."""

_NOON = time(12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact as it would be sent. `value`: None where the standing leaves none. `sample`: 0, or 1 for
    the second of two samples that disagree."""

    fact: str
    value: Value | None
    standing: Standing = Standing.FINAL
    sample: int = 0


@dataclass(frozen=True, slots=True)
class Patient:
    """What is known of somebody, and when the question is asked (noon of a day, UTC).

    `is_carried`: he shows what he stands for after a way through FHIR too, and not as facts alone.
    """

    instant: datetime
    statements: tuple[Statement, ...]
    is_carried: bool = False

    def without(self, statements: Iterable[Statement]) -> "Patient":
        """The same patient, of whom less is known."""
        left_out = set(statements)
        return replace(self, statements=tuple(one for one in self.statements if one not in left_out))


def patient_of(space: Space, model: z3.ModelRef) -> Patient:
    """The patient that a model of the space describes."""
    reader = _ModelReader(space, model)
    day = date.fromordinal(int(reader.number(space.day)))
    return Patient(datetime.combine(day, _NOON), tuple(reader.statements()))


def facts_of(pack: Pack, patient: Patient) -> FactSet:
    """The patient as readings; all facts that one resource carries come from one origin."""
    dated = {
        (head, sample): day
        for head, sample in {(_head(pack, s.fact), s.sample) for s in patient.statements}
        for day in [_dated(pack, patient, head, sample)]
    }
    readings = [_reading(pack, one, dated[_head(pack, one.fact), one.sample]) for one in patient.statements]
    origins = sorted({reading.origin for reading in readings})
    order = sorted(readings, key=lambda reading: (reading.fact, reading.origin))
    identity = PatientIdentity("Patient/witness", "Patient/witness")
    return FactSet(identity, tuple(order), tuple(Source(origin, "") for origin in origins))


def _head(pack: Pack, fact: str) -> str:
    return pack.facts[fact].of or fact


def _reading(pack: Pack, one: Statement, dated: Interval | None) -> Reading:
    head = pack.facts[_head(pack, one.fact)]
    resource = head.binding.resources[0] if head.binding and head.binding.resources else "Basic"
    origin = f"{resource}/witness-{head.id}" + (f"-{one.sample + 1}" if one.sample else "")
    shown = show_value(one.value, pack.facts[one.fact]) if one.value is not None else ""
    return Reading(one.fact, Source(origin, resource), origin, one.value, one.standing, shown, dated=dated)


def _dated(pack: Pack, patient: Patient, head: str, sample: int) -> Interval | None:
    for element in _DATING:
        for one in patient.statements:
            binding = pack.facts[one.fact].binding
            own = _head(pack, one.fact) == head and one.sample == sample
            if own and binding and binding.element == element and isinstance(one.value, Interval):
                return one.value
    return None


@dataclass(slots=True)
class _ModelReader:
    """Reads values and standings off a model."""

    space: Space
    model: z3.ModelRef

    @property
    def _pack(self) -> Pack:
        return self.space.compiled.pack

    def statements(self) -> Iterator[Statement]:
        """What would be sent, by fact; a sample that disagrees comes with a second one."""
        ages = dict(self._starts_of_years())
        for name in self.space.facts:
            if not self.space.is_sent(name):
                continue
            terms = self.space.terms(name)
            status = self._status(terms)
            if status is Status.MISSING:
                continue
            standing = _STANDINGS[status]
            value = self._value(terms) if standing is Standing.FINAL else None
            if name in ages and value is not None:
                value = ages[name]
            yield Statement(name, value, standing)
            if self._status(self.space.terms(_head(self._pack, name))) is Status.DISAGREEING:
                yield Statement(name, self._otherwise(terms, value), standing, sample=1)

    def is_true(self, term: z3.BoolRef) -> bool:
        return bool(z3.is_true(self.model.eval(term, model_completion=True)))

    def number(self, term: z3.ArithRef | None) -> Fraction:
        found = self.model.eval(term, model_completion=True)
        return Fraction(found.as_long()) if found.is_int() else Fraction(found.as_fraction())

    def _status(self, terms: FactTerms) -> Status:
        return next(status for status in Status if self.is_true(terms.stands[status]))

    def _value(self, terms: FactTerms) -> Value:
        fact = terms.fact
        if fact.type is FactType.SET:
            return Members(frozenset(name for name, is_in in terms.members.items() if self.is_true(is_in)))
        if terms.number is None:
            return Codes(
                frozenset({next(code for code, is_it in terms.members.items() if self.is_true(is_it))})
            )
        number = self.number(terms.number)
        if fact.type.is_whole:
            return exactly(int(number))
        return exactly(plain_number(fact, tests_of(self.space, fact), number))

    def _otherwise(self, terms: FactTerms, value: Value | None) -> Value | None:
        """For the head of a sample that disagrees, a value in another cell; for its members the same."""
        partition = self.space.compiled.partitions.get(terms.fact.id)
        if self._status(terms) is not Status.DISAGREEING or partition is None:
            return value
        for cell in partition.cells:
            other = _in_cell(terms.fact, cell)
            if other is not None and not _shares(cell, value):
                return other
        return value

    def _starts_of_years(self) -> Iterator[tuple[str, Value]]:
        """For each number of years a first day from which it is just so many to the last."""
        for name in self.space.facts:
            fact = self._pack.facts.get(name)
            derivation = fact.derivation if fact else None
            if derivation is None or derivation.kind != "years-between":
                continue
            start, end = derivation.inputs
            last = date.fromordinal(int(self.number(self.space.terms(end).number)))
            years = int(self.number(self.space.terms(name).number))
            if date.min.year <= last.year - years <= date.max.year:
                yield start, exactly(_years_before(last, years).toordinal())


def _years_before(day: date, years: int) -> date:
    """A day from which so many years are completed on `day`, and not one more."""
    if (day.month, day.day) == (2, 29):
        day = day.replace(day=28)
    return day.replace(year=day.year - years)


def _in_cell(fact: Fact, cell: object) -> Value | None:
    match cell:
        case Interval() if fact.type.is_whole:
            whole = cell.low if cell.low is not None else cell.high
            return exactly(whole if whole is not None else 0)
        case Interval():
            return exactly(plain(fact, cell))
        case Codes(possible):
            return Codes(frozenset({min(possible)}))
        case Members():
            return cell
    return None


def _shares(cell: object, value: Value | None) -> bool:
    match cell, value:
        case Interval() as interval, Interval(low):
            return low is not None and lies_in(interval, Fraction(low))
        case Codes(possible), Codes(own):
            return bool(possible & own)
        case Members(surely), Members(own):
            return surely == own
    return False
