"""A sealed record opens only whole, at its own place, under its own leaf."""

import os
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pactolus_adapters.audit.keys import Keys, associated_data
from pactolus_adapters.audit.seal import (
    Place,
    SealedRecord,
    index_row,
    open_record,
    pack_content,
    seal_record,
    written_time,
)
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.record import leaf_hash
from tests.contract.audit_log import fixed_clock, new_record

KEYS = Keys(bytes(32))
DATA_KEY = bytes(range(32))
PLACE = Place("example.org/log", 7)


def _sealed(about: bytes = b"x", place: Place = PLACE) -> SealedRecord:
    record = new_record(about=about)
    row = index_row(record, written_time(fixed_clock()), KEYS, "a-pseudonym")
    packed = pack_content(record, os.urandom)
    return seal_record(packed, row, place, keys=KEYS, key_id="k", data_key=DATA_KEY, random_bytes=os.urandom)


def test_what_was_sealed_opens() -> None:
    stored = open_record(_sealed(), PLACE, DATA_KEY)
    assert (stored.index, stored.input) == (7, new_record(about=b"x").input)


def _with_leaf(sealed: SealedRecord, leaf: bytes) -> SealedRecord:
    return replace(sealed, leaf=leaf, leaf_hash=leaf_hash(leaf))


ALTERATIONS: dict[str, Callable[[SealedRecord], SealedRecord]] = {
    "leaf": lambda sealed: replace(sealed, leaf=sealed.leaf.replace(b"1.0.0", b"1.0.1")),
    "leaf hash": lambda sealed: replace(sealed, leaf_hash=bytes(32)),
    "leaf and hash": lambda sealed: _with_leaf(sealed, sealed.leaf.replace(b"1.0.0", b"1.0.1")),
    "key id": lambda sealed: replace(sealed, key_id="other"),
    "nonce": lambda sealed: replace(sealed, nonce=bytes(12)),
    "no nonce": lambda sealed: replace(sealed, nonce=b""),
    "last byte": lambda sealed: replace(sealed, ciphertext=sealed.ciphertext[:-1] + b"\x00\x00"),
    "no payload": lambda sealed: replace(sealed, ciphertext=b""),
    "payload of another": lambda sealed: replace(sealed, ciphertext=_sealed(b"y").ciphertext),
    "outcome": lambda sealed: replace(sealed, row=replace(sealed.row, outcome="CONFLICT")),
    "rules": lambda sealed: replace(sealed, row=replace(sealed.row, rules=())),
    "digest": lambda sealed: replace(sealed, row=replace(sealed.row, request_digest="")),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_an_altered_part_is_noticed(what: str) -> None:
    with pytest.raises(AuditUnavailable, match="record `7` of the audit log was altered"):
        open_record(ALTERATIONS[what](_sealed()), PLACE, DATA_KEY)


@pytest.mark.parametrize("place", [Place("example.org/log", 8), Place("example.org/other", 7)])
def test_a_record_opens_at_its_own_place_only(place: Place) -> None:
    with pytest.raises(AuditUnavailable, match="place"):
        open_record(_sealed(), place, DATA_KEY)


BINDING = (b"example.org/log", b"7")


def _joined(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def _split(payload: bytes) -> list[bytes]:
    parts = []
    while payload:
        size = int.from_bytes(payload[:8], "big")
        parts.append(payload[8 : 8 + size])
        payload = payload[8 + size :]
    return parts


def _encrypted(sealed: SealedRecord, payload: bytes) -> SealedRecord:
    """What somebody who holds every key can do: another payload below the same leaf."""
    binding = associated_data("pactolus record 1", *BINDING, sealed.leaf_hash, b"k")
    return replace(sealed, ciphertext=AESGCM(DATA_KEY).encrypt(sealed.nonce, payload, binding))


def _parts(sealed: SealedRecord) -> list[bytes]:
    """Input salt, output salt, input, output, index row."""
    binding = associated_data("pactolus record 1", *BINDING, sealed.leaf_hash, b"k")
    _, salts, row, content = _split(AESGCM(DATA_KEY).decrypt(sealed.nonce, sealed.ciphertext, binding))
    return [salts[:32], salts[32:], *_split(zlib.decompress(content)), row]


def _resealed(sealed: SealedRecord, *parts: bytes) -> SealedRecord:
    salts, contents, row = b"".join(parts[:2]), zlib.compress(_joined(*parts[2:-1])), parts[-1]
    return _encrypted(sealed, _joined(b"pactolus payload 2", salts, row, contents))


@pytest.mark.parametrize(("part", "message"), [(0, "input"), (1, "output"), (2, "input"), (3, "output")])
def test_whoever_holds_the_keys_cannot_change_what_the_leaf_commits_to(part: int, message: str) -> None:
    sealed = _sealed()
    parts = _parts(sealed)
    parts[part] = bytes(reversed(parts[part]))
    with pytest.raises(AuditUnavailable, match=f"its {message} does not match"):
        open_record(_resealed(sealed, *parts), PLACE, DATA_KEY)


def test_a_payload_of_another_shape_is_refused() -> None:
    sealed = _sealed()
    salt, other, input_, output, row = _parts(sealed)
    for parts in (
        [salt, other, input_, row],
        [salt, other, input_, output, b"", row],
        [salt, other + b"x", input_, output, row],
    ):
        with pytest.raises(AuditUnavailable, match="cannot read"):
            open_record(_resealed(sealed, *parts), PLACE, DATA_KEY)
    for payload in (_joined(b"pactolus payload 2"), _joined(b"pactolus payload 2", salt + other, row)):
        with pytest.raises(AuditUnavailable, match="cannot read"):
            open_record(_encrypted(sealed, payload), PLACE, DATA_KEY)


def test_a_payload_of_the_schema_before_the_tree_opens() -> None:
    sealed = _sealed()
    before = zlib.compress(_joined(b"pactolus payload 1", *_parts(sealed)))
    assert open_record(_encrypted(sealed, before), PLACE, DATA_KEY) == open_record(sealed, PLACE, DATA_KEY)
    other = zlib.compress(_joined(b"pactolus payload 0", *_parts(sealed)))
    with pytest.raises(AuditUnavailable, match="cannot read"):
        open_record(_encrypted(sealed, other), PLACE, DATA_KEY)
