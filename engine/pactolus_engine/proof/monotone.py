"""Claims of the form "as FACT rises, RESULT never appears": two patients who differ in one fact alone."""

from collections.abc import Iterator
from dataclasses import replace

import z3

from pactolus_engine.derive import base_facts
from pactolus_engine.pack.claims import Code
from pactolus_engine.pack.claims import Monotone as Claim
from pactolus_engine.pack.claims import Result as Claimed
from pactolus_engine.pack.model import Fact
from pactolus_engine.proof.answer import Answer, answer
from pactolus_engine.proof.declared import has_result, result_term, said
from pactolus_engine.proof.finding import Finding, Proved, Result, Undecided
from pactolus_engine.proof.patient import Patient, patient_of
from pactolus_engine.proof.search import TRIES, Search
from pactolus_engine.proof.solve import Solver, Verdict
from pactolus_engine.proof.space import Space
from pactolus_engine.proof.wishes import plain_wishes, with_wishes

__all__ = ["monotone"]

_OTHER = "other/"
"""Put before the names of the second patient's variables."""


def monotone(search: Search, found: Answer) -> Iterator[Result]:
    """Each claim of the pack that something is monotone."""
    claims = search.compiled.pack.claims.monotone
    if not claims:
        return
    compiled = search.compiled
    other = Space(compiled, search.also, _OTHER)
    moved = answer(compiled.pack, compiled.conditions, other.patient)
    always = (*search.space.constraints(), *search.space.stated(), *other.constraints(), *other.stated())
    pair = _Pair(search, other, Solver(always, search.solver.effort), found, moved)
    for claim in claims.values():
        yield pair.result(claim)
    search.solver.questions += pair.solver.questions


class _Pair:
    """One patient, and one who differs from him in a fact."""

    def __init__(self, search: Search, other: Space, solver: Solver, found: Answer, moved: Answer) -> None:
        self.search = search
        self.other = other
        self.solver = solver
        self._found = found
        self._moved = moved

    def result(self, claim: Claim) -> Result:
        """The finding with both patients, the one without the result first."""
        undecided = Undecided(Code.NOT_MONOTONE, (), claim.id)
        fact = self.search.compiled.pack.facts[claim.fact]
        one, other = self.search.space.terms(fact.id), self.other.terms(fact.id)
        before, after = (one.number, other.number) if claim.rises else (other.number, one.number)
        assert before is not None and after is not None, "the loader lets only ordered facts rise"
        asked = [
            before < after,
            z3.And(one.settled, other.settled),
            *self._alike_but(fact),
            z3.Not(result_term(self._found, claim.result)),
            result_term(self._moved, claim.result),
        ]
        for tried in range(TRIES):
            answered = self.solver.ask(asked)
            if answered.model is None:
                is_proved = answered.verdict is Verdict.NOBODY and not tried
                return Proved(Code.NOT_MONOTONE) if is_proved else undecided
            wishes = [*plain_wishes(self.search.space), *plain_wishes(self.other)]
            _, answered = with_wishes(self.solver, asked, wishes, answered)
            assert answered.model is not None, "a wish is granted only where somebody is left"
            pair = patient_of(self.search.space, answered.model), patient_of(self.other, answered.model)
            if self._shows(pair, claim.result):
                direction = "rises" if claim.rises else "falls"
                message = f"{claim.title}: as `{fact.id}` {direction}, {said(claim.result)} appears"
                return Finding(
                    Code.NOT_MONOTONE, (), claim.id, message, claim.place, self._carried(pair, claim.result)
                )
            asked.append(self.search.others_than(answered.model))
        return undecided

    def _shows(self, pair: tuple[Patient, Patient], result: Claimed) -> bool:
        """The first patient is without the result, the second one has it."""
        without, having = (has_result(self.search.tried(each), result) for each in pair)
        return having and not without

    def _carried(self, pair: tuple[Patient, Patient], result: Claimed) -> tuple[Patient, ...]:
        """The pair, marked where both show it after a way through FHIR too."""
        wanted = (False, True)
        sent = [
            self.search.shows_as_sent(each, lambda tried, has=has: has_result(tried, result) is has)  # type: ignore[misc]
            for each, has in zip(pair, wanted, strict=True)
        ]
        return tuple(replace(each, is_carried=all(sent)) for each in pair)

    def _alike_but(self, fact: Fact) -> Iterator[z3.BoolRef]:
        """All else is the same: the instant, what is sent, and intervals that rest on other dates too."""
        space, pack = self.search.space, self.search.compiled.pack
        moving = {fact.id, *base_facts(pack, fact.id), *self._read_with(fact)}
        yield space.day == self.other.day
        for name in space.facts:
            terms, same = space.terms(name), self.other.terms(name)
            follows = not space.is_sent(name) and name in pack.facts
            free = name in moving or (
                follows and fact.derivation is None and moving & {*base_facts(pack, name)}
            )
            if free:
                continue
            if terms.number is not None:
                yield terms.number == same.number
            yield z3.And([is_in == same.members[code] for code, is_in in terms.members.items()])
            yield z3.And([truth == same.stands[status] for status, truth in terms.stands.items()])

    def _read_with(self, fact: Fact) -> list[str]:
        """Facts that are read from the very element of the very resource: they move along."""
        own = fact.binding
        return [
            other.id
            for other in self.search.compiled.pack.facts.values()
            if own
            and other.binding
            and (other.of or other.id) == (fact.of or fact.id)
            and (other.binding.element, other.binding.components) == (own.element, own.components)
        ]
