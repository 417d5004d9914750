"""The use case: every question about a pack in order, and what became of each."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.pack.claims import Accepted, Claims, Code
from pactolus_engine.pack.model import Condition
from pactolus_engine.ports import Matcher
from pactolus_engine.proof.answer import Answer, answer
from pactolus_engine.proof.contradictions import contradictions, not_told, offered_while_blocked
from pactolus_engine.proof.declared import properties
from pactolus_engine.proof.finding import Finding, Proved, Report, Result, Undecided
from pactolus_engine.proof.gaps import gaps
from pactolus_engine.proof.monotone import monotone
from pactolus_engine.proof.reach import never_offered, reachable, shadowed
from pactolus_engine.proof.redundancy import redundant, subsumed
from pactolus_engine.proof.search import Carrier, Search

__all__ = ["prove"]

Progress = Callable[[str], None]
"""Is told which question is asked next."""


def prove(
    compiled: CompiledPack,
    matcher: Matcher,
    *,
    effort: int = 1,
    carried: Carrier | None = None,
    progress: Progress = lambda _: None,
) -> Report:
    """Asks everything that is asked of a pack; the same pack and effort give the same report.

    `effort`: a multiple of the steps that the solver may take for one question. `carried`: with it,
    patients are preferred who show a finding after a round through FHIR.
    """
    claims = compiled.pack.claims
    also = _conditions(claims)
    search = Search(compiled, matcher, also, effort, carried)
    found = answer(compiled.pack, compiled.conditions, search.space.patient)
    results = list(_results(search, found, progress))
    findings = [one for one in results if isinstance(one, Finding)]
    return Report(
        findings=tuple(_with_acceptance(findings, claims.accepted)),
        undecided=tuple(one for one in results if isinstance(one, Undecided)),
        proved=Counter(one.code for one in results if isinstance(one, Proved)),
        questions=search.solver.questions,
    )


def _conditions(claims: Claims) -> tuple[Condition, ...]:
    properties, declared_gaps = claims.properties.values(), claims.gaps.values()
    return (*(one.when for one in properties), *(one.when for one in declared_gaps))


def _results(search: Search, found: Answer, progress: Progress) -> Iterator[Result]:
    progress("gaps")
    yield from gaps(search, found)
    progress("contradictions")
    yield from contradictions(search, found)
    for option in sorted(search.compiled.pack.options):
        progress(f"option {option}")
        yield never_offered(search, found, option)
    for rule in sorted(search.compiled.conditions):
        progress(f"rule {rule}")
        yield from _of_rule(search, found, rule)
    progress("options that are blocked")
    yield from offered_while_blocked(search, found)
    yield from not_told(search, found)
    progress("properties")
    yield from properties(search, found)
    progress("what is monotone")
    yield from monotone(search, found)


def _of_rule(search: Search, found: Answer, name: str) -> Iterator[Result]:
    """What there is to say of one rule; the first finding says why there is no use in the others."""
    rule = search.compiled.pack.rules[name]
    checks: tuple[Callable[[], Result | None], ...] = (
        lambda: reachable(search, rule),
        lambda: shadowed(search, found, rule),
        lambda: subsumed(search, found, rule),
        lambda: redundant(search, found, rule),
    )
    for check in checks:
        result = check()
        if result is not None:
            yield result
        if isinstance(result, Finding):
            return


def _with_acceptance(findings: Iterable[Finding], accepted: tuple[Accepted, ...]) -> Iterator[Finding]:
    """The findings, those that the pack accepts with its reason; and what it accepts without need."""
    used: set[Accepted] = set()
    for finding in findings:
        about = {*finding.rules[:1], finding.subject}
        fitting = next((a for a in accepted if a.code is finding.code and a.about in about), None)
        if fitting is not None:
            used.add(fitting)
        yield finding if fitting is None else replace(finding, accepted=fitting.reason)
    for one in accepted:
        if one not in used:
            message = f"the pack accepts `{one.code.value}`, and there is no such finding"
            yield Finding(Code.UNUSED_ACCEPTANCE, (), one.about, message, one.place)
