"""Runs the cases of a pack through the way that a request goes, and tells where they come out otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.earlier_case import answered_after
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.settings import Settings
from pactolus_engine.cases import Case, Expectation
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Decision
from pactolus_engine.errors import InputInvalid
from pactolus_engine.evaluate import evaluate
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.model import Effect, Pack
from pactolus_engine.ports import Matcher

__all__ = ["CaseResult", "Difference", "case_facts", "differences", "run_case", "sides", "told"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came out of a case. `decision` is None when the input was refused.

    `differences`: where it is not as the case says: key of the expectation → what came out.
    """

    case: Case
    decision: Decision | None
    differences: Mapping[str, object]

    @property
    def passed(self) -> bool:
        """All is as the case says."""
        return not self.differences


def run_case(case: Case, draft: Draft, matcher: Matcher) -> CaseResult:
    """Evaluates one case and compares. Raises `EnginesDisagree` and `MatcherFailed` as evaluation does."""
    compiled = draft.compiled_with(case.overlay)
    try:
        decision = _decided(case, draft.files, compiled, matcher)
    except InputInvalid as refusal:
        places = tuple(sorted({violation.field for violation in refusal.violations}))
        return CaseResult(case, None, {} if places == case.expect.refused else {"refused": places})
    if case.expect.refused:
        return CaseResult(case, decision, {"refused": ()})
    return CaseResult(case, decision, differences(decision, case.expect, compiled.pack))


def case_facts(case: Case, files: Mapping[str, bytes], pack: Pack) -> FactSet:
    """The facts of a case, from its own words or from its FHIR file; raises `InputInvalid`."""
    if case.facts is not None:
        return case.facts
    settings = Settings()
    limits = Limits(settings.resource_bytes, settings.request_bytes)
    return read((files[case.resources],), b"", "", pack, local_base=settings.code_systems, limits=limits)


def _decided(case: Case, files: Mapping[str, bytes], compiled: CompiledPack, matcher: Matcher) -> Decision:
    if case.earlier:
        return answered_after(case, files, compiled, matcher).decision
    return evaluate(case_facts(case, files, compiled.pack), compiled, case.at, matcher)


def differences(decision: Decision, expect: Expectation, pack: Pack) -> dict[str, object]:
    """What came out where the expectation says something else; empty when all is as it says."""
    settled = decision.replacement or decision
    found = _found(decision, settled) | {"caveats": _caveats(settled, expect, pack)}
    said = _said(expect)
    wrong = {key: found[key] for key, value in said.items() if value is not None and value != found[key]}
    return wrong | _wrong_rules(settled, expect, pack)


def _found(decision: Decision, settled: Decision) -> dict[str, object]:
    return {
        "outcome": decision.outcome,
        "replacement": settled.outcome,
        "status": " or ".join(sorted({one.new_status for one in decision.retracted})),
        "options": sorted(option.id for option in settled.options),
        "missing": [missing.fact for missing in settled.missing],
        "conclusions": _concluded(settled),
        "off": [rule.rule for rule in settled.trace.rules_off],
        "reasons": sorted({reason.rule for reason in settled.reasons}),
        "assumed": sorted(assumption.fact for assumption in settled.assumptions),
    }


def _concluded(decision: Decision) -> dict[str, str]:
    """Finding → its value; two values of one finding are both told, so that no case takes one of them."""
    found: dict[str, set[str]] = {}
    for conclusion in decision.conclusions:
        found.setdefault(conclusion.id, set()).add(conclusion.value)
    return {finding: " and ".join(sorted(values)) for finding, values in found.items()}


def _said(expect: Expectation) -> dict[str, object]:
    return {
        "outcome": expect.outcome,
        "replacement": expect.replacement,
        "status": expect.status,
        "options": None if expect.options is None else sorted(expect.options),
        "missing": None if expect.missing is None else list(expect.missing),
        "conclusions": expect.conclusions,
        "off": None if expect.off is None else sorted(expect.off),
        "reasons": None if expect.reasons is None else sorted(expect.reasons),
        "assumed": None if expect.assumed is None else sorted(expect.assumed),
        "caveats": _sorted(expect.caveats),
    }


def _caveats(decision: Decision, expect: Expectation, pack: Pack) -> dict[str, list[str]]:
    """The pack's own caveats beside each option that the case speaks of; None where it is not offered."""
    beside = {
        option.id: sorted(c.rule for c in option.caveats if c.rule in pack.rules)
        for option in decision.options
    }
    return {option: beside.get(option, ["not offered"]) for option in expect.caveats or ()}


def _sorted(caveats: Mapping[str, tuple[str, ...]] | None) -> dict[str, list[str]] | None:
    return None if caveats is None else {option: sorted(rules) for option, rules in caveats.items()}


def _wrong_rules(decision: Decision, expect: Expectation, pack: Pack) -> dict[str, object]:
    truths = {rule.rule: rule.truth for rule in decision.trace.rules}
    acting = {rule.id for rule in pack.rules.values() if rule.effect is not Effect.DEFINE}
    wrong: dict[str, object] = {
        f"fired {rule}": truths.get(rule) for rule in expect.fired if truths.get(rule) != "true"
    }
    wrong |= {f"not-fired {rule}": "true" for rule in expect.not_fired if truths.get(rule) == "true"}
    return wrong | {f"{rule} is a definition": "" for rule in {*expect.fired, *expect.not_fired} - acting}


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a case comes out otherwise: the key of the expectation and both sides, in words."""

    key: str
    expected: str
    got: str


def sides(case: Case, found: Mapping[str, object]) -> tuple[Difference, ...]:
    """The differences of a result in words."""
    return tuple(
        Difference(key, _shown(_expected(case.expect, key)), _shown(got)) for key, got in found.items()
    )


def told(case: Case, found: Mapping[str, object]) -> list[str]:
    """A line for each difference: the file, what was expected, what came out."""
    return [
        f"{case.place.file}: {one.key}: expected {one.expected}, got {one.got}" for one in sides(case, found)
    ]


def _expected(expect: Expectation, key: str) -> object:
    """What the case says under the key of a difference, which may go on with the id of a rule."""
    said: dict[str, object] = {"fired": "true", "not-fired": "anything but true"}
    word, *rule = key.split(" ")
    if rule:
        return said.get(word, "a rule of another effect")
    return getattr(expect, word.replace("-", "_"))


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_shown(each)}" for key, each in sorted(value.items())) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value)) or "none"
    return "nothing" if value in (None, "") else str(value)
