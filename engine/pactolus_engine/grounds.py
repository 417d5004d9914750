"""Why a decision came out as it did, and why not otherwise: the parts of the rules' trees that settled it.

Built from the decision alone: its trace holds every rule with its tree. A tree is cut down to the parts
that made its rule come out so; the parts that could have been otherwise without effect are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pactolus_engine.decision import (
    REVIEW_DATE_RULE,
    Decision,
    Explanation,
    FactTrace,
    Outcome,
    RuleTrace,
)
from pactolus_engine.kleene import Truth
from pactolus_engine.pack.model import Effect, Pack, Rule

__all__ = ["Ground", "Grounds", "WhyNot", "grounds_of", "settling_part"]

_ENDINGS = {
    Effect.CONFLICT: Outcome.CONFLICT,
    Effect.HOLD: Outcome.HOLD,
    Effect.EXCLUDE: Outcome.OUT_OF_SCOPE,
}


@dataclass(frozen=True, slots=True)
class Ground:
    """One rule with the part of its tree that settled it, and the facts that this part looks at."""

    rule: str
    title: str
    text: str
    effect: str
    truth: str
    tree: Explanation
    facts: tuple[FactTrace, ...]
    evidence: tuple[str, ...]
    rationale: str


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Another outcome or an option that is not offered (`option` empty: the outcome as such).

    `against`: rules that are true and rule it out. `lacking`: rules that would have given it and are not
    true, with what failed. `note`: in words, when no single rule tells it.
    """

    outcome: Outcome
    option: str
    against: tuple[Ground, ...]
    lacking: tuple[Ground, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grounds:
    """`why`: the rules that decided; `why_not`: what else could have come out, and what stood against it.

    `note`: why, in words, when no rule tells it.
    """

    why: tuple[Ground, ...]
    why_not: tuple[WhyNot, ...]
    note: str = ""


def grounds_of(decision: Decision, pack: Pack) -> Grounds:
    """The grounds of a decision; of a RETRACT, those of the decision that takes its place."""
    settled = decision.replacement or decision
    return _Teller(settled, pack).grounds()


def settling_part(tree: Explanation) -> Explanation:
    """The tree without the parts that did not matter to its truth.

    Of `all of` that is not true the failing parts stay, of `any of` that is true the holding ones; a part
    that is false counts before one that is unknown.
    """
    if not tree.children:
        return tree
    kept = [settling_part(part) for part in tree.children if _matters(tree, part)]
    return replace(tree, children=tuple(kept))


def _matters(tree: Explanation, part: Explanation) -> bool:
    decides = {("all of", Truth.FALSE): Truth.FALSE, ("any of", Truth.TRUE): Truth.TRUE}
    if tree.text in {"all of", "any of"}:
        wanted = decides.get((tree.text, Truth(tree.truth)))
        if wanted is not None:
            return part.truth == wanted
        return tree.truth != Truth.UNKNOWN or part.truth == Truth.UNKNOWN
    return True


class _Teller:
    """Tells the grounds of one decision."""

    def __init__(self, decision: Decision, pack: Pack) -> None:
        self._decision = decision
        self._pack = pack
        self._rules = {trace.rule: trace for trace in decision.trace.rules}
        self._facts = {trace.fact: trace for trace in decision.trace.facts}

    def grounds(self) -> Grounds:
        why = tuple(self._why())
        review = (one.text for one in self._decision.reasons if one.rule == REVIEW_DATE_RULE)
        note = next(review, "" if why else _NOTHING_LEFT)
        return Grounds(why, tuple(self._why_not()), note)

    def _why(self) -> Iterator[Ground]:
        match self._decision.outcome:
            case Outcome.NEED_DATA:
                yield from self._grounds(*self._deciding_effects(), truth=Truth.UNKNOWN)
            case Outcome.OFFER:
                yield from self._grounds(Effect.OFFER)
            case Outcome.CONCLUDED:
                yield from self._grounds(Effect.CONCLUDE)
            case outcome:
                effect = next(effect for effect, given in _ENDINGS.items() if given is outcome)
                found = list(self._grounds(effect))
                yield from found or self._grounds(Effect.BLOCK)

    def _deciding_effects(self) -> tuple[Effect, ...]:
        return (*_ENDINGS, *((Effect.OFFER, Effect.BLOCK) if self._pack.options else (Effect.CONCLUDE,)))

    def _why_not(self) -> Iterator[WhyNot]:
        for effect, outcome in _ENDINGS.items():
            if outcome is not self._decision.outcome:
                lacking = tuple(self._not_true(effect))
                yield WhyNot(outcome, "", self._before(outcome), lacking, "" if lacking else _NO_RULE)
        offered = {option.id for option in self._decision.options}
        for option in self._pack.options:
            if option not in offered:
                yield self._not_offered(option)
        if not self._pack.options and self._decision.outcome is not Outcome.CONCLUDED:
            against = self._before(Outcome.CONCLUDED)
            yield WhyNot(Outcome.CONCLUDED, "", against, tuple(self._not_true(Effect.CONCLUDE)))

    def _not_offered(self, option: str) -> WhyNot:
        blocks = (one for one in self._grounds(Effect.BLOCK) if self._pack.rules[one.rule].target == option)
        against = (*self._before(Outcome.OFFER), *blocks)
        lacking = tuple(
            one for one in self._not_true(Effect.OFFER) if self._pack.rules[one.rule].target == option
        )
        note = "" if against or lacking else "it waits for the facts that are missing"
        return WhyNot(Outcome.OFFER, option, against, lacking, note)

    def _before(self, outcome: Outcome) -> tuple[Ground, ...]:
        """The rules that are true and give an outcome that comes first."""
        order = list(_ENDINGS.values())
        last = order.index(outcome) if outcome in order else len(order)
        return tuple(self._grounds(*list(_ENDINGS)[:last]))

    def _not_true(self, effect: Effect) -> Iterator[Ground]:
        yield from self._grounds(effect, truth=Truth.FALSE)
        yield from self._grounds(effect, truth=Truth.UNKNOWN)

    def _grounds(self, *effects: Effect, truth: Truth = Truth.TRUE) -> Iterator[Ground]:
        for trace in self._decision.trace.rules:
            if trace.truth == truth.value and Effect(trace.effect) in effects:
                yield self._ground(trace, self._pack.rules[trace.rule])

    def _ground(self, trace: RuleTrace, rule: Rule) -> Ground:
        tree = settling_part(trace.explanation)
        names = dict.fromkeys(
            name for text in _leaves(tree) if (name := text.split(" ", 1)[0]) in self._facts
        )
        facts = tuple(self._facts[name] for name in names)
        return Ground(
            rule.id,
            rule.title,
            rule.text,
            trace.effect,
            trace.truth,
            tree,
            facts,
            rule.evidence,
            rule.rationale,
        )


_NOTHING_LEFT = "no rule rules the patient out; no rule offers or finds anything that stands"
_NO_RULE = "this pack has no rule for it"


def _leaves(tree: Explanation) -> Iterator[str]:
    if not tree.children:
        yield tree.text
    for part in tree.children:
        yield from _leaves(part)
