"""What a case may say of caveats and assumptions, and that it is held to it."""

import pytest

from pactolus_adapters.authoring.letters import LetterMatcher
from pactolus_adapters.authoring.run_cases import run_case, told
from pactolus_engine.errors import PackInvalid
from tests.support.tiny_pack import tiny_draft

_FACTS = "drugs: [isatuximab, carfilzomib], cycles: 6, specimen: marrow, sample-date: 2026-02-20, imaging: positive"


def _differences(expect: str) -> list[str]:
    text = f"name: n\nat: 2026-03-01T09:00:00Z\nfacts: {{{_FACTS}, mrd: 1e-6}}\nexpect: {{outcome: OFFER, {expect}}}\n"
    draft = tiny_draft({"one": text})
    (case,) = draft.cases()
    return told(case, run_case(case, draft, LetterMatcher()).differences)


@pytest.mark.parametrize(
    ("expect", "told_as"),
    [
        ("caveats: {more: [imaging-against-marrow]}", None),
        (
            "caveats: {more: []}",
            "caveats: expected more = none, got more = imaging-against-marrow",
        ),
        ("caveats: {transplant: []}", "caveats: expected transplant = none, got transplant = not offered"),
        ("caveats: {}", None),
        ("assumed: [relapse]", None),
        ("assumed: []", "assumed: expected none, got relapse"),
        ("assumed: [relapse, imaging]", "assumed: expected relapse, imaging, got relapse"),
    ],
)
def test_a_case_is_held_to_what_it_says(expect: str, told_as: str | None) -> None:
    found = _differences(expect)
    assert found == ([f"cases/one.yaml: {told_as}"] if told_as else [])


@pytest.mark.parametrize(
    ("expect", "issue"),
    [
        ("caveats: {nothing: []}", "undefined option `nothing`"),
        ("caveats: {more: [nobody]}", "undefined rule `nobody`"),
        ("caveats: [more]", "expected a map, found a list"),
        ("assumed: [nothing]", "undefined fact `nothing`"),
    ],
)
def test_a_name_that_is_not_there_is_told(expect: str, issue: str) -> None:
    with pytest.raises(PackInvalid, match=issue):
        _differences(expect)


def test_two_values_of_one_finding_are_both_told() -> None:
    text = (
        f"name: n\nat: 2026-03-01T09:00:00Z\nfacts: {{{_FACTS}, mrd: 1e-6}}\n"
        "expect: {outcome: OFFER, conclusions: {status: positive}}\n"
    )
    both = b"id: also\ntitle: t\ntext: t\nrationale: r\nwhen: {fact: mrd, below: 1}\neffect: {conclude: status, value: positive}\n"
    draft = tiny_draft({"one": text}, more={"rules/also.yaml": both})
    (case,) = draft.cases()
    assert told(case, run_case(case, draft, LetterMatcher()).differences) == [
        "cases/one.yaml: conclusions: expected status = positive, got status = negative and positive"
    ]
