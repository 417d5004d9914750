"""Which samples count: by what they are, and by when they were taken."""

import pytest

from pactolus_engine.facts import Reading
from pactolus_engine.join import Sample
from pactolus_engine.sift import countable, with_result
from tests.support.small_packs import a_fraction, days, point, reading


def _sample(text: str) -> Sample:
    """`name standing day[/last day] [doubt]`; a day `-` is none."""
    name, standing, day, *doubt = text.split()
    made: Reading = reading("mrd", point("1e-5"), f"Observation/{name}", standing)
    if day != "-":
        made = Reading(
            "mrd", made.source, made.origin, made.value, made.standing, dated=days(*day.split("/"))
        )
    return Sample("mrd", (made,), in_doubt=bool(doubt))


def _counted(several: str, *samples: str) -> list[str]:
    head = a_fraction(several=several)
    found = countable(head, with_result([_sample(text) for text in samples]))
    return [sample.readings[0].origin.partition("/")[2] for sample in found]


_OLD, _NEW = "old final 2026-01-02", "new final 2026-02-02"


@pytest.mark.parametrize(
    ("several", "samples", "counted"),
    [
        ("latest", [_OLD, _NEW], ["new"]),
        ("latest", [_NEW, _OLD], ["new"]),
        ("earliest", [_OLD, _NEW], ["old"]),
        ("agree", [_OLD, _NEW], ["old", "new"]),
        ("any", [_OLD, _NEW], ["old", "new"]),
        ("union", [_OLD, _NEW], ["old", "new"]),
        ("latest", [_NEW, "same final 2026-02-02"], ["new", "same"]),
        ("latest", [_NEW, "undated final -"], ["new", "undated"]),
        ("earliest", [_OLD, "undated final -"], ["old", "undated"]),
        ("latest", [_OLD, _NEW, "month final 2026-02-01/2026-02-28"], ["new", "month"]),
        ("latest", [_OLD, "new final 2026-02-02 doubt"], ["old", "new"]),
        ("earliest", ["old final 2026-01-02 doubt", _NEW], ["old", "new"]),
    ],
)
def test_latest_earliest_and_the_rest(several: str, samples: list[str], counted: list[str]) -> None:
    assert _counted(several, *samples) == counted


@pytest.mark.parametrize(
    ("samples", "counted"),
    [
        (["draft not-final 2026-02-02"], ["draft"]),
        ([_OLD, "draft not-final 2026-02-02"], ["old", "draft"]),
        ([_OLD, "draft not-final 2026-01-02"], ["old", "draft"]),
        ([_NEW, "draft not-final 2026-01-02"], ["new"]),
        ([_NEW, "draft not-final -"], ["new", "draft"]),
        ([_NEW, "draft not-final 2026-01-01/2026-02-28"], ["new", "draft"]),
        (["new final 2026-02-02 doubt", "draft not-final 2026-01-02"], ["new", "draft"]),
        (["new unreadable 2026-02-02", "draft not-final 2026-01-02"], ["new", "draft"]),
    ],
)
def test_a_draft_gives_way_only_to_a_final_result_of_a_later_sample(
    samples: list[str], counted: list[str]
) -> None:
    assert _counted("agree", *samples) == counted


@pytest.mark.parametrize(
    ("samples", "counted"),
    [
        (["none unusable 2026-02-02"], ["none"]),
        ([_OLD, "none unusable 2026-02-02"], ["old"]),
        (["none unusable 2026-02-02", "bad unreadable 2026-01-02"], ["bad"]),
        (["none unusable 2026-02-02", "draft not-final 2026-01-02"], ["draft"]),
    ],
)
def test_no_result_gives_way_to_any_other(samples: list[str], counted: list[str]) -> None:
    assert _counted("agree", *samples) == counted
