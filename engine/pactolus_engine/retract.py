"""Earlier suggestions whose ground has moved, and the answer that takes them back.

A suggestion stands until a result that it rests on is withdrawn, or changes so that what it was
decided from falls into other cells of the pack. Both are read off the same resources twice: as they
were then and as they are known now. Nothing else counts, so that a result amended inside its class
leaves the suggestion alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Caveat, Decision, Outcome, Reason, Retracted, Trace
from pactolus_engine.derive import base_facts
from pactolus_engine.facts import FactSet, Reading, Source, Standing, Withdrawn
from pactolus_engine.pack.model import EVALUATION_DATE, Status
from pactolus_engine.show import show_state
from pactolus_engine.states import States
from pactolus_engine.values import Value
from pactolus_engine.weigh import weigh

__all__ = [
    "EARLIER_SUGGESTION_RULE",
    "TAKEN_RULE",
    "Earlier",
    "EarlierSuggestion",
    "retractions",
    "taking_back",
    "with_taken",
]

EARLIER_SUGGESTION_RULE = "earlier-suggestion"
"""The built-in rule: a suggestion that rests on a result that was withdrawn or changed is taken back."""

TAKEN_RULE = "taken-from-earlier"
"""The built-in caveat: resources that were not sent come from an earlier record."""

_RETRACT = "retract"
_ERROR = "entered-in-error"
_REVOKED = "revoked"
_NOT_ALL = (
    "The patient has more recorded answers than were looked at: suggestions older than these are not "
    "named here and may rest on the same result."
)


@dataclass(frozen=True, slots=True)
class EarlierSuggestion:
    """An OFFER that stands, read again with the pack in force.

    `index`: its record in the audit log, in decimal digits. `then`: the facts it was decided from.
    `now`: the facts of the same resources, each in the newest version that is known.
    """

    decision_id: str
    care_plan_id: str
    index: str
    then: FactSet
    now: FactSet


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the patient was told before, oldest first.

    `is_complete` is false when there are more records than were looked at.
    """

    suggestions: tuple[EarlierSuggestion, ...] = ()
    is_complete: bool = True


def retractions(earlier: Earlier, compiled: CompiledPack, instant: datetime) -> tuple[Retracted, ...]:
    """The suggestions that no longer stand, with the cause, in the order of the log."""
    found = (_retracted(suggestion, compiled, instant) for suggestion in earlier.suggestions)
    return tuple(retracted for retracted in found if retracted is not None)


def taking_back(replacement: Decision, retracted: tuple[Retracted, ...], is_complete: bool) -> Decision:
    """The RETRACT around the new answer, its id still empty.

    It offers, concludes and asks nothing itself: all of that stands in the replacement.
    """
    trace = replacement.trace
    return replace(
        replacement,
        decision_id="",
        outcome=Outcome.RETRACT,
        options=(),
        conclusions=(),
        reasons=tuple(_reasons(retracted, is_complete)),
        missing=(),
        minimal_missing_sets=(),
        possible_outcomes=(),
        possible_outcomes_complete=True,
        assumptions=(),
        caveats=tuple(caveat for caveat in replacement.caveats if caveat.rule == TAKEN_RULE),
        blocked_options=(),
        trace=Trace((), (), trace.passed_over, taken_from_earlier=trace.taken_from_earlier),
        retracted=retracted,
        replacement=replacement,
    )


def with_taken(decision: Decision, facts: FactSet) -> Decision:
    """The decision that says what it was decided from beside the request, wherever a reader looks."""
    if not facts.taken:
        return decision
    caveat = Caveat(TAKEN_RULE, _taken_text(facts))
    return replace(
        decision,
        options=tuple(replace(one, caveats=(caveat, *one.caveats)) for one in decision.options),
        caveats=(caveat, *decision.caveats),
        trace=replace(decision.trace, taken_from_earlier=facts.taken),
    )


def _taken_text(facts: FactSet) -> str:
    records = sorted({taken.record for taken in facts.taken}, key=int)
    number = len({taken.source.reference for taken in facts.taken})
    what = "one resource comes" if number == 1 else f"{number} resources come"
    return f"decided also from what was sent before: {what} from audit record {', '.join(records)}, see the trace"


def _reasons(retracted: tuple[Retracted, ...], is_complete: bool) -> Iterator[Reason]:
    for one in retracted:
        text = f"The suggestion in record {one.index} no longer stands ({one.new_status}): {one.cause}."
        yield _reason("An earlier suggestion no longer stands", text)
    if not is_complete:
        yield _reason("Older suggestions were not looked at", _NOT_ALL)


def _reason(title: str, text: str) -> Reason:
    return Reason(EARLIER_SUGGESTION_RULE, _RETRACT, "true", title, text, (), ())


def _retracted(one: EarlierSuggestion, compiled: CompiledPack, instant: datetime) -> Retracted | None:
    then, now = (_States.of(facts, compiled, instant) for facts in (one.then, one.now))
    withdrawn = [found for found in one.now.withdrawn if found.source.reference in then.rests_on()]
    causes = [*map(_withdrawal, withdrawn), *then.moves_to(now, {w.source.reference for w in withdrawn})]
    if not causes:
        return None
    in_error = any(found.status == _ERROR for found in withdrawn)
    status = _ERROR if in_error else _REVOKED
    return Retracted(one.decision_id, one.care_plan_id, status, "; ".join(causes), one.index)


def _place(source: Source) -> str:
    return f"{source.reference} version {source.version}" if source.version else source.reference


def _withdrawal(found: Withdrawn) -> str:
    what = "was entered in error" if found.status == _ERROR else "was cancelled"
    return f"{_place(found.source)} {what}"


@dataclass(frozen=True, slots=True)
class _States:
    """What one set of facts means to the pack."""

    compiled: CompiledPack
    states: States
    vector: Mapping[str, int]

    @classmethod
    def of(cls, facts: FactSet, compiled: CompiledPack, instant: datetime) -> "_States":
        states = weigh(compiled.pack, compiled.definitions, compiled.partitions, facts, instant)
        return cls(compiled, states, compiled.vector(states))

    def rests_on(self) -> set[str]:
        """The resources behind every fact that a rule looks at: where it was read, and what carries it."""
        facts = {partition.fact.id for partition in self.compiled.partitions.values()}
        readings = [reading for fact in self._with_inputs(facts) for reading in self.states[fact].readings]
        return {name for reading in readings for name in (reading.origin, reading.source.reference)}

    def _with_inputs(self, facts: set[str]) -> set[str]:
        """These facts, those that decide which of their samples count, and what they derive from."""
        pack = self.compiled.pack
        found: set[str] = set()
        waiting = list(facts)
        while waiting:
            fact = waiting.pop()
            if fact in found or fact not in pack.facts or fact == EVALUATION_DATE:
                continue
            found.add(fact)
            derivation = pack.facts[fact].derivation
            waiting += [pack.facts[fact].of, *(derivation.inputs if derivation else ())]
        return found

    def moves_to(self, now: "_States", withdrawn: set[str]) -> Iterator[str]:
        """One sentence for each fact that fell into other cells, unless a withdrawal says it all."""
        moved = {
            partition.fact.id: None
            for dimension, partition in self.compiled.partitions.items()
            if self.vector[dimension] != now.vector[dimension]
        }
        for fact in moved:
            if not self._went_with(fact, now, withdrawn):
                title = self.compiled.pack.facts[fact].title
                yield f"{title} {self._change(fact, now)}{self._places(fact, now)}"

    def _went_with(self, fact: str, now: "_States", withdrawn: set[str]) -> bool:
        """Whether nothing but the withdrawals changed what the fact, or what it derives from, was read from."""
        bases = [
            base
            for base in base_facts(self.compiled.pack, fact)
            if _words(self.states[base].readings) != _words(now.states[base].readings)
        ]
        return bool(bases) and all(self._lost(base, now, withdrawn) for base in bases)

    def _lost(self, base: str, now: "_States", withdrawn: set[str]) -> bool:
        before = self.states[base].readings
        left = [one for one in before if not {one.origin, one.source.reference} & withdrawn]
        return len(left) < len(before) and (not left or _words(left) == _words(now.states[base].readings))

    def _places(self, fact: str, now: "_States") -> str:
        """The resources that spoke of the fact then, or do now, each in its version."""
        sources = {r.source for states in (self.states, now.states) for r in states[fact].readings}
        return f" ({', '.join(sorted(set(map(_place, sources))))})" if sources else ""

    def _change(self, fact: str, now: "_States") -> str:
        """What became of the fact, in the words that a rule's reader sees; never the pack's own limits."""
        definition, state = self.compiled.pack.facts[fact], now.states[fact]
        before, after = (show_state(one.states[fact], definition) for one in (self, now))
        if before == after:
            return "changed in how far it can be relied on"
        if after == f"unknown: {state.reason}":
            why = "" if state.statuses == {Status.MISSING} else f": {state.reason}"
            return f"is no longer known{why}"
        return f"changed from {before} to {after}"


def _words(readings: Iterable[Reading]) -> list[tuple[str, Value | None, Standing]]:
    """What readings say, whatever the version of the resource that says it."""
    return [(one.origin, one.value, one.standing) for one in readings]
