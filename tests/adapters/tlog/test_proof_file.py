"""Proof files: an entry is in the log, shown with nothing but the file and a public key."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.tlog.checkpoint import Checkpoint, sign_checkpoint
from pactolus_adapters.tlog.cosignature import Cosigner, add_cosignature, cosignature_line
from pactolus_adapters.tlog.errors import NotProved, SignatureInvalid, TlogUnreadable
from pactolus_adapters.tlog.note import NoteVerifier
from pactolus_adapters.tlog.proof_file import ProofFile, read_proof, verify_proof, write_proof
from tests.adapters.tlog.material import (
    LOG,
    LOG_KEY,
    ORIGIN,
    OTHER_KEY,
    accepts,
    damaged,
    flips,
    hashes,
    sizes,
)
from tests.support.merkle import leaf, recursive_inclusion, recursive_root

ENTRIES = [f"entry {number}".encode() for number in range(11)]
LEAVES = [leaf(entry) for entry in ENTRIES]
CHECKPOINT = Checkpoint(ORIGIN, len(LEAVES), recursive_root(LEAVES))
NOTE = sign_checkpoint(CHECKPOINT, LOG)


def _proof(index: int, extra: bytes | None = None) -> ProofFile:
    return ProofFile(index, tuple(recursive_inclusion(index, LEAVES)), NOTE, extra)


PROOF = write_proof(_proof(6, b"extra"))
BARE = write_proof(_proof(6))


def test_the_file_has_the_lines_of_the_specification() -> None:
    hashes_ = "".join(f"{base64.b64encode(one).decode()}\n" for one in recursive_inclusion(6, LEAVES))
    expected = f"c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 6\n{hashes_}\n".encode() + NOTE
    assert expected == PROOF
    assert expected.replace(b"extra ZXh0cmE=\n", b"") == BARE


def test_every_entry_of_a_log_is_proved_and_no_other_in_its_place() -> None:
    for index in range(len(LEAVES)):
        content = write_proof(_proof(index))
        for number, entry in enumerate(ENTRIES):
            if number == index:
                assert verify_proof(content, entry, [LOG_KEY]) == CHECKPOINT
            else:
                with pytest.raises(NotProved, match=f"log `{ORIGIN}`: the inclusion proof"):
                    verify_proof(content, entry, [LOG_KEY])


def test_a_log_of_one_entry_needs_no_hashes() -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, 1, LEAVES[0]), LOG)
    content = write_proof(ProofFile(0, (), note))
    assert verify_proof(content, ENTRIES[0], [LOG_KEY]).size == 1


@given(
    sizes, st.lists(hashes, max_size=63).map(tuple), st.none() | st.binary(min_size=1, max_size=60), sizes.filter(bool)
)  # fmt: skip
def test_a_proof_is_read_as_it_was_written(
    index: int, path: tuple[bytes, ...], extra: bytes | None, size: int
) -> None:
    note = sign_checkpoint(Checkpoint(ORIGIN, size, sha256().digest()), LOG)
    proof = ProofFile(index, path, note, extra)
    assert read_proof(write_proof(proof)) == proof


def test_no_flipped_bit_of_a_proof_is_accepted() -> None:
    for broken in flips(BARE):
        assert not accepts(verify_proof, broken, ENTRIES[6], [LOG_KEY])


def test_extra_data_is_vouched_for_by_nobody() -> None:
    """A flipped bit in it is either refused or changes nothing but the extra data."""
    for broken in flips(PROOF):
        if accepts(verify_proof, broken, ENTRIES[6], [LOG_KEY]):
            read = read_proof(broken)
            assert (read.index, read.hashes, read.checkpoint) == (6, _proof(6).hashes, NOTE)


def test_no_shortened_proof_is_accepted() -> None:
    for end in range(len(BARE)):
        assert not accepts(verify_proof, BARE[:end], ENTRIES[6], [LOG_KEY])


@given(damaged(PROOF))
def test_one_proof_has_one_form_in_bytes(broken: bytes) -> None:
    if accepts(read_proof, broken):
        assert write_proof(read_proof(broken)) == broken


@given(st.binary(max_size=300))
def test_any_bytes_give_no_other_error(content: bytes) -> None:
    assert not accepts(verify_proof, content, ENTRIES[6], [LOG_KEY])


def test_swapped_lacking_and_doubled_hashes_prove_nothing() -> None:
    path = _proof(6).hashes
    for broken in (path[::-1], path[1:], path[:-1], (*path, path[0]), (path[1], path[0], *path[2:])):
        with pytest.raises(NotProved):
            verify_proof(write_proof(ProofFile(6, broken, NOTE)), ENTRIES[6], [LOG_KEY])


@pytest.mark.parametrize("index", [5, 7, 10, 11, 2**63 - 1])
def test_another_index_is_not_proved(index: int) -> None:
    with pytest.raises(NotProved):
        verify_proof(write_proof(ProofFile(index, _proof(6).hashes, NOTE)), ENTRIES[6], [LOG_KEY])


@pytest.mark.parametrize("size", [6, 8, 10, 12, 1000])
def test_a_root_signed_with_another_size_proves_nothing(size: int) -> None:
    """Within its own right border an index has the same path under some sizes; 12 is not of them for 10."""
    note = sign_checkpoint(Checkpoint(ORIGIN, size, CHECKPOINT.root), LOG)
    with pytest.raises(NotProved):
        verify_proof(write_proof(ProofFile(10, _proof(10).hashes, note)), ENTRIES[10], [LOG_KEY])


def test_a_proof_under_an_untrusted_key_proves_nothing() -> None:
    with pytest.raises(SignatureInvalid):
        verify_proof(PROOF, ENTRIES[6], [OTHER_KEY])


def test_a_proof_may_carry_the_words_of_witnesses() -> None:
    witness = Cosigner("witness.example", b"\x05" * 32)
    note = add_cosignature(NOTE, cosignature_line(NOTE, witness, 1_700_000_000))
    content = write_proof(ProofFile(6, _proof(6).hashes, note))
    keys = [LOG_KEY, NoteVerifier.from_text(witness.verifier_key)]
    assert verify_proof(content, ENTRIES[6], keys) == CHECKPOINT


HEAD = "c2sp.org/tlog-proof@v1\n"
HASH = base64.b64encode(bytes(32)).decode() + "\n"


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("", "starts with the line"),
        ("c2sp.org/tlog-proof@v2\nindex 6\n\n", "starts with the line"),
        (HEAD.upper() + "index 6\n\n", "starts with the line"),
        (HEAD[:-1] + " \nindex 6\n\n", "starts with the line"),
        (HEAD + "\n", "no line `index`"),
        (HEAD + "index\n\n", "no line `index`"),
        (HEAD + "Index 6\n\n", "no line `index`"),
        (HEAD + "extra AA==\n\n", "no line `index`"),
        (HEAD + "extra AA==\nextra AA==\nindex 6\n\n", "no line `index`"),
        (HEAD + "index 6\nextra AA==\n\n", "hash 1 of the proof is not standard Base64"),
        (HEAD + "extra \nindex 6\n\n", "left out or not empty"),
        (HEAD + "extra A\nindex 6\n\n", "extra data of the proof is not standard Base64"),
        (HEAD + "extra AB==\nindex 6\n\n", "not the one Base64 spelling"),
        (HEAD + "index 06\n\n", "leading zeros"),
        (HEAD + "index  6\n\n", "leading zeros"),
        (HEAD + f"index {2**63}\n\n", "below 2"),
        (HEAD + f"index 6\n{HASH}AA==\n\n", "hash 2 of the proof has 1 bytes"),
        (HEAD + f"index 6\n{HASH[:-1]} \n\n", "hash 1 of the proof is not standard Base64"),
        (HEAD + f"index 6\n{HASH * 64}\n", "at most 63 hashes"),
        (HEAD + "index 6\r\n\n", "control character"),
        (HEAD + "index 6\n\n\n", "size of the checkpoint"),
    ],
)
def test_what_is_no_proof_file_is_refused_and_says_why(head: str, why: str) -> None:
    with pytest.raises(TlogUnreadable, match=why):
        read_proof(head.encode() + NOTE)


def test_a_proof_without_a_checkpoint_is_none() -> None:
    head, _, _ = BARE.partition(b"\n\n")
    for rest, why in ((b"", "empty line"), (b"\n", "empty line"), (b"\n\n", "note"), (b"\n\ntext\n", "note")):
        with pytest.raises(TlogUnreadable, match=why):
            read_proof(head + rest)


def test_a_file_of_any_size_is_not_read() -> None:
    with pytest.raises(TlogUnreadable, match="the proof file has more than"):
        read_proof(f"{HEAD}extra {'A' * (2 << 20)}\nindex 6\n\n".encode() + NOTE)


@pytest.mark.parametrize(
    "wrong",
    [{"index": -1}, {"index": 2**63}, {"hashes": (b"",)}, {"hashes": (bytes(32),) * 64}, {"extra": b""},
     {"checkpoint": b""}, {"checkpoint": b"hello\n"}],
)  # fmt: skip
def test_no_proof_is_made_that_could_not_be_read(wrong: dict[str, object]) -> None:
    parts: dict[str, object] = {"index": 0, "hashes": (), "checkpoint": NOTE, "extra": None}
    with pytest.raises(TlogUnreadable):
        ProofFile(**(parts | wrong))  # type: ignore[arg-type]
