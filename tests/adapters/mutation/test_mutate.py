"""The mutation run: the score counted by hand, the same report however it is run, and no shortcut that lies."""

from functools import cache

import pytest

from pactolus_adapters.authoring.draft import Draft, read_draft
from pactolus_adapters.authoring.letters import LetterMatcher
from pactolus_adapters.authoring.mutate import Choice, MutationReport, mutate
from pactolus_adapters.authoring.mutation_bench import Bench, Fate, all_mutants
from pactolus_adapters.authoring.run_cases import run_case
from pactolus_adapters.packs.folder import read_pack_files
from pactolus_engine.cases import Case
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.errors import PackInvalid
from pactolus_engine.mutants.generate import mutants_of
from pactolus_engine.mutants.mutant import ChangedParameter, mutated
from pactolus_engine.pack.model import Pack
from tests.house.tree import ROOT
from tests.support.tiny_pack import one_rule_pack

_SIX = "name: six\nat: 2026-03-01T09:00:00Z\nfacts: {cycles: 6}\nexpect: {outcome: CONCLUDED}\n"
_FIVE = "name: five\nat: 2026-03-01T09:00:00Z\nfacts: {cycles: 5}\nexpect: {outcome: OUT_OF_SCOPE}\n"
_NONE = "name: none\nat: 2026-03-01T09:00:00Z\nfacts: {}\nexpect: {outcome: NEED_DATA}\n"

_ALL = Choice()


def _untold(_done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def _report(draft: Draft, choice: Choice = _ALL, jobs: int = 1) -> MutationReport:
    return mutate(draft, choice, jobs, _untold)


def _fates(report: MutationReport) -> dict[str, str]:
    return {one.mutant.id: one.fate.value for one in report.results}


def test_the_score_of_a_pack_of_one_rule() -> None:
    report = _report(one_rule_pack({"six": _SIX, "five": _FIVE, "none": _NONE}))
    assert _fates(report) == {
        "rule/enough/boundary/when": "killed",  # six is no longer enough
        "rule/enough/turned/when": "killed",
        "rule/enough/shift-up/when": "equivalent",  # at least 7 is above 6
        "rule/enough/shift-down/when": "killed",  # five would be enough
        "rule/enough/negate/when": "killed",
        "rule/enough/drop-rule": "killed",
        "fact/cycles/absence/optional": "killed",  # nothing would be missing
        "fact/cycles/several/earliest": "survived",  # no case has two counts
        "codes/cycles/drop-code/mrd.cycles": "survived",  # no case is FHIR
    }
    assert (report.tried, report.tenths) == (8, 750)


@pytest.mark.parametrize(
    ("cases", "killed"), [({"six": _SIX}, 3), ({"six": _SIX, "five": _FIVE}, 5), ({"none": _NONE}, 2)]
)
def test_more_cases_kill_more(cases: dict[str, str], killed: int) -> None:
    report = _report(one_rule_pack(cases))
    assert (len(report.of(Fate.KILLED)), report.tenths) == (killed, killed * 125)


def test_the_report_does_not_depend_on_the_number_of_processes() -> None:
    draft = one_rule_pack({"six": _SIX, "five": _FIVE})
    assert _report(draft, jobs=3) == _report(draft)


def test_progress_is_told_after_each_mutant_that_is_tried() -> None:
    heard: list[tuple[int, int]] = []
    mutate(one_rule_pack({"six": _SIX}), _ALL, 1, lambda done, total: heard.append((done, total)))
    assert heard == [(done, 8) for done in range(1, 9)]


def test_a_choice_is_by_part_by_operator_and_a_sample_that_stays() -> None:
    draft = one_rule_pack({"six": _SIX})
    assert set(_fates(_report(draft, Choice(parts=("cycles",))))) == {
        "fact/cycles/absence/optional",
        "fact/cycles/several/earliest",
        "codes/cycles/drop-code/mrd.cycles",
    }
    assert set(_fates(_report(draft, Choice(operators=("negate", "boundary"))))) == {
        "rule/enough/negate/when",
        "rule/enough/boundary/when",
    }
    sample = list(_fates(_report(draft, Choice(sample=4))))
    assert len(sample) == 4 and set(sample) <= set(_fates(_report(draft)))
    assert list(_fates(_report(draft, Choice(sample=4)))) == sample
    assert set(_fates(_report(draft, Choice(sample=3)))) < set(sample)


def test_a_case_that_fails_already_is_told_and_nothing_is_tried() -> None:
    wrong = _SIX.replace("CONCLUDED", "HOLD")
    report = _report(one_rule_pack({"six": _SIX, "wrong": wrong}))
    assert (report.failing, report.results, report.tenths) == (("cases/wrong.yaml",), (), 1000)


def test_stated_survivors_keep_their_reasons_and_strays_are_told() -> None:
    stated = (
        "- {mutant: fact/cycles/several/earliest, reason: one count is sent}\n"
        "- {mutant: rule/enough/boundary/when, reason: wrong}\n"
        "- {mutant: rule/enough/shift-up/when, reason: wrong too}\n"
        "- {mutant: rule/gone/boundary/when, reason: the rule was renamed}\n"
    )
    report = _report(one_rule_pack({"six": _SIX}, {"mutants.yaml": stated}))
    reasons = {one.mutant.id: one.reason for one in report.results if one.reason}
    assert reasons == {"fact/cycles/several/earliest": "one count is sent"}
    assert report.tenths == 375  # a reason does not raise the score
    assert [(one.mutant, one.place.line, why) for one, why in report.strays] == [
        ("rule/enough/boundary/when", 2, "it is killed by cases/six.yaml"),
        ("rule/enough/shift-up/when", 3, "it is equivalent"),
        ("rule/gone/boundary/when", 4, "there is no such mutant"),
    ]


def test_a_stated_survivor_that_was_not_chosen_is_left_alone() -> None:
    stated = {"mutants.yaml": "- {mutant: rule/enough/boundary/when, reason: wrong}\n"}
    report = _report(one_rule_pack({"six": _SIX}, stated), Choice(parts=("cycles",)))
    assert report.strays == ()


# --- the packs of the repository -----------------------------------------------------------------------


@cache
def _shipped(name: str) -> Draft:
    return read_draft(name, read_pack_files(ROOT / "rules" / name))


def test_of_a_sample_of_the_endpoint_pack_hardly_any_survives() -> None:
    """The whole of both packs is run by `make mutants`."""
    report = _report(_shipped("midas-endpoint"), Choice(sample=25))
    assert report.tenths >= 900, [one.mutant.id for one in report.of(Fate.SURVIVED)]
    assert report.strays == ()


@pytest.mark.parametrize("name", ["master-like", "midas-consolidation", "midas-endpoint", "r-iss"])
def test_every_stated_survivor_is_a_mutant_that_is_tried(name: str) -> None:
    draft = _shipped(name)
    mutants, alike = all_mutants(draft, ("",))
    stated = [one.mutant for one in draft.pack.survivors]
    assert stated and set(stated) <= mutants.keys() - alike.keys()


@pytest.mark.parametrize(
    ("name", "step"), [("master-like", 7), ("midas-consolidation", 53), ("midas-endpoint", 17)]
)
def test_what_is_not_computed_again_would_have_come_out_the_same(name: str, step: int) -> None:
    """A few mutants on a few cases, each case of each mutant whole: the shortcuts must say the same."""
    draft = _shipped(name)
    every = draft.cases()
    cases = every[3::step] + tuple(case for case in every if case.earlier)[:1]
    overlays = tuple(sorted({"", *(case.overlay for case in cases)}))
    bench = Bench(draft, cases)
    for mutant in _sampled(draft, 8):
        compiled = _compiled(draft, mutant, overlays)
        if compiled is None:
            continue
        alone = Draft(draft.name, draft.files, compiled[""], compiled)
        killed = {case.place.file for case in cases if _comes_otherwise(case, alone)}
        verdict = bench.verdict(mutant)
        assert (verdict.fate is Fate.KILLED) == bool(killed), mutant
        assert not killed or verdict.ground in killed


def _sampled(draft: Draft, number: int) -> list[str]:
    mutants, alike = all_mutants(draft, ("",))
    open_ones = [one for name, one in mutants.items() if name not in alike and one.operator != "drop-rule"]
    return [one.id for one in Choice(sample=number).of(open_ones)]


def _compiled(draft: Draft, mutant: str, overlays: tuple[str, ...]) -> dict[str, CompiledPack] | None:
    found = {}
    for overlay in overlays:
        base = draft.compiled_with(overlay)
        (change,) = [one.change for one in mutants_of(base) if one.id == mutant]
        assert not isinstance(change, ChangedParameter)
        try:
            found[overlay] = compile_pack(mutated(base.pack, change, _unread))
        except PackInvalid:
            return None
    return found


def _unread(_values: object) -> Pack:
    raise AssertionError("no parameter is changed")


def _comes_otherwise(case: Case, alone: Draft) -> bool:
    return not run_case(case, alone, LetterMatcher()).passed
