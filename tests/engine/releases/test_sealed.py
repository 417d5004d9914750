"""Signed statements: one form in bytes, and nothing else is read."""

import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pactolus_engine.releases.pack_statement import (
    PACK_FORMAT,
    file_issues,
    pack_statement,
    read_pack_statement,
)
from pactolus_engine.releases.sealed import (
    ALGORITHM,
    Sealed,
    SealUnreadable,
    message,
    read_sealed,
    sealed_bytes,
)

_STATEMENT = {"format": "pactolus test 1", "algorithm": ALGORITHM, "key_id": "k"}
_SIGNATURE = bytes(range(64))
_GOOD = sealed_bytes(Sealed(_STATEMENT, _SIGNATURE))
_FILES = {"pack.yaml": b"id: p", "rules/a.yaml": b"a", "approvals.yaml": b"later"}


def test_what_is_written_is_read_back() -> None:
    assert read_sealed(_GOOD, "pactolus test 1") == Sealed(_STATEMENT, _SIGNATURE)


def test_the_message_begins_with_its_purpose() -> None:
    other = _STATEMENT | {"format": "pactolus other 1"}
    assert message(_STATEMENT).startswith(b"pactolus test 1\n{")
    assert message(other).startswith(b"pactolus other 1\n{")


def _as_text(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode() + b"\n"


_SIGNED = b64encode(_SIGNATURE).decode()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no signed statement"),
        (b"[]", "no signed statement"),
        (b"\xff", "no signed statement"),
        (b"[" * 100_000, "no signed statement"),
        (b'{"signature":1,"statement":{}}\n', "no signed statement"),
        (_as_text({"signature": "?", "statement": _STATEMENT}), "no signed statement"),
        (_as_text({"signature": _SIGNED, "statement": "text"}), "no signed statement"),
        (_GOOD[:-1], "canonical"),
        (_GOOD.replace(b'"k"', b"0.5"), "no signed statement"),
        (_GOOD.replace(b":", b": ", 1), "canonical"),
        (_as_text({"signature": _SIGNED, "statement": _STATEMENT, "more": 1}), "canonical"),
        (_GOOD.replace(b'{"signature"', b'{"signature":"","signature"'), "canonical"),
        (_as_text({"signature": "AAAA", "statement": _STATEMENT}), "the algorithm `Ed25519`"),
        (_as_text({"signature": _SIGNED, "statement": _STATEMENT | {"algorithm": "none"}}), "the algorithm"),
        (
            _as_text({"signature": _SIGNED, "statement": _STATEMENT | {"format": "pactolus pack 1"}}),
            "expected the format `pactolus test 1`",
        ),
    ],
)
def test_another_form_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(SealUnreadable, match=told):
        read_sealed(content, "pactolus test 1")


@given(some.binary(max_size=200))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    with pytest.raises(SealUnreadable):
        read_sealed(content, "pactolus test 1")


def test_a_pack_statement_holds_each_file_but_the_sign_offs() -> None:
    statement = pack_statement(_FILES, pack="p", version="1.0.0", language="1", key_id="k")
    assert sorted(statement.files) == ["pack.yaml", "rules/a.yaml"]
    assert read_pack_statement(statement.document()) == statement


@pytest.mark.parametrize(
    "change",
    [
        {"pack": "a b"},
        {"version": 1},
        {"files": []},
        {"files": {"../x": "ab"}},
        {"files": {"a": ""}},
        {"more": "x"},
    ],
)
def test_a_statement_of_another_form_is_refused(change: dict[str, Any]) -> None:
    statement = pack_statement(_FILES, pack="p", version="1.0.0", language="1", key_id="k")
    with pytest.raises(SealUnreadable):
        read_pack_statement(statement.document() | change)
    assert statement.document()["format"] == PACK_FORMAT


def test_the_first_files_that_differ_are_named_and_the_rest_counted() -> None:
    signed = pack_statement(
        {f"rules/r{n}.yaml": b"" for n in range(9)}, pack="p", version="1.0.0", language="1", key_id="k"
    )
    found = {"rules/r0.yaml": b"changed", "rules/new.yaml": b"", "approvals.yaml": b"never counts"}
    told = [str(issue) for issue in file_issues(signed.files, found)]
    assert told == [
        "rules/new.yaml:1:1: the file was added after the signing",
        "rules/r0.yaml:1:1: the content is not what was signed",
        *(
            f"rules/r{n}.yaml:1:1: the file was there when the pack was signed, and is missing now"
            for n in (1, 2, 3)
        ),
        "signature.json:1:1: 5 more files are not as they were signed",
    ]
