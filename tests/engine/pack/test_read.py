"""What a good pack becomes, and how a bad one is refused: whole, with every mistake at once."""

from decimal import Decimal

import pytest

from pactolus_engine.pack.model import (
    All,
    Any,
    Binding,
    Comparison,
    Defined,
    Effect,
    Membership,
    Not,
    Operator,
    Pack,
    SetEquality,
    Status,
    StatusTest,
)
from pactolus_engine.pack.read import read_pack
from tests.engine.pack.minimal import changed, issues_of, minimal_files


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack("minimal", minimal_files())


def test_metadata(pack: Pack) -> None:
    assert (pack.id, pack.version, pack.language, pack.approvals) == ("minimal", "1.2.3", "1", ())
    assert (pack.evidence_as_of.isoformat(), pack.review_by.isoformat()) == ("2026-01-31", "2027-01-31")


def test_who_made_a_pack_and_who_paid_may_be_said(pack: Pack) -> None:
    assert (pack.developer, pack.funding) == ("", "")
    said = changed(
        ("pack.yaml", "language: 1\n", "language: 1\ndeveloper: Tests & Sons\nfunding: not funded\n")
    )
    told = read_pack("minimal", said)
    assert (told.developer, told.funding) == ("Tests & Sons", "not funded")
    assert told.digest != pack.digest
    blank = changed(("pack.yaml", "language: 1\n", 'language: 1\nfunding: ""\n'))
    assert issues_of(blank) == ["pack.yaml:4:10: expected a text, found a blank one"]


def test_every_part_is_there(pack: Pack) -> None:
    assert list(pack.facts) == [
        "mrd", "specimen", "sample-date", "relapse", "cycles", "regimen", "birth-date", "age", "sample-age"
    ]  # fmt: skip
    assert list(pack.options) == ["go-on", "transplant"]
    assert set(pack.rules) == {
        "cycles-unknown", "marrow", "negative", "offer-go-on", "offer-transplant", "regimen", "relapsed",
        "status", "too-old",
    }  # fmt: skip
    assert pack.code_sets["mrd-result"].implies == {"specimen": "marrow-aspirate"}
    assert pack.evidence["trial"].doi == "10.1056/example"


def test_numbers_are_exact(pack: Pack) -> None:
    mrd = pack.facts["mrd"]
    assert (mrd.low, mrd.high, mrd.suspect_from) == (Decimal(0), Decimal(1), Decimal("0.05"))
    assert pack.rules["negative"].condition == All(
        (Comparison("mrd", Operator.BELOW, Decimal("0.00001")), Defined("marrow"))
    )


def test_bindings(pack: Pack) -> None:
    assert pack.facts["mrd"].binding == Binding(
        ("Observation",),
        ("mrd-result",),
        "clone-fraction",
        {"detected": "detected", "not-detected": "not-detected"},
        {"lod": "mrd-lod"},
    )
    specimen = pack.facts["specimen"]
    assert specimen.of == "mrd"
    assert specimen.binding is not None
    assert (specimen.binding.resources, specimen.binding.codes) == ((), ())


def test_conditions(pack: Pack) -> None:
    within = pack.rules["offer-go-on"].condition
    assert within == All(
        (
            Defined("mrd-negative"),
            All(
                (
                    Comparison("cycles", Operator.AT_LEAST, Decimal(6)),
                    Comparison("cycles", Operator.AT_MOST, Decimal(12)),
                )
            ),
        )
    )
    assert pack.rules["relapsed"].condition == Any(
        (
            Membership("relapse", frozenset({"true"})),
            StatusTest("relapse", frozenset({Status.NOT_FINAL, Status.UNREADABLE})),
        )
    )
    assert pack.rules["regimen"].condition == Not(
        SetEquality("regimen", frozenset({"isatuximab", "carfilzomib"}))
    )
    assert pack.rules["cycles-unknown"].condition == StatusTest("cycles", frozenset({Status.MISSING}))
    assert pack.facts["mrd"].prefer == (Defined("marrow"),)


@pytest.mark.parametrize(("word", "operator"), [("before", "below"), ("on-or-after", "at-least")])
def test_dates_become_day_ordinals(word: str, operator: str) -> None:
    condition = f"{{fact: sample-date, {word}: 1970-01-01}}"
    files = changed(("rules/too-old.yaml", "{fact: age, at-least: 66}", condition))
    expected = Comparison("sample-date", Operator(operator), Decimal(719163))
    assert read_pack("m", files).rules["too-old"].condition == expected


def test_effects(pack: Pack) -> None:
    effects = {rule.id: (rule.effect, rule.target, rule.value, rule.options) for rule in pack.rules.values()}
    assert effects["status"] == (Effect.CONCLUDE, "mrd-status", "negative", ())
    assert effects["regimen"] == (Effect.BLOCK, "transplant", "", ())
    assert effects["cycles-unknown"] == (Effect.CAVEAT, "", "", ("transplant",))
    assert effects["too-old"] == (Effect.EXCLUDE, "", "", ())


def test_several_mistakes_in_several_files_come_together() -> None:
    files = changed(
        ("pack.yaml", "language: 1", "language: 7"),
        ("facts.yaml", "type: integer", "type: int"),
        ("options.yaml", "kind: service", "kind: servce"),
        ("rules/too-old.yaml", "at-least: 66", "at-least: 660"),
        ("rules/status.yaml", "title: MRD status", "titel: MRD status"),
        ("cases/negative.yaml", "outcome: OFFER", "outcome: OFER"),
    )
    assert [issue.split(": ")[0] for issue in issues_of(files)] == [
        "cases/negative.yaml:12:12",
        "facts.yaml:44:9",
        "options.yaml:12:14",
        "pack.yaml:3:11",
        "rules/status.yaml:1:1",
        "rules/status.yaml:2:1",
        "rules/too-old.yaml:4:29",
    ]


def test_a_broken_file_makes_no_echoes_elsewhere() -> None:
    files = minimal_files() | {
        "facts.yaml": b"mrd: [",
        "codes.yaml": b"\xff",
        "rules/marrow.yaml": b"a: b: c",
    }
    assert [issue.split(": ")[0] for issue in issues_of(files)] == [
        "codes.yaml:1:1",
        "facts.yaml:1:7",
        "rules/marrow.yaml:1:5",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "rules/Too-Old.yaml",
        "rules/old.yml",
        "rules/a/b.yaml",
        "notes.txt",
        "cases/x.yml",
        "rules/r\u0456.yaml",
    ],
)
def test_a_file_that_belongs_to_no_pack_is_not_passed_over(name: str) -> None:
    shown = name.replace("\u0456", "?")
    message = f"{shown}:1:1: no such file belongs to a pack (see the table of files)"
    assert message in issues_of(minimal_files() | {name: b""})


@pytest.mark.parametrize("name", ["pack.yaml", "facts.yaml"])
def test_a_missing_file_is_named(name: str) -> None:
    files = {file: content for file, content in minimal_files().items() if file != name}
    assert f"{name}:1:1: the file is missing" in issues_of(files)


def test_an_empty_pack_is_refused() -> None:
    assert issues_of({}) == [
        "facts.yaml:1:1: the file is missing",
        "pack.yaml:1:1: the file is missing",
        "pack.yaml:1:1: the pack has no rules",
    ]


def test_facts_that_choose_their_readings_by_each_other() -> None:
    files = changed(
        ("facts.yaml", "    - {defined: marrow}", "    - {fact: cycles, at-least: 1}"),
        ("facts.yaml", "  title: Cycles\n", "  title: Cycles\n  only: {defined: mrd-negative}\n"),
    )
    assert issues_of(files) == [
        "facts.yaml:42:1: the facts choose their readings by each other: `cycles` → `mrd` → `cycles`"
    ]


def test_a_fact_may_choose_by_itself_and_by_facts_of_its_own_resource() -> None:
    condition = "    - {any: [{fact: mrd, below: 0.01}, {fact: age, below: 66}]}"
    assert issues_of(changed(("facts.yaml", "    - {defined: marrow}", condition))) == []


def test_definitions_that_double_at_each_step_are_bounded() -> None:
    files = minimal_files()
    for number in range(40):
        below = f"n{number - 1}" if number else "marrow"
        files[f"rules/n{number}.yaml"] = (
            f"id: n{number}\ntitle: t\nwhen: {{all: [{{defined: {below}}}, {{defined: {below}}}]}}\n"
            f"effect: {{define: n{number}}}\n"
        ).encode()
    found = issues_of(files)
    assert found[0] == (
        "rules/n12.yaml:1:1: with its definitions put in, the condition holds more than 4096 tests"
    )
    assert len(found) == 28


def test_a_derived_fact_beside_its_input_is_found_through_definitions() -> None:
    files = changed(
        (
            "rules/marrow.yaml",
            "{fact: specimen, is: marrow-aspirate}",
            "{fact: birth-date, before: 1990-01-01}",
        )
    )
    assert issues_of(files) == [
        "rules/offer-go-on.yaml:1:1: rules use `birth-date` and `age`, which follows from it (test one of the two)"
    ]
