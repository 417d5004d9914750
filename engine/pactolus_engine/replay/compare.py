"""Two answers to one request compared: the parts that differ, and the class of the difference.

Under another pack or version, what only names the pack does not count: its identity, the ids made from the
whole content, and the trace, which shows the pack's own conditions for every patient. What a clinician reads counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Final

from pactolus_engine.decision import Decision, Retracted
from pactolus_engine.replay.result import ReplayClass, Said

__all__ = ["Comparison", "compare", "said"]

_OF_THE_PACK: Final = frozenset({"decision_id", "pack", "trace"})
_PARTS: Final = tuple(part.name for part in fields(Decision) if part.name != "replacement")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`fields`: the parts of the decision that differ, sorted; those of what replaces it as `replacement.…`."""

    fields: tuple[str, ...]
    result_class: ReplayClass


def compare(recorded: Decision, replayed: Decision, *, same_pack: bool) -> Comparison:
    """What of the recorded decision is otherwise in the replayed one.

    `same_pack`: by the very pack of the record, where everything counts. The class is the gravest that fits:
    another outcome (of the replacement too), other options, findings, blocked options, missing facts or
    suggestions taken back, other words.
    """
    found = tuple(sorted(_differing(recorded, replayed, same_pack)))
    if not found:
        return Comparison((), ReplayClass.IDENTICAL)
    if _outcomes(recorded) != _outcomes(replayed):
        return Comparison(found, ReplayClass.CHANGED_OUTCOME)
    if _substance(recorded) != _substance(replayed):
        return Comparison(found, ReplayClass.CHANGED_OPTIONS)
    return Comparison(found, ReplayClass.CHANGED_TEXT)


def said(decision: Decision) -> Said:
    """The answer in short; of a RETRACT, with what the decision that takes its place offers and finds."""
    spoken = decision.replacement or decision
    reasons = (*decision.reasons, *(decision.replacement.reasons if decision.replacement else ()))
    return Said(
        outcome=decision.outcome.value,
        options=tuple(option.id for option in spoken.options),
        conclusions=tuple(f"{one.id}={one.value}" for one in spoken.conclusions),
        rules=tuple(dict.fromkeys(reason.rule for reason in reasons if reason.truth == "true")),
    )


def _differing(recorded: Decision, replayed: Decision, same_pack: bool) -> Iterator[str]:
    for name in _PARTS:
        if name in _OF_THE_PACK and not same_pack:
            continue
        before, after = getattr(recorded, name), getattr(replayed, name)
        if before != after and (same_pack or name != "retracted" or not _same_retracted(before, after)):
            yield name
    instead = recorded.replacement, replayed.replacement
    if instead[0] is not None and instead[1] is not None:
        yield from (f"replacement.{name}" for name in _differing(instead[0], instead[1], same_pack))
    elif instead[0] is not instead[1]:
        yield "replacement"


def _same_retracted(before: tuple[Retracted, ...], after: tuple[Retracted, ...]) -> bool:
    """Whether the same suggestions are taken back in the same words; ids of what the pack wrote aside."""
    return _unnamed(before) == _unnamed(after)


def _unnamed(retracted: tuple[Retracted, ...]) -> list[Retracted]:
    return [replace(one, decision_id="", care_plan_id="") for one in retracted]


def _outcomes(decision: Decision) -> tuple[str, ...]:
    replacement = decision.replacement
    return (decision.outcome, *(_outcomes(replacement) if replacement else ()))


def _substance(decision: Decision) -> tuple[object, ...]:
    """What is offered, found, blocked, missing, possible and taken back: ids alone, in whatever order."""
    return (
        frozenset(option.id for option in decision.options),
        frozenset((one.id, one.value) for one in decision.conclusions),
        frozenset(one.option for one in decision.blocked_options),
        frozenset(one.fact for one in decision.missing),
        frozenset(map(frozenset, decision.minimal_missing_sets)),
        frozenset((one.outcome, frozenset(one.options)) for one in decision.possible_outcomes),
        decision.possible_outcomes_complete,
        # A suggestion is known by its record in the log; its id is made from what a pack wrote.
        frozenset((one.index, one.new_status) for one in decision.retracted),
        _substance(decision.replacement) if decision.replacement else None,
    )
