"""The answer of a pack as formulas: what `decide.py` and `completions.py` say of a complete patient."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import z3

from pactolus_engine.decision import Outcome
from pactolus_engine.pack.model import Condition, Effect, Pack
from pactolus_engine.proof.encode import Encoder, Pair

__all__ = ["Answer", "answer"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The skeleton of the answer. `rules`: rule id → its truth. `offered`: option → it is offered, no
    ending being looked at; `concluded`: (id, value) → the finding is stated.
    """

    rules: Mapping[str, Pair]
    conflict: z3.BoolRef
    hold: z3.BoolRef
    exclude: z3.BoolRef
    offered: Mapping[str, z3.BoolRef]
    concluded: Mapping[tuple[str, str], z3.BoolRef]

    @property
    def ended(self) -> z3.BoolRef:
        """CONFLICT, HOLD or an exclusion settles it."""
        return z3.Or(self.conflict, self.hold, self.exclude)

    @property
    def gives(self) -> z3.BoolRef:
        """There is an option, or in a pack without options a finding, to give."""
        return z3.Or(list((self.offered or self.concluded).values()))

    def outcome(self, wanted: Outcome) -> z3.BoolRef:
        """The answer is this outcome; NEED_DATA and RETRACT are no answers about a complete patient."""
        free = z3.Not(z3.Or(self.conflict, self.hold))
        answers = {
            Outcome.CONFLICT: self.conflict,
            Outcome.HOLD: z3.And(self.hold, z3.Not(self.conflict)),
            Outcome.OUT_OF_SCOPE: z3.And(free, z3.Or(self.exclude, z3.Not(self.gives))),
            Outcome.OFFER: self._given(bool(self.offered)),
            Outcome.CONCLUDED: self._given(not self.offered),
        }
        return answers.get(wanted, z3.BoolVal(False))

    def _given(self, is_it: bool) -> z3.BoolRef:
        return z3.And(z3.Not(self.ended), self.gives) if is_it else z3.BoolVal(False)

    def offers(self, option: str) -> z3.BoolRef:
        """The answer is OFFER, with this option among its options."""
        return z3.And(z3.Not(self.ended), self.offered.get(option, z3.BoolVal(False)))

    def concludes(self, name: str, value: str) -> z3.BoolRef:
        """The finding is stated beside whatever outcome."""
        return self.concluded.get((name, value), z3.BoolVal(False))

    def differs(self, other: "Answer") -> z3.BoolRef:
        """The two answers differ in what completions must agree on: outcome, options, and findings where
        there are no options. Options or findings that only one of them knows count as never given."""
        outcomes = [z3.Xor(self.outcome(one), other.outcome(one)) for one in Outcome]
        options = sorted({*self.offered, *other.offered})
        given = [z3.Xor(self.offers(option), other.offers(option)) for option in options]
        found = [z3.Xor(*(each._finds(one) for each in (self, other))) for one in self._findings(other)]
        return z3.Or([*outcomes, *given, *found])

    def _findings(self, other: "Answer") -> list[tuple[str, str]]:
        return sorted({*self.concluded, *other.concluded})

    def _finds(self, one: tuple[str, str]) -> z3.BoolRef:
        return z3.And(self.outcome(Outcome.CONCLUDED), self.concludes(*one))


def answer(
    pack: Pack, conditions: Mapping[str, Condition], encoder: Encoder, without: Iterable[str] = ()
) -> Answer:
    """The answer of a pack. `conditions`: rule id → condition, for every rule that acts. `without`: rules
    that are left out.
    """
    left_out = set(without)
    rules = {rule: encoder.pair(condition) for rule, condition in sorted(conditions.items())}
    acting = [(pack.rules[rule], pair.true) for rule, pair in rules.items() if rule not in left_out]

    def any_of(effect: Effect, target: str | None = None, value: str = "") -> z3.BoolRef:
        return z3.Or(
            [
                true
                for rule, true in acting
                if rule.effect is effect and target in {None, rule.target} and value in {"", rule.value}
            ]
        )

    findings = sorted({(r.target, r.value) for r, _ in acting if r.effect is Effect.CONCLUDE})
    return Answer(
        rules=rules,
        conflict=any_of(Effect.CONFLICT),
        hold=any_of(Effect.HOLD),
        exclude=any_of(Effect.EXCLUDE),
        offered={
            option: z3.And(any_of(Effect.OFFER, option), z3.Not(any_of(Effect.BLOCK, option)))
            for option in sorted(pack.options)
        },
        concluded={one: any_of(Effect.CONCLUDE, *one) for one in findings},
    )
