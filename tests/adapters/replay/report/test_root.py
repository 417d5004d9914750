"""The report root: that of RFC 6962 over the results, however they lie on disk, and refused where one is missing."""

import re
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.replay.batches import result_batch
from pactolus_adapters.replay.parts import PartUnreadable, write_part
from pactolus_adapters.replay.report.root import report_root
from pactolus_adapters.replay.spec import Partition, ReplaySpec
from pactolus_engine.replay.result import ReplayClass, ReplayResult, result_hash
from tests.adapters.replay.report.material import cuts, result_lists, spec_over, written_parts
from tests.support.merkle import recursive_root

SOME = [ReplayResult(place, ReplayClass.IDENTICAL) for place in range(10)]
ENDS = [0, 4, 8, 10]


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_the_root_is_that_of_the_rfc_and_does_not_depend_on_the_parts(data: st.DataObject) -> None:
    wanted = data.draw(result_lists())
    end = data.draw(st.integers(wanted[-1].index + 1 if wanted else 1, 90))
    expected = recursive_root([result_hash(one) for one in wanted])
    for _ in range(2):
        with TemporaryDirectory() as folder:
            written_parts(Path(folder), wanted, data.draw(cuts(end)))
            assert report_root(spec_over(end), Path(folder)) == expected


def test_another_result_gives_another_root(tmp_path: Path) -> None:
    roots = set()
    for number, kind in enumerate(ReplayClass):
        folder = tmp_path / str(number)
        written_parts(folder, [*SOME[:9], ReplayResult(9, kind)], ENDS)
        roots.add(report_root(spec_over(10), folder))
    assert len(roots) == len(ReplayClass)


def test_a_replay_of_nothing_has_the_root_of_an_empty_tree(tmp_path: Path) -> None:
    assert report_root(spec_over(0), tmp_path) == recursive_root([])


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "`part-00000001.parquet` begins at record 4, expected was record 0"),
        (1, "`part-00000002.parquet` begins at record 8, expected was record 4"),
        (2, "`part-00000001.parquet` ends before record 8, expected was record 10"),
    ],
)
def test_a_part_that_is_not_there_is_named(tmp_path: Path, number: int, said: str) -> None:
    written_parts(tmp_path, SOME, ENDS)
    (tmp_path / "results" / f"part-{number:08}.parquet").unlink()
    with pytest.raises(PartUnreadable, match=re.escape(said)):
        report_root(spec_over(10), tmp_path)


def test_no_parts_at_all_are_told(tmp_path: Path) -> None:
    with pytest.raises(PartUnreadable, match="there is no part of the results"):
        report_root(spec_over(10), tmp_path)


@pytest.mark.parametrize("spec", [spec_over(10, first=1), spec_over(9), spec_over(11)])
def test_parts_of_other_records_are_refused(tmp_path: Path, spec: ReplaySpec) -> None:
    written_parts(tmp_path, SOME, ENDS)
    with pytest.raises(PartUnreadable, match="expected was record"):
        report_root(spec, tmp_path)


@pytest.mark.parametrize("wrong", [[0, 1, 1, 3], [0, 1, 3, 2], [0, 1, 2, 4]])
def test_a_result_out_of_its_place_is_refused(tmp_path: Path, wrong: list[int]) -> None:
    batch = result_batch([ReplayResult(place, ReplayClass.IDENTICAL) for place in wrong])
    write_part(tmp_path, Partition(0, 0, 4), [batch], Counter())
    with pytest.raises(PartUnreadable, match=r"`part-00000000\.parquet` has a result for record"):
        report_root(spec_over(4), tmp_path)


def test_a_part_that_was_cut_short_is_named(tmp_path: Path) -> None:
    written_parts(tmp_path, SOME, ENDS)
    part = tmp_path / "results" / "part-00000001.parquet"
    part.write_bytes(part.read_bytes()[:-30])
    with pytest.raises(PartUnreadable, match=r"`part-00000001\.parquet` is no whole file"):
        report_root(spec_over(10), tmp_path)
