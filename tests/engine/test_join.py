"""What several samples say together."""

import pytest

from pactolus_engine.cells import value_partition
from pactolus_engine.join import Sample, domain, join
from pactolus_engine.pack.model import Fact, Status
from pactolus_engine.states import FactState
from pactolus_engine.values import Value
from tests.support.small_packs import (
    a_code,
    a_flag,
    a_fraction,
    a_set,
    a_whole,
    codes,
    compared,
    members,
    point,
    range_of,
    reading,
)

_AGREE = a_fraction(several="agree")


def _joined(fact: Fact, *samples: Sample) -> FactState:
    cells = value_partition(fact, [compared(fact.id, "below", "1e-5")]) if fact.type.is_ordered else None
    return join(fact, samples, cells)


def _sample(
    number: int, value: Value | None, standing: str = "final", *, fact: str, doubt: bool = False
) -> Sample:
    made = reading(fact, value, f"Observation/{number}", standing, note=f"note {number}")
    return Sample(fact, (made,), in_doubt=doubt)


def _mrd(*values: str) -> list[Sample]:
    return [_sample(number, range_of(value), fact="mrd") for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "value", "statuses"),
    [
        (["[1e-6, 1e-6]"], "[1e-6, 1e-6]", "known"),
        (["[1e-6, 1e-6]", "[2e-6, 2e-6]"], "[1e-6, 2e-6]", "known"),
        (["[1e-6, 1e-6]", "[1e-4, 1e-4]"], "[1e-6, 1e-4]", "disagreeing"),
        (["[9.99e-6, 9.99e-6]", "[1e-5, 1e-5]"], "[9.99e-6, 1e-5]", "disagreeing"),
        (["[1e-6, 1e-6]", "[0, 1e-4)"], "[0, 1e-4)", "known disagreeing"),
        (["[0, 1e-4)", "[0, 1e-4)"], "[0, 1e-4)", "known disagreeing"),
        (["[0, 1e-5)", "[0, 1e-6)"], "[0, 1e-5)", "known"),
        (["[0, 1e-6)", "[1e-7, 1e-6]"], "[0, 1e-6]", "known"),
        (["[1e-6, 1e-6]", "[2e-6, 2e-6]", "[1e-5, 1]"], "[1e-6, 1]", "disagreeing"),
    ],
)
def test_samples_agree_when_they_fall_in_one_cell(values: list[str], value: str, statuses: str) -> None:
    state = _joined(_AGREE, *_mrd(*values))
    assert state.value == range_of(value)
    assert state.statuses == set(map(Status, statuses.split()))


def test_latest_leaves_every_value_of_samples_that_cannot_be_told_apart() -> None:
    state = _joined(a_fraction(), *_mrd("[1e-6, 1e-6]", "[1e-4, 1e-4]"))
    assert state.value == range_of("[1e-6, 1e-4]")
    assert state.statuses == {Status.KNOWN}
    assert state.reason == "note 0; note 1"


@pytest.mark.parametrize(
    ("standings", "status"),
    [
        (["unreadable", "final"], Status.UNREADABLE),
        (["final", "not-final"], Status.NOT_FINAL),
        (["not-final", "unreadable"], Status.UNREADABLE),
        (["unusable", "unusable"], Status.UNUSABLE),
    ],
)
def test_the_gravest_standing_makes_the_value_unknown(standings: list[str], status: Status) -> None:
    samples = [_sample(n, point("1e-6"), standing, fact="mrd") for n, standing in enumerate(standings)]
    state = _joined(_AGREE, *samples)
    assert state.statuses == {status}
    assert state.value == range_of("[0, 1]")
    concerned = [f"note {n}" for n, standing in enumerate(standings) if standing == status.value]
    assert state.reason == "; ".join(concerned)


def test_a_standing_without_a_note_has_words_of_its_own() -> None:
    state = _joined(_AGREE, Sample("mrd", (reading("mrd", None, standing="unreadable"),)))
    assert state.reason == "a datum is there and cannot be read for sure"


@pytest.mark.parametrize(
    ("absence", "value", "reason", "assumed"),
    [
        ("required", codes("false", "true"), "not sent", False),
        ("optional", None, "not sent", False),
        ("assumed", codes("false"), "", True),
    ],
)
def test_a_fact_that_nobody_sent(absence: str, value: Value | None, reason: str, assumed: bool) -> None:
    more = {"assumed_value": "false"} if absence == "assumed" else {}
    state = _joined(a_flag(absence=absence, **more))
    assert (state.value, state.reason, state.assumed) == (value, reason, assumed)
    assert state.statuses == {Status.MISSING}


def test_an_assumed_number() -> None:
    assert _joined(a_whole(absence="assumed", assumed_value="6")).value == point(6)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([codes("true"), codes("false")], codes("true")),
        ([codes("false"), codes("false")], codes("false")),
        ([codes("false"), codes("true", "false")], codes("true", "false")),
        ([codes("true"), codes("true", "false")], codes("true")),
    ],
)
def test_any(values: list[Value], expected: Value) -> None:
    flag = a_flag(several="any")
    samples = [_sample(number, value, fact="flag") for number, value in enumerate(values)]
    assert _joined(flag, *samples).value == expected


@pytest.mark.parametrize(
    ("sure", "doubted", "expected"),
    [
        ("true", "false", codes("true")),
        ("true", "true", codes("true")),
        ("false", "true", codes("true", "false")),
        ("false", "false", codes("false")),
    ],
)
def test_any_is_settled_by_one_that_surely_counts(sure: str, doubted: str, expected: Value) -> None:
    flag = a_flag(several="any")
    samples = [
        _sample(1, codes(sure), fact="flag"),
        _sample(2, codes(doubted), fact="flag", doubt=True),
    ]
    assert _joined(flag, *samples).value == expected


@pytest.mark.parametrize(
    ("absence", "assumed", "doubted", "expected"),
    [
        ("assumed", "false", codes("false"), codes("false")),
        ("assumed", "false", codes("true"), codes("true", "false")),
        ("assumed", "false", codes("true", "false"), codes("true", "false")),
        ("assumed", "true", codes("false"), codes("true", "false")),
        ("required", "", codes("false"), codes("true", "false")),
    ],
)
def test_what_cannot_be_true_leaves_an_any_open_only_where_it_matters(
    absence: str, assumed: str, doubted: Value, expected: Value
) -> None:
    """A drug that was not stopped says the same whether or not it belongs to the induction."""
    flag = a_flag(absence=absence, assumed_value=assumed, several="any")
    assert _joined(flag, _sample(1, doubted, fact="flag", doubt=True)).value == expected


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([("i", "", False), ("k", "", False)], members("ik")),
        ([("i", "k", False), ("k", "", False)], members("ik")),
        ([("i", "kr", False)], members("i", "kr")),
        ([("i", "", False), ("k", "", True)], members("i", "k")),
        ([("i", "", True), ("k", "r", True)], members("", "ikr")),
    ],
)
def test_union(samples: list[tuple[str, str, bool]], expected: Value) -> None:
    made = [
        _sample(number, members(surely, possibly), fact="drugs", doubt=doubt)
        for number, (surely, possibly, doubt) in enumerate(samples)
    ]
    assert _joined(a_set(), *made).value == expected


def test_a_sample_in_doubt_leaves_everything_possible() -> None:
    state = _joined(_AGREE, _sample(1, point("1e-6"), fact="mrd", doubt=True))
    assert state.value == range_of("[0, 1]")
    assert state.statuses == {Status.KNOWN}
    assert state.reason == "it is unknown whether the result counts"


@pytest.mark.parametrize(
    ("value", "closed"),
    [
        ("(5, 8)", "[6, 7]"),
        ("[5, 8]", "[5, 8]"),
        ("(5.5, 8.5)", "[6, 8]"),
        ("[5.5, 8.5]", "[6, 8]"),
        ("[, 6)", "[, 5]"),
        ("(5, ]", "[6, ]"),
    ],
)
def test_whole_numbers_have_closed_limits(value: str, closed: str) -> None:
    assert _joined(a_whole(), _sample(1, range_of(value), fact="cycles")).value == range_of(closed)


# --- members of a sample ---------------------------------------------------------------------------


def _with_specimen(number: int, specimen: Value | None, standing: str = "final") -> Sample:
    origin = f"Observation/{number}"
    head = reading("mrd", point("1e-6"), origin)
    if specimen is None and standing == "final":
        return Sample("mrd", (head,))
    return Sample("mrd", (head, reading("code", specimen, origin, standing)))


@pytest.mark.parametrize(
    ("absence", "second", "expected"),
    [
        ("required", _with_specimen(2, codes("a")), codes("a")),
        ("required", _with_specimen(2, codes("b")), codes("a", "b")),
        ("required", _with_specimen(2, None), codes("a", "b", "c")),
        ("assumed", _with_specimen(2, None), codes("a", "c")),
        ("required", _with_specimen(2, None, "unusable"), codes("a", "b", "c")),
        ("assumed", _with_specimen(2, None, "unusable"), codes("a", "b", "c")),
        ("required", _with_specimen(2, codes("a"), "unusable"), codes("a", "b", "c")),
    ],
)
def test_a_sample_that_says_nothing_of_a_member_is_not_spoken_for_by_another(
    absence: str, second: Sample, expected: Value
) -> None:
    specimen = a_code(absence=absence, of="mrd", assumed_value="c" if absence == "assumed" else "")
    assert join(specimen, (_with_specimen(1, codes("a")), second), None).value == expected


def test_a_sample_stands_as_its_head_stands() -> None:
    sample = _with_specimen(1, None, "unreadable")
    assert sample.standing == "final"
    assert join(a_code(of="mrd"), (sample,), None).statuses == {Status.UNREADABLE}


def test_domains() -> None:
    assert domain(a_flag()) == codes("true", "false")
    assert domain(a_code()) == codes("a", "b", "c")
    assert domain(a_set()) == members("", "ikrdx")
    assert domain(a_whole()) == range_of("[0, 24]")
