"""From readings to states: which readings count.

A fact has a *head*: itself, or the fact it is `of`. All readings of a head and its members that
come from one resource form a *sample*. The samples of a head are sifted here (`only`, no result,
`prefer`, not final, latest); `join.py` then says what those that remain mean together. What is dated
after the evaluation cannot have been seen: somebody mistook the date, and a person must look.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from pactolus_engine.cells import Partition
from pactolus_engine.conditions import atoms_of, inline
from pactolus_engine.derive import base_facts, derive
from pactolus_engine.facts import FactSet, Reading, Source, Standing
from pactolus_engine.join import Sample, join
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition, atom_truth
from pactolus_engine.pack.model import (
    EVALUATION_DATE,
    Condition,
    Derivation,
    Fact,
    FactType,
    Pack,
    Several,
    Status,
)
from pactolus_engine.sequences import Assessment, over_samples
from pactolus_engine.sift import countable, with_result
from pactolus_engine.states import FactState, States, is_settled
from pactolus_engine.values import Interval, Value, exactly

__all__ = ["Uncounted", "facts_in_doubt", "uncounted", "weigh", "weigh_and_tell"]

_TO_COME = "dated after the evaluation instant"
_DAYS_AHEAD = 1
"""A calendar day counts as it was written: east of Greenwich it may be one ahead of the day in UTC."""


def weigh(
    pack: Pack,
    definitions: Mapping[str, Condition],
    partitions: Mapping[str, Partition],
    facts: FactSet,
    instant: datetime,
    supposed: Mapping[str, FactState] = MappingProxyType({}),
) -> States:
    """The state of every fact of the pack at that instant (aware).

    `supposed`: facts taken to be in these states, whatever the readings say.
    """
    return _scale(pack, definitions, partitions, facts, supposed, instant).all_states()


def weigh_and_tell(
    pack: Pack,
    definitions: Mapping[str, Condition],
    partitions: Mapping[str, Partition],
    facts: FactSet,
    instant: datetime,
) -> tuple[States, tuple["Uncounted", ...]]:
    """What `weigh` and `uncounted` give, of one weighing: it is a sixth of an evaluation."""
    scale = _scale(pack, definitions, partitions, facts, {}, instant)
    states = scale.all_states()
    return states, _uncounted(scale, states)


def _scale(
    pack: Pack,
    definitions: Mapping[str, Condition],
    partitions: Mapping[str, Partition],
    facts: FactSet,
    states: States,
    instant: datetime,
) -> "_Scale":
    """The scale over what can be read at that instant, with these states already on it."""
    readings = _past(pack, facts.readings, instant)
    return _Scale(pack, definitions, partitions, readings, {**_today(instant), **states})


def _today(instant: datetime) -> States:
    """The one fact that nobody sends."""
    return {EVALUATION_DATE: FactState(EVALUATION_DATE, exactly(_day(instant)), frozenset({Status.KNOWN}))}


def _day(instant: datetime) -> int:
    return instant.astimezone(UTC).date().toordinal()


def _past(pack: Pack, readings: tuple[Reading, ...], instant: datetime) -> tuple[Reading, ...]:
    """The readings; those that are surely dated after the evaluation, or name such a day, unreadable."""
    last = _day(instant) + _DAYS_AHEAD
    return tuple(
        replace(one, value=None, standing=Standing.UNREADABLE, note=_TO_COME)
        if any(_starts_after(day, last) for day in _days_of(pack, one))
        else one
        for one in readings
    )


def _days_of(pack: Pack, reading: Reading) -> tuple[Value | None, ...]:
    """What a reading says of days: when it was so, and its value where that is a day."""
    fact = pack.facts.get(reading.fact)
    is_day = fact is not None and fact.type is FactType.DATE
    return (reading.dated, reading.value) if is_day else (reading.dated,)


def _starts_after(days: Value | None, last: int) -> bool:
    return isinstance(days, Interval) and days.low is not None and days.low > last


@dataclass(slots=True)
class _Scale:
    """States on demand: a fact is weighed when another one asks for it, once."""

    pack: Pack
    definitions: Mapping[str, Condition]
    partitions: Mapping[str, Partition]
    readings: tuple[Reading, ...]
    states: dict[str, FactState]
    counted: dict[str, tuple[Sample, ...]] = field(default_factory=dict)
    dropped: dict[str, tuple[Sample, ...]] = field(default_factory=dict)
    steps: dict[str, tuple[Sequence[Sample], ...]] = field(default_factory=dict)
    """Head → its samples as they were sent, and as each step of the sifting left them."""
    sent: dict[str, dict[str, list[Reading]]] = field(init=False)
    """Head → origin → its readings; filed once, for every fact asks for its own."""

    def __post_init__(self) -> None:
        self.sent = {}
        for reading in self.readings:
            fact = self.pack.facts.get(reading.fact)
            for head in {fact.id, fact.of or fact.id} if fact else ():
                self.sent.setdefault(head, {}).setdefault(reading.origin, []).append(reading)

    def all_states(self) -> States:
        return {fact: self.state(fact) for fact in sorted(self.pack.facts)}

    def state(self, fact_id: str) -> FactState:
        if fact_id not in self.states:
            self.states[fact_id] = self._weigh(self.pack.facts[fact_id])
        return self.states[fact_id]

    def _weigh(self, fact: Fact) -> FactState:
        if fact.derivation is not None and fact.derivation.is_over_samples:
            return over_samples(fact, self._assessments(fact.derivation))
        if fact.derivation is not None:
            start, end = fact.derivation.inputs
            return derive(fact, self.state(start), self.state(end))
        head = self._head(fact)
        samples = self._counted(head)
        return join(fact, samples, self.partitions.get(fact.id), self.dropped[head.id])

    def _head(self, fact: Fact) -> Fact:
        return self.pack.facts[fact.of] if fact.of else fact

    def _counted(self, head: Fact) -> tuple[Sample, ...]:
        """The samples of a head that count, sifted once."""
        if head.id not in self.counted:
            sent = self.samples_of(head)
            fitting = self._by_only(head, sent)
            self.dropped[head.id] = () if fitting else tuple(sent)
            usable = with_result(fitting)
            preferred = self._by_preference(head, usable)
            self.counted[head.id] = countable(head, preferred)
            self.steps[head.id] = (sent, fitting, usable, preferred, self.counted[head.id])
        return self.counted[head.id]

    def _assessments(self, derivation: Derivation) -> list[Assessment]:
        """Every sample of the fact that its `only` leaves, whichever of them count for the fact alone."""
        head = self.pack.facts[derivation.inputs[0]]
        assert derivation.condition is not None
        asked = inline(derivation.condition, self.definitions)
        return [self._assessment(head, one, asked) for one in self._by_only(head, self.samples_of(head))]

    def _assessment(self, head: Fact, sample: Sample, asked: Condition) -> Assessment:
        """A sample judged as if it counted; whether it does is another question."""
        own = self._own_states(head, sample.doubted(False))
        truth = Definition(self.pack.facts, {}, own).truth(asked)
        open_facts = {a.fact for a in atoms_of(asked) if atom_truth(a, own) is Truth.UNKNOWN}
        return Assessment(sample, truth, frozenset(open_facts))

    def not_counted(self, head: Fact) -> list[tuple[Sample, str]]:
        """What was sent about a head and gave way to a sample that counts, each with its reason."""
        return _left_out(self.steps[head.id]) if self._counted(head) else []

    def origins(self, head: Fact) -> set[str]:
        """The resources that count for a head."""
        return {sample.origin for sample in self._counted(head)}

    def differs(self, head: Fact, sample: Sample) -> bool:
        """Whether a sample surely lies in another cell than what counts, where all must agree."""
        partition = self.partitions.get(head.id)
        if head.several is not Several.AGREE or partition is None:
            return False
        alone = partition.mask_of(join(head, (sample,), partition))
        return not alone & partition.mask_of(self.state(head.id))

    def samples_of(self, head: Fact) -> list[Sample]:
        """Everything that was sent about a head, sifted or not."""
        by_origin = sorted(self.sent.get(head.id, {}).items())
        samples = [Sample(head.id, tuple(group)) for _, group in by_origin]
        return [sample for sample in samples if sample.head_readings]

    def _by_only(self, head: Fact, samples: list[Sample]) -> list[Sample]:
        if head.only is None or not samples:
            return samples
        asked = inline(head.only, self.definitions)
        judged = [(sample, self._judge(head, sample, asked)) for sample in samples]
        return [s.doubted(truth is Truth.UNKNOWN) for s, truth in judged if truth is not Truth.FALSE]

    def _by_preference(self, head: Fact, samples: list[Sample]) -> list[Sample]:
        for condition in head.prefer if samples else ():
            asked = inline(condition, self.definitions)
            fitting = [s for s in samples if self._judge(head, s, asked) is not Truth.FALSE]
            samples = fitting or samples
        return samples

    def _judge(self, head: Fact, sample: Sample, asked: Condition) -> Truth:
        """The truth of an inlined condition for one sample alone, beside the facts that are not of it."""
        names = dict.fromkeys(atom.fact for atom in atoms_of(asked))
        states = {name: self._beside(head, sample, name) for name in names}
        return Definition(self.pack.facts, {}, states).truth(asked)

    def wanted_by(self, head: Fact, sample: Sample, condition: Condition) -> set[str]:
        """The open base facts beside the sample that leave the condition unknown for it."""
        asked = inline(condition, self.definitions)
        if self._judge(head, sample, asked) is not Truth.UNKNOWN:
            return set()
        facts = {atom.fact for atom in atoms_of(asked)}
        bases = {base for fact in facts for base in base_facts(self.pack, fact)}
        beside = (base for base in bases if not _is_of(head, self.pack.facts[base]))
        return {base for base in beside if not is_settled(self.state(base).value)}

    def _own_states(self, head: Fact, sample: Sample) -> dict[str, FactState]:
        family = [fact for fact in self.pack.facts.values() if _is_of(head, fact)]
        return {fact.id: self._alone(fact, sample) for fact in family}

    def _alone(self, fact: Fact, sample: Sample) -> FactState:
        """The state of a fact if no other sample had been sent."""
        return join(fact, (sample,), self.partitions.get(fact.id))

    def _beside(self, head: Fact, sample: Sample, fact_id: str) -> FactState:
        """A fact of the sample by this sample alone, and any other as it stands."""
        fact = self.pack.facts.get(fact_id)
        if fact is not None and _is_of(head, fact):
            return self._alone(fact, sample)
        if fact is None or fact.derivation is None:
            return self.state(fact_id)
        start, end = fact.derivation.inputs
        return derive(fact, self._beside(head, sample, start), self._beside(head, sample, end))


def _is_of(head: Fact, fact: Fact) -> bool:
    """Whether a fact is the head or one of its members."""
    return head.id in (fact.id, fact.of)


_BY_PACK = "by the conditions of the pack"
_STEPS = (
    _BY_PACK,
    "it gives no result, and another one does",
    _BY_PACK,
    "another result of the same fact counts",
)
"""Why a sample that is gone after each step of the sifting does not count."""


def _left_out(steps: Sequence[Sequence[Sample]]) -> list[tuple[Sample, str]]:
    left = []
    before = {sample.origin: sample for sample in steps[0]}
    for reason, after in zip(_STEPS, steps[1:], strict=True):
        kept = {sample.origin: sample for sample in after}
        left += [(before[origin], reason) for origin in sorted(before.keys() - kept.keys())]
        before = kept
    return left


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A sample that was sent and counts for no fact, because another one of the same fact does.

    `differs`: it surely lies in another class than what counts, where all that count must agree.
    """

    fact: Fact
    source: Source
    reason: str
    differs: bool


def uncounted(
    pack: Pack,
    definitions: Mapping[str, Condition],
    partitions: Mapping[str, Partition],
    facts: FactSet,
    states: States,
    instant: datetime,
) -> tuple[Uncounted, ...]:
    """What was sent, gave way to another sample of its fact and counts for nothing else, by fact.

    `states`: as weighed. A drug after induction is no drug of the induction and counts elsewhere.
    """
    return _uncounted(_scale(pack, definitions, partitions, facts, states, instant), states)


def _uncounted(scale: _Scale, states: States) -> tuple[Uncounted, ...]:
    pack = scale.pack
    heads = [fact for _, fact in sorted(pack.facts.items()) if not fact.of and fact.derivation is None]
    counting = set[str]().union(*map(scale.origins, heads), *map(_origins_of, _over_samples(pack, states)))
    return tuple(
        Uncounted(head, sample.head_readings[0].source, reason, scale.differs(head, sample))
        for head in heads
        for sample, reason in scale.not_counted(head)
        if sample.origin not in counting
    )


def _over_samples(pack: Pack, states: States) -> Iterator[FactState]:
    """The states of the facts that look at several samples of another."""
    for fact in pack.facts.values():
        if fact.derivation is not None and fact.derivation.is_over_samples:
            yield states[fact.id]


def _origins_of(state: FactState) -> set[str]:
    return {reading.origin for reading in state.readings}


def facts_in_doubt(
    pack: Pack,
    definitions: Mapping[str, Condition],
    partitions: Mapping[str, Partition],
    facts: FactSet,
    states: States,
    instant: datetime,
) -> frozenset[str]:
    """The base facts for want of which it is unknown whether some reading counts.

    `states`: as weighed. A fact of the same sample as the reading is not among them: knowing it would
    take another sample.
    """
    scale = _scale(pack, definitions, partitions, facts, states, instant)
    wanted: set[str] = set()
    for head in pack.facts.values():
        asked = [*([head.only] if head.only else []), *head.prefer]
        for sample in scale.samples_of(head) if asked else ():
            wanted.update(*(scale.wanted_by(head, sample, condition) for condition in asked))
    return frozenset(wanted)
