"""From the truth of every rule to the decision: the only conflict resolution there is.

CONFLICT, HOLD and OUT_OF_SCOPE come first, in this order, if a rule of that effect is true. Only
if none is do completions matter: when all of them agree, that is the answer; else NEED_DATA.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.completions import Skeleton, complete
from pactolus_engine.decision import (
    REVIEW_DATE_RULE,
    BlockedOption,
    Caveat,
    Conclusion,
    Decision,
    Evidence,
    OfferedOption,
    Outcome,
    PackIdentity,
    PossibleOutcome,
    Reason,
)
from pactolus_engine.explain import assumptions, facts_used, missing_facts, trace
from pactolus_engine.facts import FactSet
from pactolus_engine.kleene import Truth
from pactolus_engine.match.definition import Definition
from pactolus_engine.pack.model import Effect, Pack, Rule
from pactolus_engine.shared_dates import shared_dates
from pactolus_engine.states import States
from pactolus_engine.unsigned import unsigned
from pactolus_engine.weigh import Uncounted
from pactolus_engine.worlds import World, Worlds, every_world

__all__ = ["UNCOUNTED", "Situation", "answer_in", "decide"]


UNCOUNTED = "uncounted-result"
"""The built-in caveat: a result that lies in another class was sent and does not count."""

_ENDINGS = {
    Effect.CONFLICT: Outcome.CONFLICT,
    Effect.HOLD: Outcome.HOLD,
    Effect.EXCLUDE: Outcome.OUT_OF_SCOPE,
}

_GIVES_SOMETHING = {Outcome.OFFER, Outcome.CONCLUDED}
"""Outcomes beside which a caveat means something."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything known when the rules have been matched."""

    compiled: CompiledPack
    facts: FactSet
    states: States
    vector: Mapping[str, int]
    truths: Mapping[str, Truth]
    definition: Definition
    instant: datetime

    @property
    def pack(self) -> Pack:
        """The pack that decides."""
        return self.compiled.pack

    def rules(self, *effects: Effect, truth: Truth = Truth.TRUE) -> list[Rule]:
        """The rules of these effects that came out so, by id."""
        return [
            self.pack.rules[rule]
            for rule, found in sorted(self.truths.items())
            if found is truth and self.pack.rules[rule].effect in effects
        ]


def decide(situation: Situation, left_out: tuple[Uncounted, ...]) -> Decision:
    """The decision, its id still empty (`record.py` derives it from the content).

    `left_out`: what was sent and does not count, as `uncounted` gives it.
    """
    skeleton, worlds = _skeleton(situation)
    contrary = _contrary(left_out)
    is_open = skeleton.outcome is Outcome.NEED_DATA
    missing, missing_sets = (
        missing_facts(situation.states, situation.compiled, worlds) if is_open else ((), ())
    )
    return Decision(
        decision_id="",
        outcome=skeleton.outcome,
        options=tuple(_offered(option, situation, contrary) for option in skeleton.options),
        conclusions=tuple(_conclusion(rule, situation.pack) for rule in _concluding(skeleton, situation)),
        reasons=_reasons(situation),
        missing=missing,
        minimal_missing_sets=missing_sets,
        possible_outcomes=_possible(worlds) if is_open else (),
        possible_outcomes_complete=worlds.is_complete,
        assumptions=assumptions(situation.states, situation.compiled),
        caveats=_beside(skeleton.outcome, situation, contrary),
        blocked_options=_blocked(situation),
        trace=trace(
            situation.states,
            situation.compiled,
            situation.truths,
            situation.definition,
            situation.facts,
            left_out,
        ),
        pack=PackIdentity(situation.pack.id, situation.pack.version, situation.pack.digest),
        patient=situation.facts.patient.reference,
        evaluation_time=_written(situation.instant),
    )


def answer_in(situation: Situation) -> Skeleton:
    """The outcome and the options alone, as `decide` gives them (and findings where completions were asked)."""
    return _skeleton(situation)[0]


def _skeleton(situation: Situation) -> tuple[Skeleton, Worlds]:
    """Outcome and options, and the completions they rest on (none when a rule settled it)."""
    settled = Worlds((), (), True)
    for effect, outcome in _ENDINGS.items():
        if situation.rules(effect):
            return Skeleton(outcome), settled
        if effect is Effect.HOLD and _is_past_review(situation):
            return Skeleton(Outcome.HOLD), settled
    worlds = _worlds(situation)
    skeletons = worlds.skeletons
    if worlds.is_complete and len(skeletons) == 1:
        return skeletons[0], worlds
    return Skeleton(Outcome.NEED_DATA), worlds


def _worlds(situation: Situation) -> Worlds:
    """The completions by cells; where they leave the answer open, world by world."""
    today = situation.instant.astimezone(UTC).date().toordinal()
    shared = shared_dates(situation.compiled, situation.states, today)
    completions = complete(situation.compiled, situation.vector, shared=shared)
    if completions.is_complete and len(completions.skeletons) == 1:
        return Worlds((), (World((), completions),), True)
    return every_world(situation.compiled, situation.facts, situation.states, situation.instant, completions)


def _is_past_review(situation: Situation) -> bool:
    return situation.instant.astimezone(UTC).date() > situation.pack.review_by


def _possible(worlds: Worlds) -> tuple[PossibleOutcome, ...]:
    pairs = dict.fromkeys((s.outcome, s.options) for s in worlds.skeletons)
    return tuple(PossibleOutcome(outcome, options) for outcome, options in pairs)


def _reasons(situation: Situation) -> tuple[Reason, ...]:
    """The rules that bear on the outcome: those that are true, then those that still may be.

    Findings bear on it where the pack has nothing else to give.
    """
    given = (Effect.OFFER, Effect.BLOCK) if situation.pack.options else (Effect.CONCLUDE,)
    true = situation.rules(*_ENDINGS, *given)
    unknown = situation.rules(*_ENDINGS, *given, truth=Truth.UNKNOWN)
    reasons = [_reason(rule, Truth.TRUE, situation) for rule in true]
    reasons += [_reason(rule, Truth.UNKNOWN, situation) for rule in unknown]
    if _is_past_review(situation):
        reasons.insert(0, _review_reason(situation.pack))
    return tuple(reasons)


def _reason(rule: Rule, truth: Truth, situation: Situation) -> Reason:
    return Reason(
        rule=rule.id,
        effect=rule.effect.value,
        truth=truth.value,
        title=rule.title,
        text=rule.text,
        evidence=_evidence(rule.evidence, situation.pack),
        facts=facts_used(situation.compiled.conditions[rule.id], situation.states, situation.pack),
    )


def _review_reason(pack: Pack) -> Reason:
    text = f"the review date of this rule pack, {pack.review_by.isoformat()}, has passed; it is not used until reviewed"
    return Reason(
        REVIEW_DATE_RULE, Effect.HOLD.value, Truth.TRUE.value, "Rule pack is due for review", text, (), ()
    )


def _contrary(left_out: Iterable[Uncounted]) -> tuple[Caveat, ...]:
    """A result that does not count and says otherwise is for the reader to see."""
    return tuple(
        Caveat(
            UNCOUNTED,
            f"another result of {one.fact.title} ({one.source.reference}) lies in another class and does "
            f"not count: {one.reason}",
        )
        for one in left_out
        if one.differs
    )


def _offered(option_id: str, situation: Situation, contrary: tuple[Caveat, ...]) -> OfferedOption:
    option = situation.pack.options[option_id]
    beside = [
        rule for rule in situation.rules(Effect.CAVEAT) if not rule.options or option_id in rule.options
    ]
    caveats = (*unsigned(situation.pack), *contrary, *(_caveat(rule, situation.pack) for rule in beside))
    return OfferedOption(
        option.id,
        option.title,
        option.description,
        caveats,
        _evidence(option.evidence, situation.pack),
    )


def _beside(outcome: Outcome, situation: Situation, contrary: tuple[Caveat, ...]) -> tuple[Caveat, ...]:
    """The caveats on the answer as a whole; beside options those on approval stand with each option."""
    if outcome not in _GIVES_SOMETHING:
        return ()
    own = tuple(_caveat(rule, situation.pack) for rule in situation.rules(Effect.CAVEAT))
    signed = unsigned(situation.pack) if outcome is Outcome.CONCLUDED else ()
    return (*signed, *contrary, *own)


def _caveat(rule: Rule, pack: Pack) -> Caveat:
    return Caveat(rule.id, rule.text, _evidence(rule.evidence, pack))


def _blocked(situation: Situation) -> tuple[BlockedOption, ...]:
    """Options that a rule forbids; not those that no rule would offer anyway."""
    never = {option for option in situation.pack.options if not _may_be_offered(option, situation)}
    rules = (rule for rule in situation.rules(Effect.BLOCK) if rule.target not in never)
    return tuple(BlockedOption(rule.target, rule.id, rule.text) for rule in rules)


def _may_be_offered(option: str, situation: Situation) -> bool:
    offering = situation.rules(Effect.OFFER) + situation.rules(Effect.OFFER, truth=Truth.UNKNOWN)
    return any(rule.target == option for rule in offering)


def _concluding(skeleton: Skeleton, situation: Situation) -> list[Rule]:
    """The rules whose findings stand: those that are true, and where every completion reaches a
    finding that no single rule shows, those that may show it."""
    true = situation.rules(Effect.CONCLUDE)
    shown = {(rule.target, rule.value) for rule in true}
    maybe = situation.rules(Effect.CONCLUDE, truth=Truth.UNKNOWN)
    agreed = set(skeleton.conclusions) - shown
    return true + [rule for rule in maybe if (rule.target, rule.value) in agreed]


def _conclusion(rule: Rule, pack: Pack) -> Conclusion:
    return Conclusion(rule.target, rule.value, rule.title, _evidence(rule.evidence, pack))


def _evidence(ids: Iterable[str], pack: Pack) -> tuple[Evidence, ...]:
    return tuple(pack.evidence[name] for name in sorted(ids))


def _written(instant: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
