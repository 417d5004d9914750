"""Cases judged one by one: a case that crashes is a failure with its own word, and the next one runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from traceback import extract_tb

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.run_cases import CaseResult, Difference, run_case, sides
from pactolus_engine.cases import Case
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.conditions import atoms_of
from pactolus_engine.decision import Decision, FactTrace, Outcome, Reason, RuleTrace
from pactolus_engine.errors import EnginesDisagree, MatcherFailed
from pactolus_engine.ports import Matcher

__all__ = [
    "JudgedCase",
    "Verdict",
    "bearing_rules",
    "case_stem",
    "chosen",
    "deciding",
    "facts_of",
    "judge",
    "settled",
]


class Verdict(StrEnum):
    """How a case came out; all but `passed` are failures."""

    PASSED = "passed"
    FAILED = "failed"
    DISAGREE = "engines disagree"
    NO_ANSWER = "no answer"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """A case and what came of it. `result` is None when it came to no decision; `message` says why."""

    case: Case
    verdict: Verdict
    result: CaseResult | None = None
    message: str = ""

    @property
    def passed(self) -> bool:
        """All is as the case says."""
        return self.verdict is Verdict.PASSED

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Where it came out otherwise, in words."""
        return sides(self.case, self.result.differences) if self.result else ()


def case_stem(case: Case) -> str:
    """The name of the case's file without folder and ending."""
    return PurePosixPath(case.place.file).stem


def chosen(cases: tuple[Case, ...], patterns: tuple[str, ...]) -> tuple[Case, ...]:
    """The cases whose file is named so (`*` and `?` as in a shell); all when no pattern is given."""
    return tuple(
        case
        for case in cases
        if not patterns or any(fnmatchcase(case_stem(case), pattern) for pattern in patterns)
    )


def judge(cases: tuple[Case, ...], draft: Draft, matcher: Matcher) -> Iterator[JudgedCase]:
    """Runs each case through both engines. Raises nothing that a case may cause."""
    for case in cases:
        yield _judged(case, draft, matcher)


def _judged(case: Case, draft: Draft, matcher: Matcher) -> JudgedCase:
    try:
        result = run_case(case, draft, matcher)
    except EnginesDisagree as error:
        return JudgedCase(case, Verdict.DISAGREE, message=f"on {', '.join(error.rules)}")
    except MatcherFailed as error:
        return JudgedCase(case, Verdict.NO_ANSWER, message=str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cases are to be run
        return JudgedCase(case, Verdict.CRASHED, message=_where(error))
    return JudgedCase(case, Verdict.PASSED if result.passed else Verdict.FAILED, result)


def _where(error: Exception) -> str:
    """The place of a defect; the text of the error may hold what a resource held."""
    last = extract_tb(error.__traceback__)[-1]
    return (
        f"a defect of Pactolus, in {PurePosixPath(last.filename).name}, line {last.lineno}; please report it"
    )


# --- what a failure is told with ----------------------------------------------------------------------


def settled(decision: Decision) -> Decision:
    """The decision that the expectation speaks of: of a RETRACT, what takes its place."""
    return decision.replacement or decision


def deciding(decision: Decision) -> tuple[Reason, ...]:
    """The reasons that are true; where none is, or data are missing, those that may yet apply too."""
    true = tuple(reason for reason in decision.reasons if reason.truth == "true")
    return decision.reasons if decision.outcome is Outcome.NEED_DATA or not true else true


def bearing_rules(judged: JudgedCase, compiled: CompiledPack) -> tuple[RuleTrace, ...]:
    """The rules that bear on the differences, in the order of their ids.

    The rules that a difference names; of outcome, status and missing facts the rules that decided; of options
    and conclusions the rules that offer, block or conclude what differs, and those that decided.
    """
    result = judged.result
    if result is None or result.decision is None:
        return ()
    decision = settled(result.decision)
    names: set[str] = set()
    for key, got in result.differences.items():
        names |= _bearing_on(key, got, judged.case, decision, compiled)
    return tuple(rule for rule in decision.trace.rules if rule.rule in names)


def _bearing_on(key: str, got: object, case: Case, decision: Decision, compiled: CompiledPack) -> set[str]:
    word, _, rule = key.partition(" ")
    if rule:
        return {rule}
    if word == "reasons":
        return _odd(case.expect.reasons, got)
    decided = {reason.rule for reason in deciding(decision)}
    targets = {
        "options": _odd(case.expect.options, got),
        "conclusions": _unlike(case.expect.conclusions, got),
    }
    aimed = targets.get(word, _odd(case.expect.options, ()))
    return decided | {rule.id for rule in compiled.pack.rules.values() if rule.target in aimed}


def _odd(one: object, other: object) -> set[str]:
    """What stands in one of two lists only."""
    return set(one if isinstance(one, tuple | list) else ()) ^ set(
        other if isinstance(other, tuple | list) else ()
    )


def _unlike(one: object, other: object) -> set[str]:
    """The keys that two maps do not share with the same value."""
    left, right = (dict(each) if isinstance(each, dict) else {} for each in (one, other))
    return {key for key in {*left, *right} if left.get(key) != right.get(key)}


def facts_of(
    rules: tuple[RuleTrace, ...], decision: Decision, compiled: CompiledPack
) -> tuple[FactTrace, ...]:
    """Every fact that these rules look at, once, by id."""
    asked = {atom.fact for rule in rules for atom in atoms_of(compiled.conditions[rule.rule])}
    return tuple(fact for fact in settled(decision).trace.facts if fact.fact in asked)
