"""Parts of a shadow: grown record after record, there is each result once, and the files stay few."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.replay.batches import result_batch
from pactolus_adapters.replay.parts import Part, part_path, parts, read_part, read_results, write_part
from pactolus_adapters.replay.shadow.tail import (
    NEW_FOLDER,
    clear_unfinished,
    grow,
    parts_so_far,
    with_end,
)
from pactolus_adapters.replay.spec import Partition, ReplaySpec
from pactolus_engine.replay.result import Moved, ReplayClass, ReplayResult, Said

SPEC = ReplaySpec({"kind": "log"}, 7, 7)
BASE = ReplayResult(
    0,
    ReplayClass.CHANGED_OUTCOME,
    "2026-03-01T09:00:00Z",
    "ab" * 32,
    recorded=Said("OFFER", ("a",), (), ("r",)),
    moved=(Moved("r", "true", "false", ("rule:r",)),),
)


def _new(folder: Path, first: int, end: int) -> Part:
    """Every third record is no request."""
    beside = folder / NEW_FOLDER
    results = [replace(BASE, index=index) for index in range(first, end) if index % 3]
    passed_over = Counter({"read": end - first - len(results)})
    write_part(beside, Partition(0, first, end), [result_batch(results)], passed_over)
    return read_part(part_path(beside, 0))


@settings(max_examples=8)
@given(steps=st.lists(st.integers(1, 700), max_size=9))
def test_each_record_is_in_one_part(steps: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("shadow")
    end, last = SPEC.first, None
    for step in steps:
        last = grow(folder, last, _new(folder, end, end + step))
        end += step
    found = parts_so_far(SPEC, folder)
    assert with_end(SPEC, found).end == end
    assert [one for part in found for one in read_results(part)] == [
        replace(BASE, index=index) for index in range(SPEC.first, end) if index % 3
    ]
    assert len(found) <= 1 + sum(steps) // (4096 - 700)


def test_many_small_steps_leave_few_files(tmp_path: Path) -> None:
    last = None
    for first in range(7, 107):
        last = grow(tmp_path, last, _new(tmp_path, first, first + 1))
    assert len(parts(tmp_path)) == 1


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    kept = grow(tmp_path, None, _new(tmp_path, 7, 9))
    _new(tmp_path, 9, 12)
    left = kept.path.with_name(".part-00000000.parquet.0.unfinished")
    left.touch()
    clear_unfinished(tmp_path)
    assert not (tmp_path / NEW_FOLDER).exists()
    assert not left.exists()
    assert parts_so_far(SPEC, tmp_path) == [kept]
