"""The chain of activations: what it shows, and what it cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pactolus_engine.errors import PackInvalid
from pactolus_engine.releases.activations import (
    Activation,
    activation_line,
    active,
    chain_head,
    highest,
    read_activations,
)


def _activation(version: str, pack: str = "p", rollback: bool = False) -> Activation:
    return Activation(pack, version, "ab" * 32, "2026-03-01T09:00:00.000Z", "Op", "why", rollback)


_STORY = (
    _activation("1.9.0"),
    _activation("1.10.0"),
    _activation("0.1.0", "q"),
    _activation("1.9.0", rollback=True),
)


def _chain(*story: Activation) -> bytes:
    chain = b""
    for one in story:
        chain += activation_line(one, chain)
    return chain


_WHOLE = _chain(*_STORY)
_LINES = _WHOLE.splitlines(keepends=True)


def _issues(chain: bytes) -> list[str]:
    with pytest.raises(PackInvalid) as refused:
        read_activations(chain)
    return [str(issue) for issue in refused.value.issues]


def test_what_is_added_is_read_back() -> None:
    assert read_activations(_WHOLE) == _STORY
    assert read_activations(b"") == ()


def test_the_last_activation_of_a_pack_is_active_and_the_highest_is_by_number() -> None:
    assert {pack: one.version for pack, one in active(_STORY).items()} == {"p": "1.9.0", "q": "0.1.0"}
    assert (highest(_STORY, "p"), highest(_STORY, "q"), highest(_STORY, "r")) == ("1.10.0", "0.1.0", "")


@given(some.integers(0, len(_WHOLE) - 1), some.integers(1, 255))
def test_no_changed_byte_is_overlooked(place: int, change: int) -> None:
    chain = bytearray(_WHOLE)
    chain[place] ^= change
    assert _issues(bytes(chain))


@pytest.mark.parametrize(
    ("chain", "told"),
    [
        (b"".join(_LINES[1:]), ["1:1: the line does not follow the one before it"]),
        (b"".join((_LINES[0], *_LINES[2:])), ["2:1: the line does not follow"]),
        (b"".join((_LINES[1], _LINES[0], *_LINES[2:])), ["1:1:", "2:1:", "3:1:"]),
        (_WHOLE + _LINES[0], ["5:1: the line does not follow"]),
        (_WHOLE[:-1], ["4:1: the last line has no end"]),
        (_WHOLE + b"\n", ["5:1: this is no activation, or it was edited"]),
        (_WHOLE.replace(b'"0.1.0"', b'"0.2.0"'), ["3:1: this is no activation, or it was edited"]),
        (_WHOLE + b'{"format":1}\n', ["5:1: this is no activation"]),
    ],
)
def test_what_was_done_to_the_chain_is_told_with_its_line(chain: bytes, told: list[str]) -> None:
    found = _issues(chain)
    assert len(found) == len(told)
    for expected, line in zip(told, found, strict=True):
        assert line.startswith(f"activations.jsonl:{expected}")


def test_a_shortened_chain_shows_only_to_whoever_remembers_its_head() -> None:
    """The honest limit: the chain is no signature."""
    shorter = b"".join(_LINES[:-1])
    assert read_activations(shorter) == _STORY[:-1]
    assert chain_head(shorter) != chain_head(_WHOLE)


def test_the_head_of_no_chain_is_zeros() -> None:
    assert chain_head(b"") == "0" * 64
