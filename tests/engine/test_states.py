"""When a value is one possibility only."""

import pytest

from pactolus_engine.states import is_settled
from pactolus_engine.values import Value
from tests.support.small_packs import codes, members, point, range_of


@pytest.mark.parametrize(
    ("value", "settled"),
    [
        (point("1e-5"), True),
        (range_of("[0, 1e-5)"), False),
        (range_of("[,]"), False),
        (codes("a"), True),
        (codes("a", "b"), False),
        (members("ik"), True),
        (members("ik", "i"), True),
        (members("ik", "r"), False),
        (None, False),
    ],
)
def test_is_settled(value: Value | None, settled: bool) -> None:
    assert is_settled(value) is settled
