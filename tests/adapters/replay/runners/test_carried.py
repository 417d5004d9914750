"""An error that has been in another process is the same one, with the worker's trace as its cause."""

import pickle
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import pytest

from pactolus_adapters.replay.runners.carried import CarriedError, ReplayStopped
from pactolus_engine.errors import (
    AuditUnavailable,
    EnginesDisagree,
    InputInvalid,
    Issue,
    PackInvalid,
    Violation,
)


def _raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:  # noqa: BLE001 - it is what was raised
        return caught


def _by_python() -> Exception:
    try:
        Decimal("x")
    except InvalidOperation as error:
        return error
    raise AssertionError


@pytest.mark.parametrize(
    "make",
    [
        lambda: AuditUnavailable("the store `here` cannot be read"),
        lambda: InputInvalid([Violation("Bundle", "expected entries")]),
        lambda: PackInvalid("midas", [Issue("pack.yaml", 1, 1, "expected a version")]),
        lambda: EnginesDisagree(("offer", "hold")),
        lambda: FileNotFoundError(2, "No such file or directory", "here"),
        _by_python,
    ],
)
def test_an_error_comes_through_whole(make: Callable[[], Exception]) -> None:
    before = _raised(make())
    after = pickle.loads(pickle.dumps(CarriedError.of(before))).error()
    assert type(after) is type(before)
    assert (str(after), after.args, after.__dict__) == (str(before), before.args, before.__dict__)
    assert "in _raised" in str(after.__cause__)


def test_an_error_that_cannot_travel_stops_the_replay_and_keeps_its_trace() -> None:
    class OwnError(Exception):
        """No other process can import it."""

    after = pickle.loads(pickle.dumps(CarriedError.of(_raised(OwnError("a reason"))))).error()
    assert type(after) is ReplayStopped
    assert "OwnError: a reason" in str(after.__cause__)
