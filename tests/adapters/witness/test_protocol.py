"""The messages of C2SP tlog-witness: the example of its page, what is refused, and that nothing else happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.tlog.errors import TlogUnreadable
from pactolus_adapters.tlog.strict import base64_text
from pactolus_adapters.witness.protocol import read_request, read_size, size_answer, write_request
from tests.adapters.tlog.material import accepts, damaged, hashes
from tests.adapters.witness.material import History

# As the page of the specification shows it (CC BY 4.0, C2SP).
EXAMPLE = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\N{EM DASH} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\N{EM DASH} example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()

BODY = History().request(3, 7)
_HASH = base64_text(b"h" * 32).encode() + b"\n"


def test_the_example_of_the_specification_is_read_and_written_back() -> None:
    request = read_request(EXAMPLE)
    assert (request.old, len(request.proof)) == (20852014, 4)
    assert (request.checkpoint.origin, request.checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert write_request(request.old, request.proof, request.note) == EXAMPLE


@given(st.integers(0, 7), st.lists(hashes, max_size=63))
def test_what_is_written_is_read(old: int, proof: list[bytes]) -> None:
    note = History().note(7)
    request = read_request(write_request(old, tuple(proof), note))
    assert (request.old, request.proof, request.note) == (old, tuple(proof), note)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 3",
        b"old 3\n\n",
        BODY.replace(b"old 3", b"old 03"),
        BODY.replace(b"old 3", b"old +3"),
        BODY.replace(b"old 3", b"old  3"),
        BODY.replace(b"old 3", b"Old 3"),
        BODY.replace(b"old 3", b"old 3 "),
        BODY.replace(b"old 3", b"old -1"),
        BODY.replace(b"old 3", b"old 8"),
        BODY.replace(b"old 3", b"old 9223372036854775808"),
        BODY.replace(b"old 3\n", b"old 3\r\n"),
        BODY.replace(b"old 3\n", b"old 3\nAAAA\n"),
        BODY.replace(b"old 3\n", b"old 3\n" + _HASH.replace(b"=", b"")),
        BODY.replace(b"old 3\n", b"old 3\n" + _HASH * 64),
        BODY[:-1],
        BODY.replace(b"\n7\n", b"\n07\n"),
    ],
)
def test_another_form_is_refused(body: bytes) -> None:
    with pytest.raises(TlogUnreadable):
        read_request(body)


@given(st.binary(max_size=200) | damaged(BODY) | damaged(EXAMPLE))
def test_any_bytes_are_read_or_refused_by_name(body: bytes) -> None:
    accepts(read_request, body)


@given(st.integers(0, 2**63 - 1))
def test_a_size_comes_back(size: int) -> None:
    answer = size_answer(size)
    assert (answer.status, answer.content_type) == (409, "text/x.tlog.size")
    assert read_size(answer.body) == size


@pytest.mark.parametrize("body", [b"", b"7", b"07\n", b"7\n\n", b" 7\n", b"7\r\n", b"\xff\n"])
def test_another_size_is_refused(body: bytes) -> None:
    with pytest.raises(TlogUnreadable):
        read_size(body)
