"""Keys, texts and strategies for the tests of the log's formats."""

from collections.abc import Callable, Iterator

from hypothesis import strategies as st

from pactolus_adapters.tlog.errors import TlogInvalid
from pactolus_adapters.tlog.note import Ed25519NoteSigner, NoteVerifier

ORIGIN = "log.example/decisions"
LOG = Ed25519NoteSigner(ORIGIN, b"\x01" * 32)
LOG_KEY = NoteVerifier.from_text(LOG.verifier_key)
OTHER = Ed25519NoteSigner("other.example", b"\x02" * 32)
OTHER_KEY = NoteVerifier.from_text(OTHER.verifier_key)

_LETTERS = st.characters(min_codepoint=0x20, exclude_categories=("Cs",))

names = st.text(_LETTERS, min_size=1, max_size=20).filter(
    lambda name: "+" not in name and not any(letter.isspace() for letter in name)
)
lines = st.text(_LETTERS, min_size=1, max_size=40)
texts = st.lists(st.text(_LETTERS, max_size=40), min_size=1, max_size=5).map(
    lambda parts: "".join(f"{part}\n" for part in parts)
)
private_keys = st.binary(min_size=32, max_size=32)
hashes = st.binary(min_size=32, max_size=32)
sizes = st.integers(0, 2**63 - 1)


def accepts(reader: Callable[..., object], *arguments: object) -> bool:
    """Whether the reader takes it; any error but the format's own goes through."""
    try:
        reader(*arguments)
    except TlogInvalid:
        return False
    return True


def flips(content: bytes) -> Iterator[bytes]:
    """The content with each bit turned, one at a time."""
    for bit in range(len(content) * 8):
        broken = bytearray(content)
        broken[bit // 8] ^= 1 << bit % 8
        yield bytes(broken)


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """The content with a piece cut out and something else put there."""
    places = st.tuples(st.integers(0, len(content)), st.integers(0, len(content)))
    filling = st.binary(max_size=8) | st.sampled_from(
        [b"\n", b"\n\n", "\N{EM DASH} ".encode(), b"=", b"0", b"+"]
    )
    return st.builds(
        lambda place, put: content[: min(place)] + put + content[max(place) :], places, filling
    ) | st.builds(lambda at, put: content[:at] + put + content[at:], st.integers(0, len(content)), filling)
