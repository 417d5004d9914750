"""What a pack must pass before it is published: a list of gates, each of which names what it found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.prove import prove_draft, require_solver
from pactolus_adapters.authoring.run_cases import run_case, told
from pactolus_adapters.matchers.process import ProcessMatcher
from pactolus_engine.cases import Case
from pactolus_engine.checks.run import check_pack
from pactolus_engine.errors import EnginesDisagree, MatcherFailed, SolverMissing
from pactolus_engine.pack.read import read_whole
from pactolus_engine.ports import Matcher

if TYPE_CHECKING:
    from pactolus_engine.proof.finding import Finding, Undecided

__all__ = ["Gate", "GateReport", "all_gates", "cases_gate", "check_gate", "prove_gate"]


@dataclass(frozen=True, slots=True)
class GateReport:
    """What one gate found. `problems`: a line each, none when the pack may pass; `statement`: JSON for the
    release, what was looked at and what was not."""

    problems: tuple[str, ...]
    statement: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that is looked at; `name` stands in the release."""

    name: str
    run: Callable[[Draft], GateReport]


def all_gates(at: datetime) -> tuple[Gate, ...]:
    """Every gate, in the order in which they are tried: the quick ones first. `at`: the instant for review dates."""
    return (
        Gate("check", partial(check_gate, at=at)),
        Gate("cases", cases_gate),
        Gate("prove", prove_gate),
    )


def check_gate(draft: Draft, *, at: datetime) -> GateReport:
    """The checks find nothing that is not waived with a reason."""
    checked = check_pack(read_whole(draft.name, draft.files), at)
    waived = [
        f"{one.finding.code} {one.finding.kind} {one.finding.id}: {one.reason}" for one in checked.waived
    ]
    return GateReport(
        tuple(map(str, checked.findings)), {"findings": len(checked.findings), "waived": waived}
    )


def cases_gate(draft: Draft) -> GateReport:
    """The pack's own cases come out as they say, through both engines; a pack without cases shows nothing."""
    cases = draft.cases()
    if not cases:
        return GateReport(("the pack has no case",), {"number": 0})
    matcher = ProcessMatcher()
    try:
        problems = [line for case in cases for line in _differences(case, draft, matcher)]
    finally:
        matcher.close()
    return GateReport(tuple(problems), {"number": len(cases)})


def prove_gate(draft: Draft) -> GateReport:
    """The proof finds nothing that the pack does not accept with a reason. What it could not decide within its
    bound keeps nobody out, and stands in the release."""
    try:
        require_solver()
    except SolverMissing as missing:
        return GateReport((str(missing),), {})
    matcher = ProcessMatcher()
    try:
        report = prove_draft(draft, matcher)
    finally:
        matcher.close()
    problems = tuple(_proof_problem(one) for one in report.open_findings)
    accepted = [f"{one.code.value} {_about(one)}: {one.accepted}" for one in report.findings if one.accepted]
    return GateReport(
        problems,
        {
            "solver": f"z3-solver {version('z3-solver')}",
            "questions": report.questions,
            "proved": {code.value: number for code, number in report.proved.items()},
            "findings": len(problems),
            "accepted": accepted,
            "undecided": [f"{one.code.value} {_about(one)}" for one in report.undecided],
        },
    )


def _proof_problem(finding: "Finding") -> str:
    place = finding.place
    return f"{place.file}:{place.line}:{place.column}: {finding.code.value}: {finding.message}"


def _about(one: "Finding | Undecided") -> str:
    return " ".join((*one.rules, *((one.subject,) if one.subject else ()))) or "the pack"


def _differences(case: Case, draft: Draft, matcher: Matcher) -> list[str]:
    try:
        result = run_case(case, draft, matcher)
    except (EnginesDisagree, MatcherFailed) as error:
        return [f"{case.place.file}: {error}"]
    return told(case, result.differences)
