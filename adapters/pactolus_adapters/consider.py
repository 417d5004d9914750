"""A request beside what the patient was told before: which resources count, and what is decided.

As sent → newer versions that are known in place of late ones → suggestions that rest on something that
has changed → decision. Only when one of them falls and the request alone leaves the new answer open are
the other resources taken from the record of that suggestion.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pactolus_adapters.earlier import Past
from pactolus_adapters.fhir.read import Limits, Read, read
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.errors import AuditUnavailable, InputInvalid
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.ports import Matcher
from pactolus_engine.record import EarlierInput, TakenInput
from pactolus_engine.retract import Earlier, EarlierSuggestion

__all__ = ["Asked", "Considered", "ReadAgain", "consider", "earlier_suggestions"]

ReadAgain = Callable[[tuple[TakenInput, ...]], Read]
"""Reads the request once more, with these resources beside it. Raises `InputInvalid`."""

_NO_LIMITS: Final = Limits(2**62, 2**62)
"""What was recorded had kept to the limits of its day."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Under which pack, at which instant (UTC, whole milliseconds), over which local code systems and
    known FHIR servers."""

    compiled: CompiledPack
    instant: datetime
    local_base: str
    known_bases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Considered:
    """A decision with everything it rests on. `earlier`: the suggestions it takes back."""

    facts: FactSet
    decision: Decision
    earlier: tuple[EarlierInput, ...]
    taken: tuple[TakenInput, ...]


def consider(sent: Read, again: ReadAgain, past: Past, asked: Asked, matcher: Matcher) -> Considered:
    """Decides; raises as `evaluate`, and `AuditUnavailable` when an earlier record cannot be read."""
    taken = past.newer(sent.resources)
    found = again(taken) if taken else sent
    inputs = past.unsettled(asked.compiled.pack.id, found.resources)
    earlier = Earlier(earlier_suggestions(inputs, asked), past.history.is_complete)
    decision = evaluate(found.facts, asked.compiled, asked.instant, matcher, earlier)
    rest = _rest(decision, past, found)
    whole = _with_rest(again, (*taken, *rest)) if rest else None
    if whole is not None:
        found, taken = whole, (*taken, *rest)
        decision = evaluate(found.facts, asked.compiled, asked.instant, matcher, earlier)
    fallen = {one.decision_id for one in decision.retracted}
    return Considered(found.facts, decision, tuple(i for i in inputs if i.decision_id in fallen), taken)


def earlier_suggestions(inputs: Sequence[EarlierInput], asked: Asked) -> tuple[EarlierSuggestion, ...]:
    """Recorded suggestions read again with the pack in force: as they were, and as is known now.

    Suggestions that were made of the same resources are read once.
    """
    facts: dict[tuple[bytes, bytes, str], tuple[FactSet, FactSet]] = {}
    for one in inputs:
        ground = (one.sent, one.newer, one.patient)
        if ground not in facts:
            newer = (TakenInput(one.index, "", one.newer),)
            facts[ground] = _reread(one, (), asked), _reread(one, newer, asked)
    return tuple(
        EarlierSuggestion(
            one.decision_id, one.care_plan_id, one.index, *facts[one.sent, one.newer, one.patient]
        )
        for one in inputs
    )


def _reread(one: EarlierInput, taken: Sequence[TakenInput], asked: Asked) -> FactSet:
    try:
        return read(
            (one.sent,), b"", one.patient, asked.compiled.pack,
            local_base=asked.local_base, limits=_NO_LIMITS, known_bases=asked.known_bases,
            taken=taken, is_recorded=True,
        )  # fmt: skip
    except InputInvalid as error:
        raise AuditUnavailable(
            f"record `{one.index}` of the audit log holds resources that this version cannot read"
        ) from error


def _rest(decision: Decision, past: Past, found: Read) -> tuple[TakenInput, ...]:
    """What the request leaves out, from the newest suggestion that falls, if that may help."""
    new = decision.replacement
    if new is None or new.outcome is not Outcome.NEED_DATA:
        return ()
    return past.rest(max(int(one.index) for one in decision.retracted), found.resources)


def _with_rest(again: ReadAgain, taken: tuple[TakenInput, ...]) -> Read | None:
    """The request with the rest; None when the two do not fit together: then it stands alone."""
    try:
        return again(taken)
    except InputInvalid:
        return None
