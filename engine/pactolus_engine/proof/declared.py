"""What the author of a pack claims in `properties.yaml`: properties, and what is monotone."""

from collections.abc import Iterator

import z3

from pactolus_engine.decision import Outcome
from pactolus_engine.pack.claims import Code, Property
from pactolus_engine.pack.claims import Result as Claimed
from pactolus_engine.proof.answer import Answer
from pactolus_engine.proof.finding import Finding, Proved, Result, Undecided
from pactolus_engine.proof.firm import FirmAnswer, TooManyCombinations, firm_answer
from pactolus_engine.proof.search import Found, Search, Tried
from pactolus_engine.proof.solve import Verdict

__all__ = ["has_result", "properties", "result_term", "said"]


def properties(search: Search, found: Answer) -> Iterator[Result]:
    """Each declared property, about complete patients or about those of whom facts are unknown."""
    for claim in search.compiled.pack.claims.properties.values():
        try:
            yield _property(search, claim, found)
        except TooManyCombinations:
            yield Undecided(Code.PROPERTY_VIOLATED, (), claim.id)


def _property(search: Search, claim: Property, found: Answer) -> Result:
    space = search.space
    about: Answer | FirmAnswer = firm_answer(search, claim.unknown) if claim.unknown else found
    fits = (space.seen if claim.unknown else space.patient).pair(claim.when).true
    somebody = [fits, *(about.somebody if isinstance(about, FirmAnswer) else ())]
    if search.somebody(somebody) is Verdict.NOBODY:
        message = "no patient fits it, so it says nothing"
        return Finding(Code.EMPTY_PROPERTY, (), claim.id, message, claim.place)
    has = result_term(about, claim.result)
    against = [*somebody, z3.Not(has) if claim.is_always else has]
    searched = _searched(search, claim, against)
    if searched.patient is not None:
        what = "does not get" if claim.is_always else "gets"
        message = f"{claim.title}: a patient {what} {said(claim.result)}"
        return Finding(Code.PROPERTY_VIOLATED, (), claim.id, message, claim.place, (searched.patient,))
    if searched.verdict is Verdict.NOBODY:
        return Proved(Code.PROPERTY_VIOLATED)
    return Undecided(Code.PROPERTY_VIOLATED, (), claim.id)


def _searched(search: Search, claim: Property, against: list[z3.BoolRef]) -> Found:
    """A patient against the claim. Of whom all is seen first; nobody seen is not yet nobody."""

    def shows(tried: Tried) -> bool:
        return tried.holds(claim.when) and has_result(tried, claim.result) is not claim.is_always

    return search.found(against, shows) if claim.unknown else search.example(against, shows)


def result_term(about: Answer | FirmAnswer, result: Claimed) -> z3.BoolRef:
    """The answer has the result."""
    if result.option:
        return about.offers(result.option)
    if result.outcomes:
        return z3.Or([about.outcome(outcome) for outcome in result.outcomes])
    return z3.And([about.concludes(name, value) for name, value in result.conclusions])


def has_result(tried: Tried, result: Claimed) -> bool:
    """The decision has the result."""
    decision = tried.decision
    if result.option:
        is_offer = decision.outcome is Outcome.OFFER
        return is_offer and result.option in {option.id for option in decision.options}
    if result.outcomes:
        return decision.outcome in result.outcomes
    stated = {(one.id, one.value) for one in decision.conclusions}
    return stated >= set(result.conclusions)


def said(result: Claimed) -> str:
    """The result in words."""
    if result.option:
        return f"the option `{result.option}`"
    if result.outcomes:
        return " or ".join(one.value for one in result.outcomes)
    return " and ".join(f"{name} = {value}" for name, value in result.conclusions)
