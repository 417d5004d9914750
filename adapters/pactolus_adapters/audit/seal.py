"""One record, closed and opened: what is public, what is indexed, what is encrypted.

A sealed record has three parts. The *leaf* is the public commitment, without patient data. The
*index row* is what records are found by. The *payload* holds everything else, the salts of the
digests in the leaf, and a copy of the index row, encrypted and bound to its place in its log:
no part can be altered, moved or exchanged without `open_record` noticing.

What is costly (salts, digests, compression) needs no place and is done by `pack_content` in the thread
of the caller; `seal_record` closes it in the one thread that knows the place.
"""

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pactolus_adapters.audit.keys import NONCE_BYTES, Keys, RandomBytes, associated_data
from pactolus_engine.errors import RecordAltered, RecordUnknownForm
from pactolus_engine.ports import DestroyKey, NewRecord, PrunePayloads, StoredRecord
from pactolus_engine.record import (
    COMMITMENT_FIELDS,
    SALT_BYTES,
    commitment_bytes,
    leaf_hash,
    read_commitment,
    salted_digest,
)
from pactolus_engine.trail import PayloadUnfit

__all__ = [
    "IndexRow",
    "PackedRecord",
    "Place",
    "SealedRecord",
    "index_row",
    "open_record",
    "pack_content",
    "patient_pseudonyms",
    "request_pseudonym",
    "seal_record",
    "written_time",
]

_LABEL: Final = b"pactolus payload 2"
_LABEL_BEFORE: Final = b"pactolus payload 1"
"""Of the schema before the tree: all parts were compressed as one, after the place was known."""

_CHECKED: Final = ("input_digest", "output_digest", "pack_id", "pack_version")
_LENGTH_BYTES: Final = 8
_COMPRESSION: Final = 1
"""The fastest level: explanations repeat themselves, a record shrinks to about a tenth."""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What a record is found by: erasable, unencrypted, and without patient data.

    `recorded_at` is RFC 3339 in UTC with microseconds; `patient_pseudonym` is empty when nobody
    said who the patient is. `request_digest`: keyed, see `request_pseudonym`. `other_pseudonyms`: of the
    patient's other names, sorted. `about`: index of another record in decimal digits, or empty.
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
    decision_pseudonym: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record stands: which log, which index."""

    log_origin: str
    index: int


@dataclass(frozen=True, slots=True)
class PackedRecord:
    """A record with its salts, digests and compressed content, ready to be closed at any place."""

    record: NewRecord
    salts: bytes
    input_digest: str
    output_digest: str
    content: bytes


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A record as a store holds it, table by table.

    `pack_id` and `pack_version` stand in the leaf too; records are found by them.
    """

    index: int
    leaf: bytes
    leaf_hash: bytes
    row: IndexRow
    key_id: str
    nonce: bytes
    ciphertext: bytes
    pack_id: str = ""
    pack_version: str = ""


def patient_pseudonyms(keys: Keys, tenant: str, names: Iterable[str]) -> tuple[str, ...]:
    """The pseudonyms of a patient's names, each once, sorted."""
    return tuple(sorted({keys.pseudonym("patient", tenant, name) for name in names if name}))


def request_pseudonym(keys: Keys, tenant: str, request_digest: str) -> str:
    """A request digest as the index keeps it: keyed, since a short request could be guessed from a bare one."""
    return keys.pseudonym("request", tenant, request_digest)


def written_time(instant: datetime) -> str:
    """RFC 3339 in UTC with microseconds. Raises `ValueError` when the clock did not say its time zone."""
    if instant.tzinfo is None:
        raise ValueError("the clock of an audit log is expected to say its time zone")
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def index_row(record: NewRecord, recorded_at: str, keys: Keys, subject: str) -> IndexRow:
    """The index row of a record made at that instant. `subject`: the patient's pseudonym, or empty."""
    names = patient_pseudonyms(keys, record.tenant, record.patient_names)
    decision = keys.pseudonym("decision", record.tenant, record.decision_id) if record.decision_id else ""
    return IndexRow(
        event=record.event,
        outcome=record.outcome,
        rules=record.rules,
        tenant=record.tenant,
        client=record.client,
        request_id=record.request_id,
        request_digest=request_pseudonym(keys, record.tenant, record.request_digest),
        recorded_at=recorded_at,
        patient_pseudonym=subject,
        other_pseudonyms=tuple(name for name in names if name != subject),
        decision_pseudonym=decision,
        about="" if record.about is None else str(record.about),
    )


def pack_content(record: NewRecord, random_bytes: RandomBytes) -> PackedRecord:
    """What can be done of a record before its place is known; safe in any thread."""
    input_salt, output_salt = random_bytes(SALT_BYTES), random_bytes(SALT_BYTES)
    return PackedRecord(
        record=record,
        salts=input_salt + output_salt,
        input_digest=salted_digest(input_salt, record.input),
        output_digest=salted_digest(output_salt, record.output),
        content=zlib.compress(_joined(record.input, record.output), _COMPRESSION),
    )


def seal_record(
    packed: PackedRecord,
    row: IndexRow,
    place: Place,
    *,
    keys: Keys,
    key_id: str,
    data_key: bytes,
    random_bytes: RandomBytes,
    clock_went_back: bool = False,
) -> SealedRecord:
    """Closes a record for its place in the log. Raises `ValueError` when its commitment is none."""
    leaf = _leaf(packed, row, keys, key_id, clock_went_back)
    hashed = leaf_hash(leaf)
    payload = _joined(_LABEL, packed.salts, _row_bytes(row), packed.content)
    nonce = random_bytes(NONCE_BYTES)
    ciphertext = AESGCM(data_key).encrypt(nonce, payload, _binding(place, hashed, key_id))
    commitment = packed.record.commitment
    pack_id, pack_version = commitment.get("pack_id", ""), commitment.get("pack_version", "")
    return SealedRecord(place.index, leaf, hashed, row, key_id, nonce, ciphertext, pack_id, pack_version)


def _leaf(packed: PackedRecord, row: IndexRow, keys: Keys, key_id: str, clock_went_back: bool) -> bytes:
    record = packed.record
    if not record.commitment.keys() <= COMMITMENT_FIELDS:
        raise ValueError("a commitment holds only the fields of `COMMITMENT_FIELDS`")
    return commitment_bytes(
        {
            **record.commitment,
            **_public_change(record),
            **({"about": row.about} if row.about else {}),
            **({"clock": "back"} if clock_went_back else {}),
            "event": record.event,
            "recorded_at": row.recorded_at,
            "instant": record.instant,
            "client_pseudonym": keys.pseudonym("client", record.tenant, record.client),
            "patient_pseudonym": row.patient_pseudonym,
            "key_id": key_id,
            "input_digest": packed.input_digest,
            "output_digest": packed.output_digest,
        }
    )


def _public_change(record: NewRecord) -> dict[str, str]:
    """What the record does to others, for everybody who wonders where a payload has gone."""
    match record.change:
        case DestroyKey(key_id):
            return {"destroyed_key_id": key_id}
        case PrunePayloads(before):
            return {"pruned_before": str(before)}
        case None:
            return {}


def open_record(sealed: SealedRecord, place: Place, data_key: bytes) -> StoredRecord:
    """Opens a record and checks every part against the others.

    `place` is where the caller asked for it. Raises `RecordAltered`, naming the index, when a
    part was altered, moved or exchanged, `RecordUnknownForm` when it is of another version.
    """
    if leaf_hash(sealed.leaf) != sealed.leaf_hash:
        raise _altered(place, "its leaf does not match its leaf hash")
    input_salt, output_salt, input_, output, row = _decrypted(sealed, place, data_key)
    if row != _row_bytes(sealed.row):
        raise _altered(place, "its index row differs from the copy in its payload")
    commitment = _commitment(sealed, place)
    if (sealed.pack_id, sealed.pack_version) != (commitment["pack_id"], commitment["pack_version"]):
        raise _altered(place, "its index row names another pack than its leaf")
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
        input_salt=input_salt,
        output_salt=output_salt,
    )


def _commitment(sealed: SealedRecord, place: Place) -> dict[str, str]:
    try:
        return {**dict.fromkeys(_CHECKED, ""), **read_commitment(sealed.leaf)}
    except ValueError as error:
        raise RecordUnknownForm(f"record `{place.index}` has a leaf that this version cannot read") from error


def _decrypted(sealed: SealedRecord, place: Place, data_key: bytes) -> list[bytes]:
    """Input salt, output salt, input, output, index row."""
    binding = _binding(place, sealed.leaf_hash, sealed.key_id)
    try:
        payload = AESGCM(data_key).decrypt(sealed.nonce, sealed.ciphertext, binding)
        if not payload.startswith(_joined(_LABEL)):
            return _parts_before(zlib.decompress(payload), place)
        _, salts, row, content = _split(payload, 4, place)
        input_, output = _split(zlib.decompress(content), 2, place)
    except (InvalidTag, ValueError, zlib.error) as error:
        raise PayloadUnfit(
            f"record `{place.index}` of the audit log was altered: its payload does not open with its key at its place "
            "in the log"
        ) from error
    if len(salts) != 2 * SALT_BYTES:
        raise _unreadable(place)
    return [salts[:SALT_BYTES], salts[SALT_BYTES:], input_, output, row]


def _parts_before(payload: bytes, place: Place) -> list[bytes]:
    label, *parts = _split(payload, 6, place)
    if label != _LABEL_BEFORE:
        raise _unreadable(place)
    return parts


def _split(payload: bytes, count: int, place: Place) -> list[bytes]:
    """The parts of a payload. The inverse of `_joined`."""
    parts: list[bytes] = []
    at = 0
    while at < len(payload):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(payload[at:start], "big")
        parts.append(payload[start:at])
    if at != len(payload) or len(parts) != count:
        raise _unreadable(place)
    return parts


def _joined(*parts: bytes) -> bytes:
    return b"".join([len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in parts])


def _binding(place: Place, hashed: bytes, key_id: str) -> bytes:
    index = str(place.index).encode()
    return associated_data("pactolus record 1", place.log_origin.encode(), index, hashed, key_id.encode())


def _row_bytes(row: IndexRow) -> bytes:
    """RFC 8785 of texts with ASCII keys, which the standard library writes as well; what a later schema
    added is left out where it says nothing, so that older rows are what they were."""
    written = {
        name: value for name in _ROW_FIELDS if (value := getattr(row, name)) or name not in _ROW_FIELDS_LATER
    }
    return _CANONICAL.encode(written).encode()


_ROW_FIELDS: Final = tuple(part.name for part in fields(IndexRow))
_ROW_FIELDS_LATER: Final = frozenset({"other_pseudonyms", "decision_pseudonym", "about"})
_CANONICAL: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _altered(place: Place, what: str) -> RecordAltered:
    return RecordAltered(f"record `{place.index}` of the audit log was altered: {what}")


def _unreadable(place: Place) -> RecordUnknownForm:
    return RecordUnknownForm(f"record `{place.index}` has a payload that this version cannot read")
