"""What an executor does with its partitions: the missing ones, with one worker, and an error is told, not raised."""

from functools import partial
from pathlib import Path

import pytest

from pactolus_adapters.replay.parts import part_path
from pactolus_adapters.replay.runners.spark_task import do_partitions
from pactolus_engine.errors import AuditUnavailable
from tests.adapters.replay.runners.small_worker import Habits, small_worker
from tests.contract.runner import Place, as_inline, some_partitions, unread_store


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "place")


def test_what_a_lost_executor_has_finished_is_not_done_again(place: Place, tmp_path: Path) -> None:
    worker = partial(small_worker, Habits(place.marks))
    assert list(do_partitions(worker, place.folder, iter(some_partitions(2)))) == []
    before = [part_path(place.folder, number).stat().st_ino for number in range(2)]
    assert list(do_partitions(worker, place.folder, iter(some_partitions(5)))) == []
    assert [part_path(place.folder, number).stat().st_ino for number in range(2)] == before
    assert place.content() == as_inline(tmp_path / "inline", some_partitions(5))


def test_an_error_is_told_and_ends_the_task(place: Place) -> None:
    worker = partial(small_worker, Habits(place.marks, fails=1, failure=unread_store))
    (told,) = do_partitions(worker, place.folder, iter(some_partitions(3)))
    assert isinstance(told.error(), AuditUnavailable)
    assert list(place.content()) == ["part-00000000.parquet"]
