"""The short form of a case becomes readings, as the FHIR reader would give them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from pactolus_engine.cases import Case, read_cases
from pactolus_engine.decision import Outcome
from pactolus_engine.errors import PackInvalid
from pactolus_engine.facts import FactSet, Reading, Standing
from pactolus_engine.pack.read import read_pack
from pactolus_engine.values import Codes, Interval, Members, date_interval, exactly
from tests.engine.pack.minimal import changed, minimal_files


def _cases(files: dict[str, bytes]) -> dict[str, Case]:
    cases = read_cases(files, read_pack("minimal", files))
    return {case.place.file.removeprefix("cases/"): case for case in cases}


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    return _cases(minimal_files())


def _facts(case: Case) -> FactSet:
    assert case.facts is not None
    return case.facts


def _readings(case: Case, fact: str) -> list[Reading]:
    return [reading for reading in _facts(case).readings if reading.fact == fact]


def test_cases_are_sorted_by_file(cases: dict[str, Case]) -> None:
    assert list(cases) == ["from-fhir.yaml", "negative.yaml", "two-samples.yaml"]


def test_instants_are_utc(cases: dict[str, Case]) -> None:
    assert cases["negative.yaml"].at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert cases["two-samples.yaml"].at == datetime(2026, 3, 1, 9, 0, 0, 250_000, tzinfo=UTC)


def test_what_is_expected(cases: dict[str, Case]) -> None:
    said = cases["negative.yaml"].expect
    assert (said.outcome, said.options, said.fired) == (Outcome.OFFER, ("go-on",), ("offer-go-on",))
    assert (said.not_fired, said.missing) == (("too-old",), ())
    assert said.conclusions == {"mrd-status": "negative"}
    silent = cases["two-samples.yaml"].expect
    assert (silent.options, silent.missing, silent.conclusions) == (None, None, None)


def test_values(cases: dict[str, Case]) -> None:
    values = {reading.fact: reading.value for reading in _facts(cases["negative.yaml"]).readings}
    assert values == {
        "mrd": Interval(Decimal(0), True, Decimal("1e-6"), False),
        "specimen": Codes(frozenset({"marrow-aspirate"})),
        "sample-date": date_interval(2026, 2),
        "birth-date": date_interval(1968),
        "cycles": exactly(6),
        "relapse": Codes(frozenset({"false"})),
        "regimen": Members(frozenset({"isatuximab", "carfilzomib"})),
    }


def test_facts_of_one_resource_share_origin_and_day(cases: dict[str, Case]) -> None:
    case = cases["negative.yaml"]
    group = [reading for reading in _facts(case).readings if reading.origin == "Observation/case-mrd"]
    assert {reading.fact for reading in group} == {"mrd", "specimen", "sample-date"}
    assert {reading.dated for reading in group} == {date_interval(2026, 2)}
    assert [reading.dated for reading in _readings(case, "cycles")] == [None]


def test_samples_are_kept_apart(cases: dict[str, Case]) -> None:
    first, second = _readings(cases["two-samples.yaml"], "mrd")
    assert (first.origin, second.origin) == ("Observation/case-mrd-1", "Observation/case-mrd-2")
    assert first.dated == exactly(date(2026, 2, 20).toordinal())
    assert second.value == Interval(Decimal("1e-6"), True, Decimal("2e-5"), True)


def test_standing(cases: dict[str, Case]) -> None:
    (cycles,) = _readings(cases["two-samples.yaml"], "cycles")
    assert (cycles.standing, cycles.value) == (Standing.NOT_FINAL, exactly(6))


def test_a_case_may_name_a_bundle(cases: dict[str, Case]) -> None:
    case = cases["from-fhir.yaml"]
    assert (case.facts, case.resources) == (None, "cases/bundle.json")


@pytest.mark.parametrize(
    ("written", "low", "low_closed", "high", "high_closed"),
    [
        ("{below: 1e-5}", "0", True, "1e-5", False),
        ("{at-most: 1e-5}", "0", True, "1e-5", True),
        ("{above: 1e-5}", "1e-5", False, "1", True),
        ("{at-least: 1e-5}", "1e-5", True, "1", True),
        ("{low: 1e-6}", "1e-6", True, "1", True),
        ("{high: 1e-6}", "0", True, "1e-6", True),
        ("{value: 1e-6}", "1e-6", True, "1e-6", True),
    ],
)
def test_limits(written: str, low: str, low_closed: bool, high: str, high_closed: bool) -> None:
    files = changed(("cases/negative.yaml", "{below: 1e-6}", written))
    (mrd,) = _readings(_cases(files)["negative.yaml"], "mrd")
    assert mrd.value == Interval(Decimal(low), low_closed, Decimal(high), high_closed)


@pytest.mark.parametrize("standing", ["not-final", "unusable", "unreadable"])
def test_a_standing_without_a_value(standing: str) -> None:
    files = changed(("cases/negative.yaml", "{below: 1e-6}", f"{{standing: {standing}}}"))
    (mrd,) = _readings(_cases(files)["negative.yaml"], "mrd")
    assert (mrd.value, mrd.standing) == (None, Standing(standing))


def test_cases_are_refused_together() -> None:
    files = minimal_files()
    pack = read_pack("minimal", files)
    broken = files | {"cases/negative.yaml": b"name: x", "cases/from-fhir.yaml": b"[]"}
    with pytest.raises(PackInvalid) as refused:
        read_cases(broken, pack)
    assert [str(issue) for issue in refused.value.issues] == [
        "cases/from-fhir.yaml:1:1: expected a map, found a list",
        "cases/negative.yaml:1:1: expected one of `facts` and `resources`",
        "cases/negative.yaml:1:1: missing key `at`",
        "cases/negative.yaml:1:1: missing key `expect`",
    ]


def _with_expectation(file: str, expect: str) -> dict[str, bytes]:
    """The minimal pack with this expectation in one of its cases."""
    files = minimal_files()
    head, _, _ = files[f"cases/{file}"].decode().partition("expect:")
    return files | {f"cases/{file}": f"{head}expect: {expect}\n".encode()}


def test_a_case_may_expect_a_refusal() -> None:
    case = _cases(_with_expectation("from-fhir.yaml", '{refused: ["b[0]", "a.b"]}'))["from-fhir.yaml"]
    assert (case.expect.outcome, case.expect.refused) == (None, ("a.b", "b[0]"))


@pytest.mark.parametrize(
    ("file", "expect", "message"),
    [
        ("from-fhir.yaml", "{refused: [a], outcome: OFFER}", "`outcome` is not allowed here"),
        ("from-fhir.yaml", "{refused: [a], missing: []}", "`missing` is not allowed here"),
        ("from-fhir.yaml", "{refused: []}", "at least one member"),
        ("two-samples.yaml", "{refused: [a]}", "only `resources` can be refused"),
        ("from-fhir.yaml", "{}", "missing key `outcome`"),
    ],
)
def test_an_expectation_that_cannot_be_met(file: str, expect: str, message: str) -> None:
    files = _with_expectation(file, expect)
    with pytest.raises(PackInvalid) as refused:
        read_cases(files, read_pack("minimal", minimal_files()))
    assert any(message in str(issue) for issue in refused.value.issues)


_EARLIER = """\
name: a result that changed
at: 2026-03-01T09:00:00Z
earlier: [bundle.json]
earlier-at: 2026-02-01T09:00:00+01:00
resources: bundle.json
expect:
  outcome: RETRACT
  replacement: NEED_DATA
  status: entered-in-error
"""


def test_a_case_may_say_what_was_sent_before() -> None:
    case = _cases(minimal_files() | {"cases/changed.yaml": _EARLIER.encode()})["changed.yaml"]
    assert case.earlier == ("cases/bundle.json",)
    assert case.earlier_at == datetime(2026, 2, 1, 8, tzinfo=UTC)
    assert (case.expect.replacement, case.expect.status) == (Outcome.NEED_DATA, "entered-in-error")


def test_a_case_need_not(cases: dict[str, Case]) -> None:
    case = cases["from-fhir.yaml"]
    assert (case.earlier, case.earlier_at, case.expect.replacement, case.expect.status) == (
        (),
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("written", "instead", "place", "message"),
    [
        ("[bundle.json]", "[nothing.json]", "3:11", "no such file"),
        ("[bundle.json]", "bundle.json", "3:10", "expected a list"),
        ("earlier: [bundle.json]\n", "", "3:1", "`earlier-at` belongs to `earlier`"),
        ("+01:00", "", "4:13", "expected an instant with its offset"),
        ("resources: bundle.json", "facts: {cycles: 6}", "3:1", "`earlier` belongs to `resources`"),
        ("RETRACT", "OFFER", "8:3", "`replacement` belongs to the outcome `RETRACT`"),
        ("RETRACT", "OFFER", "9:3", "`status` belongs to the outcome `RETRACT`"),
        ("NEED_DATA", "RETRACT", "8:16", "`replacement`"),
        ("entered-in-error", "cancelled", "9:11", "`status`"),
    ],
)
def test_what_a_case_says_of_before_is_checked(written: str, instead: str, place: str, message: str) -> None:
    content = _EARLIER.replace(written, instead)
    pack = read_pack("minimal", minimal_files())
    with pytest.raises(PackInvalid) as refused:
        read_cases(minimal_files() | {"cases/changed.yaml": content.encode()}, pack)
    found = [str(issue) for issue in refused.value.issues]
    assert any(f"cases/changed.yaml:{place}: " in one and message in one for one in found), found
