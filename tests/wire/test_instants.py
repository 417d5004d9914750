"""A bound of time in nanoseconds against the microseconds of records: nothing falls on the wrong side."""

from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.grpcapi.convert import instant_text

_SECONDS = st.integers(1_700_000_000, 1_700_000_002)
_NANOS = st.integers(0, 999_999_999) | st.sampled_from([0, 1, 999, 1000, 1001, 999_999_000, 999_999_999])


@given(_SECONDS, _NANOS, _SECONDS, st.integers(0, 999_999))
def test_a_record_is_on_the_same_side_of_the_text_as_of_the_instant(
    seconds: int, nanos: int, record_seconds: int, micros: int
) -> None:
    bound = instant_text(Timestamp(seconds=seconds, nanos=nanos))
    record = instant_text(Timestamp(seconds=record_seconds, nanos=micros * 1000))
    assert bound is not None and record is not None
    is_after = (record_seconds, micros * 1000) >= (seconds, nanos)
    assert (record >= bound) == is_after


def test_an_instant_beyond_the_calendar_is_none() -> None:
    assert instant_text(Timestamp(seconds=2**62)) is None
    assert instant_text(Timestamp(nanos=-1)) is None
    assert instant_text(Timestamp(seconds=253_402_300_799, nanos=999_999_999)) is None
    assert instant_text(Timestamp(seconds=253_402_300_799)) == "9999-12-31T23:59:59.000000Z"
