"""One record, closed and opened: what is public, what is indexed, what is encrypted.

A sealed record has three parts. The *leaf* is the public commitment, without patient data. The
*index row* is what records are found by. The *payload* holds everything else, the salts of the
digests in the leaf, and a copy of the index row, encrypted and bound to its place in its log:
no part can be altered, moved or exchanged without `open_record` noticing.
"""

import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pactolus_adapters.audit.keys import NONCE_BYTES, Keys, RandomBytes, associated_data
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import NewRecord, StoredRecord
from pactolus_engine.record import (
    COMMITMENT_FIELDS,
    SALT_BYTES,
    commitment_bytes,
    leaf_hash,
    read_commitment,
    salted_digest,
)

__all__ = [
    "IndexRow",
    "Place",
    "SealedRecord",
    "index_row",
    "open_record",
    "patient_pseudonym",
    "patient_pseudonyms",
    "seal_record",
]

_PAYLOAD_PARTS: Final = 5
_LENGTH_BYTES: Final = 8
_COMPRESSION: Final = 1
"""The fastest level: explanations repeat themselves, a record shrinks to about a tenth."""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What a record is found by: erasable, unencrypted, and without patient data.

    `recorded_at` is RFC 3339 in UTC with microseconds; `patient_pseudonym` is empty when nobody
    said who the patient is. `other_pseudonyms`: of the patient's other names, sorted.
    """

    event: str
    outcome: str
    rules: tuple[str, ...]
    tenant: str
    client: str
    request_id: str
    request_digest: str
    recorded_at: str
    patient_pseudonym: str
    other_pseudonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: which log, which index."""

    log_origin: str
    index: int


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A record as a store holds it, table by table."""

    index: int
    leaf: bytes
    leaf_hash: bytes
    row: IndexRow
    key_id: str
    nonce: bytes
    ciphertext: bytes


def patient_pseudonym(keys: Keys, record: NewRecord) -> str:
    """The pseudonym of the record's patient, or empty when nobody said who that is."""
    return keys.pseudonym("patient", record.tenant, record.patient_key) if record.patient_key else ""


def patient_pseudonyms(keys: Keys, tenant: str, names: Iterable[str]) -> tuple[str, ...]:
    """The pseudonyms of a patient's names, each once, sorted."""
    return tuple(sorted({keys.pseudonym("patient", tenant, name) for name in names if name}))


def index_row(record: NewRecord, recorded_at: datetime, keys: Keys) -> IndexRow:
    """The index row of a record made at that instant (aware, else `ValueError`)."""
    if recorded_at.tzinfo is None:
        raise ValueError("the clock of an audit log is expected to say its time zone")
    own = patient_pseudonym(keys, record)
    names = patient_pseudonyms(keys, record.tenant, record.patient_names)
    instant = recorded_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return IndexRow(
        event=record.event,
        outcome=record.outcome,
        rules=record.rules,
        tenant=record.tenant,
        client=record.client,
        request_id=record.request_id,
        request_digest=record.request_digest,
        recorded_at=instant,
        patient_pseudonym=own,
        other_pseudonyms=tuple(name for name in names if name != own),
    )


def seal_record(
    record: NewRecord,
    row: IndexRow,
    place: Place,
    *,
    keys: Keys,
    key_id: str,
    data_key: bytes,
    random_bytes: RandomBytes,
) -> SealedRecord:
    """Closes a record for its place in the log. Raises `ValueError` when its commitment is none."""
    input_salt, output_salt, nonce = (random_bytes(size) for size in (SALT_BYTES, SALT_BYTES, NONCE_BYTES))
    leaf = _leaf(record, row, keys, input_salt, output_salt)
    hashed = leaf_hash(leaf)
    payload = associated_data(
        "pactolus payload 1",
        input_salt,
        output_salt,
        record.input,
        record.output,
        _row_bytes(row),
    )
    packed = zlib.compress(payload, _COMPRESSION)
    ciphertext = AESGCM(data_key).encrypt(nonce, packed, _binding(place, hashed, key_id))
    return SealedRecord(place.index, leaf, hashed, row, key_id, nonce, ciphertext)


def _leaf(record: NewRecord, row: IndexRow, keys: Keys, input_salt: bytes, output_salt: bytes) -> bytes:
    if not record.commitment.keys() <= COMMITMENT_FIELDS:
        raise ValueError("a commitment holds only the fields of `COMMITMENT_FIELDS`")
    return commitment_bytes(
        {
            **record.commitment,
            "event": record.event,
            "recorded_at": row.recorded_at,
            "instant": record.instant,
            "client_pseudonym": keys.pseudonym("client", record.tenant, record.client),
            "patient_pseudonym": row.patient_pseudonym,
            "input_digest": salted_digest(input_salt, record.input),
            "output_digest": salted_digest(output_salt, record.output),
        }
    )


def open_record(sealed: SealedRecord, place: Place, data_key: bytes) -> StoredRecord:
    """Opens a record and checks every part against the others.

    `place` is where the caller asked for it. Raises `AuditUnavailable`, naming the index, when a
    part was altered, moved or exchanged.
    """
    if leaf_hash(sealed.leaf) != sealed.leaf_hash:
        raise _altered(place, "its leaf does not match its leaf hash")
    payload = _decrypted(sealed, place, data_key)
    input_salt, output_salt, input_, output, row = _split(payload, place)
    if row != _row_bytes(sealed.row):
        raise _altered(place, "its index row differs from the copy in its payload")
    commitment = _commitment(sealed, place)
    if commitment["input_digest"] != salted_digest(input_salt, input_):
        raise _altered(place, "its input does not match the digest in its leaf")
    if commitment["output_digest"] != salted_digest(output_salt, output):
        raise _altered(place, "its output does not match the digest in its leaf")
    return StoredRecord(
        index=place.index,
        event=sealed.row.event,
        leaf=sealed.leaf,
        input=input_,
        output=output,
        outcome=sealed.row.outcome,
        rules=sealed.row.rules,
        recorded_at=sealed.row.recorded_at,
    )


def _commitment(sealed: SealedRecord, place: Place) -> dict[str, str]:
    try:
        return {"input_digest": "", "output_digest": "", **read_commitment(sealed.leaf)}
    except ValueError as error:
        raise AuditUnavailable(f"record `{place.index}` has a leaf that this version cannot read") from error


def _decrypted(sealed: SealedRecord, place: Place, data_key: bytes) -> bytes:
    binding = _binding(place, sealed.leaf_hash, sealed.key_id)
    try:
        packed = AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, binding)
        return zlib.decompress(packed)
    except (InvalidTag, ValueError, zlib.error) as error:
        raise _altered(place, "its payload does not open with its key at its place in the log") from error


def _split(payload: bytes, place: Place) -> list[bytes]:
    """The parts of a payload, without the label. The inverse of `associated_data`."""
    parts: list[bytes] = []
    at = 0
    while at < len(payload):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(payload[at:start], "big")
        parts.append(payload[start:at])
    if at != len(payload) or len(parts) != _PAYLOAD_PARTS + 1 or parts[0] != b"pactolus payload 1":
        raise AuditUnavailable(f"record `{place.index}` has a payload that this version cannot read")
    return parts[1:]


def _binding(place: Place, hashed: bytes, key_id: str) -> bytes:
    index = str(place.index).encode()
    return associated_data("pactolus record 1", place.log_origin.encode(), index, hashed, key_id.encode())


def _row_bytes(row: IndexRow) -> bytes:
    written = asdict(row)
    if not row.other_pseudonyms:  # as it was before there were any
        del written["other_pseudonyms"]
    return rfc8785.dumps(written)


def _altered(place: Place, what: str) -> AuditUnavailable:
    return AuditUnavailable(f"record `{place.index}` of the audit log was altered: {what}")
