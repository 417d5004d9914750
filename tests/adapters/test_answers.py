"""What a record keeps of an answer comes back as it was; what was refused is refused again."""

from base64 import b64encode
from dataclasses import replace

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from pactolus_adapters.answers import decode_answer, encode_answer, encode_refusal
from pactolus_engine.decision import Outcome
from pactolus_engine.errors import (
    EnginesDisagree,
    InputInvalid,
    MatcherFailed,
    PackNotFound,
    PactolusError,
    Violation,
)
from pactolus_engine.record import decision_json
from tests.support.decisions import a_decision

CANARY = "qUokka7319"


@pytest.mark.parametrize("outcome", Outcome)
def test_an_answer_comes_back_to_the_byte(outcome: Outcome) -> None:
    decision, bundle = a_decision(outcome), b'{"resourceType":"Bundle",\n "total":0.00001000}'
    assert decode_answer(encode_answer(decision, bundle)) == (decision, bundle)


@given(st.binary())
def test_any_bundle_keeps_its_bytes(bundle: bytes) -> None:
    assert decode_answer(encode_answer(a_decision(Outcome.HOLD), bundle))[1] == bundle


_TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\\/\b\f\n\r\t\x00\x1f\x7f\u2028')
)


@given(_TEXTS, st.binary())
def test_an_answer_is_written_as_rfc_8785_has_it(text: str, bundle: bytes) -> None:
    decision = replace(a_decision(Outcome.HOLD), patient=text)
    told = {"decision": decision_json(decision).decode(), "bundle": b64encode(bundle).decode("ascii")}
    assert encode_answer(decision, bundle) == rfc8785.dumps(told)


@given(st.lists(st.builds(Violation, st.text(st.characters(exclude_categories=["Cs"])), st.just("expected"))))
def test_a_refusal_is_raised_again_with_every_violation(violations: list[Violation]) -> None:
    refusal = InputInvalid(violations)
    with pytest.raises(InputInvalid) as caught:
        decode_answer(encode_refusal(refusal))
    assert caught.value.violations == refusal.violations


def test_a_missing_pack_is_raised_again() -> None:
    with pytest.raises(PackNotFound, match="no such pack"):
        decode_answer(encode_refusal(PackNotFound("no such pack")))


@pytest.mark.parametrize("failure", [EnginesDisagree(("r1",)), MatcherFailed("it stopped")])
def test_a_failure_keeps_its_text_and_never_passes_for_an_answer(failure: PactolusError) -> None:
    with pytest.raises(PactolusError) as caught:
        decode_answer(encode_refusal(failure))
    assert str(caught.value) == str(failure)


def test_the_text_of_what_nobody_foresaw_is_not_kept() -> None:
    content = encode_refusal(ValueError(CANARY))
    assert CANARY.encode() not in content
    with pytest.raises(PactolusError, match="internal error"):
        decode_answer(content)
