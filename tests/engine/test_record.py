"""Canonical bytes and digests: one form for one value, the way back, and nothing that collides."""

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from typing import Any, get_args, get_origin, get_type_hints

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from pactolus_engine.decision import Decision, Outcome, PackIdentity, Retracted, Trace
from pactolus_engine.facts import Source, Taken
from pactolus_engine.record import (
    COMMITMENT_FIELDS,
    DecidedBy,
    ReceivedRequest,
    StoredInput,
    commitment_bytes,
    decision_from_json,
    decision_id,
    decision_json,
    leaf_hash,
    read_commitment,
    read_stored_input,
    request_digest,
    salted_digest,
    stored_input,
)

DECISION = Decision(
    decision_id="",
    outcome=Outcome.NEED_DATA,
    options=(),
    conclusions=(),
    reasons=(),
    missing=(),
    minimal_missing_sets=(("mrd",), ("mrd", "specimen")),
    possible_outcomes=(),
    possible_outcomes_complete=True,
    assumptions=(),
    caveats=(),
    blocked_options=(),
    trace=Trace(rules=(), facts=(), passed_over=()),
    pack=PackIdentity("midas-consolidation", "1.0.0", "ab" * 32),
    patient="Patient/p1",
    evaluation_time="2026-03-01T09:00:00.000Z",
)

_TEXTS = st.sampled_from(["", "mrd", "true", '"\\\n\x00', "\u00e9 \U0001d11e \u2028", "\ufb33"])


def _any(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Any value of this kind, few and short: a decision has many fields, and the shapes matter."""
    if kind is str:
        return _TEXTS
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{name: _any(part, depth + 1) for name, part in hints.items()})
    if get_origin(kind) is tuple:
        if depth > _DEEPEST:
            return st.just(())
        return st.lists(_any(get_args(kind)[0], depth + 1), max_size=2 if depth == 1 else 1).map(tuple)
    return st.from_type(kind)


_DEEPEST = 8
_DECISIONS = _any(Decision)
_REQUESTS = st.builds(ReceivedRequest)
_KEYS = st.text(st.characters(codec="ascii"), max_size=3)
_TEXT_MAPS = st.dictionaries(_KEYS, st.text(max_size=3), max_size=3)
_DECIDED = st.builds(DecidedBy, parameters=_TEXT_MAPS, settings=_TEXT_MAPS, versions=_TEXT_MAPS)


# --- decisions ---------------------------------------------------------------------------------


@settings(max_examples=40)
@given(_DECISIONS)
def test_a_decision_comes_back_from_its_bytes(decision: Decision) -> None:
    written = decision_json(decision)
    assert decision_from_json(written) == decision
    assert rfc8785.dumps(json.loads(written)) == written


def test_the_form_of_a_decision_is_fixed() -> None:
    assert decision_json(DECISION) == (
        b'{"assumptions":[],"blocked_options":[],"caveats":[],"conclusions":[],"decision_id":"",'
        b'"evaluation_time":"2026-03-01T09:00:00.000Z","minimal_missing_sets":[["mrd"],["mrd","specimen"]],'
        b'"missing":[],"options":[],"outcome":"NEED_DATA","pack":{"digest":"' + b"ab" * 32 + b'",'
        b'"id":"midas-consolidation","version":"1.0.0"},"patient":"Patient/p1","possible_outcomes":[],'
        b'"possible_outcomes_complete":true,"reasons":[],"trace":{"facts":[],"passed_over":[],"rules":[]}}'
    )


def test_the_id_of_a_decision_is_the_digest_of_its_content_without_id() -> None:
    made = decision_id(DECISION)
    assert made == sha256(decision_json(DECISION)).hexdigest()
    assert decision_id(replace(DECISION, decision_id=made)) == made


def test_a_retraction_comes_back_with_its_replacement() -> None:
    taken = replace(DECISION.trace, taken_from_earlier=(Taken(Source("Patient/p1", "Patient"), "3", "x"),))
    retracted = (Retracted("d" * 64, "plan", "revoked", "a result changed", "3"),)
    told = replace(DECISION, outcome=Outcome.RETRACT, retracted=retracted, replacement=DECISION, trace=taken)
    assert decision_from_json(decision_json(told)) == told
    assert decision_id(told) != decision_id(replace(told, retracted=()))


@pytest.mark.parametrize("name", [part.name for part in fields(Decision) if part.name != "decision_id"])
def test_the_id_depends_on_every_field(name: str) -> None:
    value = getattr(DECISION, name)
    others = {str: "other", bool: False, tuple: (("other",),), Outcome: Outcome.HOLD}
    other = others.get(type(value)) or {
        "trace": Trace((), (), ()),
        "pack": PackIdentity("midas-consolidation", "1.0.0", "cd" * 32),
        "possible_outcomes_complete": False,
        "replacement": DECISION,
    }.get(name)
    if name == "trace":
        other = replace(DECISION.trace, rules=("other",))  # type: ignore[arg-type]
    assert decision_id(replace(DECISION, **{name: other})) != decision_id(DECISION)  # type: ignore[arg-type]


def _changed(change: Callable[[dict[str, object]], object]) -> bytes:
    document = json.loads(decision_json(DECISION))
    change(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b"nonsense",
        b"[" * 100_000,
        decision_json(DECISION).replace(b'{"assum', b'{"patient":"Patient/p2","assum'),
        decision_json(DECISION) + b" x",
        _changed(lambda document: document.pop("pack")),
        _changed(lambda document: document.update(more="")),
        _changed(lambda document: document.update(outcome="MAYBE")),
        _changed(lambda document: document.update(outcome=True)),
        _changed(lambda document: document.update(patient=None)),
        _changed(lambda document: document.update(patient=1)),
        _changed(lambda document: document.update(patient=True)),
        _changed(lambda document: document.update(possible_outcomes_complete="true")),
        _changed(lambda document: document.update(possible_outcomes_complete=1)),
        _changed(lambda document: document.update(options={})),
        _changed(lambda document: document.update(options="")),
        _changed(lambda document: document.update(pack=[])),
        _changed(lambda document: document.update(minimal_missing_sets=["mrd"])),
    ],
    ids=range(20),
)
def test_what_is_no_decision_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="a decision is expected to"):
        decision_from_json(content)


def test_a_field_that_came_later_is_filled_in() -> None:
    """`Explanation.children` has a default: a record made before it was there can still be read."""
    with_rule = json.loads(decision_json(DECISION))
    with_rule["trace"]["rules"] = [
        {"rule": "r", "effect": "hold", "truth": "true", "explanation": {"text": "t", "truth": "true"}}
    ]
    assert decision_from_json(json.dumps(with_rule).encode()).trace.rules[0].explanation.children == ()


@pytest.mark.parametrize("value", [1, None, 1.5, ["list"], {"set"}])
def test_only_what_has_one_form_is_written(value: object) -> None:
    with pytest.raises(ValueError, match="a record holds texts"):
        decision_json(replace(DECISION, patient=value))  # type: ignore[arg-type]


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError):
        decision_json(replace(DECISION, patient="\ud800"))


# --- commitments -------------------------------------------------------------------------------


COMMITMENT = {"event": "evaluation", "pack_id": "midas-consolidation", "instant": "2026-03-01T09:00:00.000Z"}


def test_a_commitment_is_canonical_and_says_its_version() -> None:
    leaf = commitment_bytes(COMMITMENT)
    assert leaf == (
        b'{"event":"evaluation","instant":"2026-03-01T09:00:00.000Z",'
        b'"pack_id":"midas-consolidation","schema_version":"1"}'
    )
    assert read_commitment(leaf) == {**COMMITMENT, "schema_version": "1"}
    assert commitment_bytes(dict(reversed(COMMITMENT.items()))) == leaf


@pytest.mark.parametrize(
    "name", ["outcome", "rules", "request_id", "request_digest", "patient", "schema_version"]
)
def test_a_commitment_has_no_other_fields(name: str) -> None:
    with pytest.raises(ValueError, match="only its own fields"):
        commitment_bytes({name: "x"})


@pytest.mark.parametrize("value", ["Jane Doe", "é", "a\nb", 'a"b', "x" * 129, "\x00", "7.3e-6 {cells}"])
@pytest.mark.parametrize("name", sorted(COMMITMENT_FIELDS))
def test_a_commitment_holds_tokens_only(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"`{name}`") as caught:
        commitment_bytes({name: value})
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    "leaf", [b"", b"[]", b'{"a":1}', b"{}", b'{"schema_version":"2"}', b'{"schema_version":"1","a":["b"]}']
)
def test_what_is_no_commitment_is_refused(leaf: bytes) -> None:
    with pytest.raises(ValueError, match="a commitment"):
        read_commitment(leaf)


def test_the_leaf_hash_is_that_of_rfc_6962() -> None:
    """Known answer: the leaf hash of an empty leaf, as in the Certificate Transparency test vectors."""
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


def test_a_salted_digest_depends_on_salt_and_content() -> None:
    salts = bytes(32), bytes(31) + b"\x01"
    assert salted_digest(salts[0], b"x") == sha256(bytes(32) + b"x").hexdigest()
    assert len({salted_digest(salt, content) for salt in salts for content in (b"x", b"y")}) == 4


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_salt_has_one_length(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        salted_digest(bytes(size), b"x")


# --- requests ----------------------------------------------------------------------------------


@given(_REQUESTS, _REQUESTS)
def test_two_requests_have_one_digest_only_if_they_ask_the_same(
    left: ReceivedRequest, right: ReceivedRequest
) -> None:
    def asked(request: ReceivedRequest) -> ReceivedRequest:
        return replace(request, request_id="", client="", tenant="")

    assert (request_digest(left) == request_digest(right)) == (asked(left) == asked(right))


_TINY = st.sampled_from(["", "a", "b", "ab", "ba"])
_TINY_BYTES = _TINY.map(str.encode)
_NEIGHBOURS = st.builds(
    ReceivedRequest,
    resources=st.lists(_TINY_BYTES, max_size=3).map(tuple),
    bundle=_TINY_BYTES,
    patient=_TINY,
    pack_id=_TINY,
    pack_version=_TINY,
    evaluation_time=_TINY,
    fhir_version=_TINY,
)


@settings(max_examples=200)
@given(_NEIGHBOURS, _NEIGHBOURS)
def test_no_part_of_a_request_trades_bytes_with_its_neighbour(
    left: ReceivedRequest, right: ReceivedRequest
) -> None:
    assert (request_digest(left) == request_digest(right)) == (left == right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ({"resources": (b"ab",)}, {"resources": (b"a", b"b")}),
        ({"resources": (b"a",)}, {"bundle": b"a"}),
        ({"resources": (b"",)}, {"resources": ()}),
        ({"resources": (b"a", b"b")}, {"resources": (b"b", b"a")}),
        ({"pack_id": "a", "pack_version": "bc"}, {"pack_id": "ab", "pack_version": "c"}),
        ({"patient": "a"}, {"pack_id": "a"}),
    ],
)
def test_requests_that_look_alike_when_joined_differ(
    left: dict[str, object], right: dict[str, object]
) -> None:
    made = [request_digest(ReceivedRequest(**parts)) for parts in (left, right)]  # type: ignore[arg-type]
    assert made[0] != made[1]


@settings(max_examples=40)
@given(_REQUESTS, _DECIDED)
def test_a_stored_input_comes_back_byte_for_byte(request: ReceivedRequest, decided: DecidedBy) -> None:
    content = stored_input(request, decided)
    assert read_stored_input(content) == StoredInput(request, decided)
    assert rfc8785.dumps(json.loads(content)) == content


def test_a_key_that_is_not_ascii_is_refused() -> None:
    decided = DecidedBy("", PackIdentity("", "", ""), {"dépôt": "1"}, {}, {})
    with pytest.raises(ValueError, match="ASCII"):
        stored_input(ReceivedRequest(), decided)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"request":{},"decided":{}}', decision_json(DECISION)])
def test_what_is_no_stored_input_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="a stored input is expected to"):
        read_stored_input(content)


def test_broken_base64_is_refused() -> None:
    decided = DecidedBy("", PackIdentity("", "", ""), {}, {}, {})
    content = stored_input(ReceivedRequest(resources=(b"abc",)), decided)
    with pytest.raises(ValueError, match="a stored input is expected to"):
        read_stored_input(content.replace(b"YWJj", b"YW*j"))
