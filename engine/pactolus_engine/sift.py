"""Which of several samples of one fact count, by what they are and when they were taken."""

from pactolus_engine.facts import Standing
from pactolus_engine.join import Sample
from pactolus_engine.pack.model import Fact, Several
from pactolus_engine.values import Interval

__all__ = ["countable", "with_result"]


def countable(head: Fact, samples: list[Sample]) -> tuple[Sample, ...]:
    """The samples that speak for the fact.

    `samples`: those `with_result`. A result that is not final gives way to a final one of a
    later sample, and to no other (T01). `latest` and `earliest` drop what is surely older or
    surely newer than a sample that surely counts; dates that cannot be told apart all stay.
    """
    remaining = _drop_stale_drafts(samples)
    match head.several:
        case Several.LATEST:
            return tuple(s for s in remaining if not any(_is_older(s, o) for o in _sure(remaining)))
        case Several.EARLIEST:
            return tuple(s for s in remaining if not any(_is_older(o, s) for o in _sure(remaining)))
        case _:
            return tuple(remaining)


def _sure(samples: list[Sample]) -> list[Sample]:
    return [sample for sample in samples if not sample.in_doubt]


def with_result(samples: list[Sample]) -> list[Sample]:
    """Without those that give no result, unless none does: "no result" gives way to a result.

    It does so before one sample is preferred to another, for it is nothing to prefer.
    """
    return [s for s in samples if s.standing is not Standing.UNUSABLE] or samples


def _drop_stale_drafts(samples: list[Sample]) -> list[Sample]:
    final = [s for s in samples if s.standing is Standing.FINAL and not s.in_doubt]
    return [
        sample
        for sample in samples
        if sample.standing is not Standing.NOT_FINAL or not any(_is_older(sample, f) for f in final)
    ]


def _is_older(one: Sample, other: Sample) -> bool:
    """Surely taken on an earlier day."""
    return _ends_before(one.dated, other.dated)


def _ends_before(one: Interval | None, other: Interval | None) -> bool:
    if one is None or other is None or one.high is None or other.low is None:
        return False
    return one.high < other.low
