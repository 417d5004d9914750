"""A shadow takes its share of the time and no more."""

import pytest

from pactolus_adapters.replay.shadow.pace import Pace


class _Time:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += seconds


@pytest.mark.parametrize("share", [1, 25, 50, 100])
def test_work_is_the_share_of_the_time(share: int) -> None:
    time, signs = _Time(), list[float]()
    pace = Pace(share, lambda: signs.append(time.now), lambda: time.now, time.sleep)
    for _ in range(100):
        time.now += 0.01
        pace.rest()
    assert 1.0 / time.now == pytest.approx(share / 100)
    assert len(signs) == 100


def test_waiting_is_no_work_and_a_process_that_stood_still_does_not_rest_for_hours() -> None:
    time = _Time()
    pace = Pace(25, lambda: None, lambda: time.now, time.sleep)
    pace.wait(100)
    pace.begin()
    time.slept = 0
    pace.rest()
    assert time.slept == 0
    time.now += 3600
    pace.rest()
    assert time.slept == 5
