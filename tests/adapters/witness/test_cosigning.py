"""What a witness cosigns and what it refuses, also from somebody who has stolen the key of the log."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_adapters.tlog.errors import VerifierKeyInvalid
from pactolus_adapters.tlog.keys import Ed25519NoteSigner, NoteVerifier
from pactolus_adapters.tlog.note import read_note, signature_line
from pactolus_adapters.witness.cosigning import log_keys
from pactolus_adapters.witness.protocol import Answer, write_request
from pactolus_adapters.witness.state import REFUSED_FOLDER
from tests.adapters.tlog.material import LOG, LOG_KEY, ORIGIN, OTHER
from tests.adapters.witness.material import COSIGNER, History, a_witness, cosigned_text

TRUE = History()
FALSE = History("false", fork=3)
NEW_KEY = Ed25519NoteSigner(ORIGIN, b"\x09" * 32)


def _conflict(answer: Answer) -> int:
    assert (answer.status, answer.content_type) == (409, "text/x.tlog.size")
    return int(answer.body)


def test_a_log_that_grows_is_cosigned_each_time(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)
    for old, size in ((0, 1), (1, 5), (5, 8), (8, 8), (8, 300)):
        answer = witness.answer(TRUE.request(old, size))
        assert answer.status == 200
        cosigned_text(TRUE.note(size), answer)


def test_the_empty_log_is_cosigned(tmp_path: Path) -> None:
    witness = a_witness(tmp_path)
    assert witness.answer(TRUE.request(0, 0)).status == 200
    assert witness.answer(TRUE.request(0, 4)).status == 200


@pytest.mark.parametrize(
    "body", [b"", b"old 0\n\nnot a checkpoint\n", TRUE.request(0, 5).replace(b"old 0", b"old 6")]
)
def test_what_cannot_be_read_is_400(tmp_path: Path, body: bytes) -> None:
    assert a_witness(tmp_path).answer(body).status == 400


def test_another_log_is_404(tmp_path: Path) -> None:
    assert a_witness(tmp_path).answer(History(signer=OTHER).request(0, 5)).status == 404


def test_another_key_of_the_log_is_403(tmp_path: Path) -> None:
    assert a_witness(tmp_path).answer(History(signer=NEW_KEY).request(0, 5)).status == 403


def test_a_signature_that_does_not_fit_is_403(tmp_path: Path) -> None:
    signature = TRUE.note(4).rpartition(b"\n\n")[2]
    forged = TRUE.note(5).rpartition(b"\n\n")[0] + b"\n\n" + signature
    assert a_witness(tmp_path).answer(write_request(0, (), forged)).status == 403


def test_signatures_of_strangers_are_passed_over(tmp_path: Path) -> None:
    note = TRUE.note(5)
    note += (signature_line(read_note(note)[0], NEW_KEY) + "\n").encode()
    answer = a_witness(tmp_path).answer(write_request(0, (), note))
    assert answer.status == 200
    cosigned_text(note, answer)


@pytest.mark.parametrize("old", [0, 1, 4])
def test_another_old_size_is_409_with_the_one_that_is_held(tmp_path: Path, old: int) -> None:
    witness = a_witness(tmp_path)
    assert _conflict(witness.answer(TRUE.request(4, 8))) == 0
    assert witness.answer(TRUE.request(0, 5)).status == 200
    assert _conflict(witness.answer(TRUE.request(old, 8))) == 5
    assert _conflict(witness.answer(TRUE.request(old, 4))) == 5
    assert witness.answer(TRUE.request(5, 8)).status == 200


def test_another_root_of_the_same_size_is_409(tmp_path: Path) -> None:
    told: list[str] = []
    witness = a_witness(tmp_path, tell=told.append)
    assert witness.answer(TRUE.request(0, 5)).status == 200
    assert _conflict(witness.answer(FALSE.request(5, 5))) == 5
    assert told[0].startswith(f"REFUSED: the checkpoint of 5 records of log `{ORIGIN}` has another root")
    (kept,) = (tmp_path / REFUSED_FOLDER).iterdir()
    assert kept.read_bytes() == FALSE.note(5)


@pytest.mark.parametrize(
    "proof", [(), (b"x" * 32,), TRUE.proof(5, 9), FALSE.proof(5, 9), (*TRUE.proof(5, 9), b"x" * 32)]
)
def test_a_rewritten_history_is_422_whatever_its_proof(tmp_path: Path, proof: tuple[bytes, ...]) -> None:
    """The key of the log is stolen, the checkpoint is signed with it: the proof must fail all the same."""
    told: list[str] = []
    witness = a_witness(tmp_path, tell=told.append)
    assert witness.answer(TRUE.request(0, 5)).status == 200
    for _ in range(2):
        assert witness.answer(write_request(5, proof, FALSE.note(9))).status == 422
    assert len(told) == 1, "who sends it again and again fills no log"
    assert "without a proof that it goes on from the 5" in told[0]
    assert witness.answer(TRUE.request(5, 9)).status == 200


@pytest.mark.parametrize("proof", [(), TRUE.proof(5, 9)[:-1], (*TRUE.proof(5, 9), b"x" * 32)])
def test_a_proof_that_does_not_fit_is_422(tmp_path: Path, proof: tuple[bytes, ...]) -> None:
    witness = a_witness(tmp_path)
    assert witness.answer(TRUE.request(0, 5)).status == 200
    assert witness.answer(write_request(5, proof, TRUE.note(9))).status == 422


@pytest.mark.parametrize(("old", "size"), [(0, 5), (5, 5)])
def test_a_proof_where_there_is_nothing_to_prove_is_422(tmp_path: Path, old: int, size: int) -> None:
    witness = a_witness(tmp_path)
    if old:
        assert witness.answer(TRUE.request(0, old)).status == 200
    assert witness.answer(write_request(old, (b"x" * 32,), TRUE.note(size))).status == 422


def test_an_answer_that_was_lost_is_given_again(tmp_path: Path) -> None:
    """A crash after the state is kept: whoever asks again learns the size and gets the cosignature."""
    witness = a_witness(tmp_path)
    witness.answer(TRUE.request(0, 5))
    witness.close()
    witness = a_witness(tmp_path)
    assert _conflict(witness.answer(TRUE.request(0, 5))) == 5
    assert _conflict(witness.answer(FALSE.request(5, 5))) == 5
    answer = witness.answer(TRUE.request(5, 5))
    assert answer.status == 200
    cosigned_text(TRUE.note(5), answer)


def test_a_log_with_a_new_key_goes_on(tmp_path: Path) -> None:
    witness = a_witness(tmp_path, (LOG_KEY, NoteVerifier.from_text(NEW_KEY.verifier_key)))
    assert witness.answer(TRUE.request(0, 5)).status == 200
    assert witness.answer(History(signer=NEW_KEY).request(5, 7)).status == 200
    assert witness.answer(TRUE.request(7, 9)).status == 200


def test_two_logs_do_not_mix(tmp_path: Path) -> None:
    other = History("other", signer=OTHER)
    witness = a_witness(tmp_path, (LOG_KEY, NoteVerifier.from_text(OTHER.verifier_key)))
    assert witness.answer(TRUE.request(0, 5)).status == 200
    assert witness.answer(other.request(0, 3)).status == 200
    assert witness.answer(TRUE.request(5, 6)).status == 200
    assert witness.answer(other.request(3, 4)).status == 200


def test_only_keys_of_logs_are_taken() -> None:
    assert log_keys([LOG.verifier_key]) == (LOG_KEY,)
    with pytest.raises(VerifierKeyInvalid, match="type 0x01"):
        log_keys([COSIGNER.verifier_key])


def test_of_many_at_once_each_is_judged_by_the_last(tmp_path: Path) -> None:
    """Two histories race from one size: one wins, whole; nothing is rolled back."""
    witness = a_witness(tmp_path)
    assert witness.answer(TRUE.request(0, 3)).status == 200
    bodies = [history.request(3, size) for size in range(4, 20) for history in (TRUE, FALSE)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(witness.answer, bodies))
    assert [answer.status for answer in answers].count(200) == 1
    won = answers.index(next(answer for answer in answers if answer.status == 200))
    assert {_conflict(answer) for answer in answers if answer.status != 200} == {4 + won // 2}


_STEPS = st.lists(
    st.tuples(
        st.sampled_from([TRUE, FALSE]), st.integers(0, 12), st.none() | st.integers(0, 12), st.booleans()
    ),
    max_size=30,
)


@settings(max_examples=40)
@given(_STEPS)
def test_whatever_is_asked_only_one_history_is_cosigned(
    steps: list[tuple[History, int, int | None, bool]],
) -> None:
    """The histories part after 3 entries. Old sizes are right (none) or anything; a restart may come anywhere."""
    sizes, words = [0], set()
    with TemporaryDirectory() as folder:
        witness = a_witness(Path(folder))
        for history, size, old, starts_again in steps:
            asked = min(sizes[-1] if old is None else old, size)
            if witness.answer(history.request(asked, size)).status == 200:
                sizes.append(size)
                words |= {history.word} if size > FALSE.fork else set()
            if starts_again:
                witness.close()
                witness = a_witness(Path(folder))
        witness.close()
    assert sizes == sorted(sizes)
    assert len(words) <= 1
