"""A case that comes to no decision is a failure with its own word, and the next case runs."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pactolus_adapters.authoring.draft import Draft, read_draft
from pactolus_adapters.authoring.judge_cases import Verdict, chosen, judge
from pactolus_engine.cases import Case, Expectation
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.decision import Outcome
from pactolus_engine.errors import MatcherFailed
from pactolus_engine.pack.model import Place
from tests.support.small_files import SMALL
from tests.support.small_packs import InProcess

_FILES = {name: text.encode() for name, text in SMALL.items()}


def _draft() -> Draft:
    return read_draft("small", _FILES)


class _Deaf:
    """A rule engine that never answers."""

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        raise MatcherFailed("durable-rules gave no answer")

    def close(self) -> None: ...


class _Silent:
    """A rule engine that finds nothing."""

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        return frozenset()

    def close(self) -> None: ...


def test_engines_that_disagree() -> None:
    draft = _draft()
    verdicts = list(judge(draft.cases(), draft, _Silent()))
    assert {one.verdict for one in verdicts} == {Verdict.DISAGREE}
    assert "offered" in verdicts[0].message


def test_an_engine_that_gives_no_answer() -> None:
    draft = _draft()
    assert {one.verdict for one in judge(draft.cases(), draft, _Deaf())} == {Verdict.NO_ANSWER}


def test_a_crash_is_told_by_its_place_and_not_by_its_text() -> None:
    draft = _draft()
    lost = Case(
        "no such file",
        datetime(2026, 3, 1, 9, tzinfo=UTC),
        None,
        "cases/secret.json",
        Expectation(Outcome.OFFER),
        Place("cases/lost.yaml", 1, 1),
    )
    crashed, passed = judge((lost, draft.cases()[0]), draft, InProcess())
    assert crashed.verdict is Verdict.CRASHED
    assert "run_cases.py, line" in crashed.message and "secret" not in crashed.message
    assert passed.passed


def test_cases_are_chosen_by_the_name_of_the_file() -> None:
    cases = _draft().cases()
    assert [case.place.file for case in chosen(cases, ("pos*", "site-*"))] == [
        "cases/positive.yaml",
        "cases/site-minimum.yaml",
    ]
    assert chosen(cases, ()) == cases
