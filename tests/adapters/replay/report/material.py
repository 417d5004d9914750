"""Results of replays for the tests of reports: any at all, and a folder with parts of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from hypothesis import strategies as st

from pactolus_adapters.instants import written
from pactolus_adapters.replay.batches import result_batch
from pactolus_adapters.replay.parts import write_part
from pactolus_adapters.replay.report.summary import HowItRan
from pactolus_adapters.replay.spec import Partition, ReplaySpec
from pactolus_engine.decision import Outcome
from pactolus_engine.replay.result import Moved, ReplayClass, ReplayResult, Said

__all__ = ["RAN", "cuts", "result_lists", "results", "spec_over", "written_parts"]

RAN = HowItRan(
    "pool", datetime(2026, 11, 24, 9, tzinfo=UTC), datetime(2026, 11, 24, 9, 0, 3, 500_000, UTC), 7_000
)

_OUTCOMES = st.sampled_from([*(one.value for one in Outcome), "refused", "failed"])
_NAMES = st.lists(st.sampled_from(["a", "b", "c", "naïve", "x-y"]), max_size=3, unique=True).map(tuple)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
_SAID = st.builds(Said, _OUTCOMES, _NAMES, _NAMES, _NAMES)
_MOVED = st.builds(
    Moved,
    st.sampled_from(["mrd-negative", "not-eligible", "age"]),
    st.sampled_from(["true", "unknown"]),
    st.sampled_from(["false", "off"]),
    _NAMES,
)
_INSTANTS = st.just("") | st.datetimes(timezones=st.just(UTC)).map(written)


def results(index: st.SearchStrategy[int]) -> st.SearchStrategy[ReplayResult]:
    """Any result at all, sensible or not."""
    return st.builds(
        ReplayResult,
        index,
        st.sampled_from(ReplayClass),
        recorded_at=_INSTANTS,
        leaf_hash=st.binary(max_size=4).map(bytes.hex),
        pack=st.sampled_from(["", "midas@1.0.0"]),
        recorded=st.none() | _SAID,
        replayed=st.none() | _SAID,
        fields=_NAMES,
        moved=st.lists(_MOVED, max_size=3).map(tuple),
        causes=_NAMES,
        detail=_TEXTS,
    )


@st.composite
def result_lists(draw: st.DrawFn, most: int = 25) -> list[ReplayResult]:
    """Results with indexes that rise from 0 or more, with gaps where a record was passed over."""
    places = sorted(draw(st.sets(st.integers(0, 2 * most), max_size=most)))
    return [draw(results(st.just(place))) for place in places]


def cuts(end: int) -> st.SearchStrategy[list[int]]:
    """Where parts begin and end, over records 0 to before `end`."""
    return st.sets(st.integers(1, max(1, end - 1)), max_size=6).map(lambda inner: sorted({0, end, *inner}))


def spec_over(end: int, first: int = 0) -> ReplaySpec:
    """A replay of these records."""
    return ReplaySpec({"kind": "log", "origin": "log.example/decisions", "root": "00" * 32}, first, end)


def written_parts(
    folder: Path, wanted: Sequence[ReplayResult], bounds: Sequence[int], passed: str = "look"
) -> None:
    """The results as parts with these bounds; a record without a result was passed over as `passed`."""
    for number, (first, end) in enumerate(pairwise(bounds)):
        within = [one for one in wanted if first <= one.index < end]
        left_out = Counter({passed: end - first - len(within)})
        write_part(folder, Partition(number, first, end), [result_batch(within)], +left_out)
