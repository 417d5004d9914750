"""What is remembered of an answer: canonical bytes, the digests over them, and the way back.

Everything here is a pure function. One value has one form in bytes: JSON canonicalised by
RFC 8785, holding only text, truth values, lists and objects (never a number, which RFC 8785
would write as a binary double). Bytes are base64, decimals are the text they came as.

Three things are made of an answer. The *commitment* is public, holds no patient data and is the
leaf of an RFC 6962 tree. The *stored input* is what a later replay starts from. The *decision*
is what it is compared with.
"""

import json
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from functools import cache
from hashlib import sha256
from types import UnionType
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from pactolus_engine.canonical import canonical_json
from pactolus_engine.decision import LATER, Decision, PackIdentity
from pactolus_engine.errors import Violation
from pactolus_engine.pack.approval import RecordedApproval

__all__ = [
    "COMMITMENT_FIELDS",
    "SALT_BYTES",
    "SCHEMA_VERSION",
    "DecidedBy",
    "EarlierInput",
    "ReceivedRequest",
    "StoredInput",
    "TakenInput",
    "commitment_bytes",
    "decision_from_json",
    "decision_id",
    "decision_json",
    "leaf_hash",
    "read_commitment",
    "read_stored_input",
    "request_digest",
    "salted_digest",
    "stored_input",
]

SCHEMA_VERSION: Final = "1"
"""The version of the commitment record; raised when a field changes its meaning."""

SALT_BYTES: Final = 32
"""256 bits: without the salt nobody can try out which input a digest stands for."""

COMMITMENT_FIELDS: Final = frozenset(
    {"pack_id", "pack_version", "pack_digest", "engine_version", "software_version"}
    | {"report_root"}  # of a replay
)
"""The part of a commitment that the caller of an audit log may fill; the log adds the rest."""

_LOG_FIELDS: Final = frozenset(
    {"event", "recorded_at", "instant", "client_pseudonym", "patient_pseudonym"}
    | {"input_digest", "output_digest"}
    # Since the tree: whose key the payload is under, what the record is about and what it erases. They
    # let anybody see that a payload which is gone was erased by a record of the log.
    | {"key_id", "about", "destroyed_key_id", "pruned_before", "clock"}
)
_LEAF_FIELDS: Final = COMMITMENT_FIELDS | _LOG_FIELDS
_LEAF_PREFIX: Final = b"\x00"
_MOST_LEAF_BYTES: Final = 4096
# Ids, versions, hex digests and RFC 3339 instants fit; a sentence or a name with a blank does not.
_TOKEN: Final = re.compile(r"[A-Za-z0-9._:+-]{0,128}")

_Decoded = TypeVar("_Decoded")


# --- the commitment and its digests -----------------------------------------------------------


def commitment_bytes(fields_: Mapping[str, str]) -> bytes:
    """The leaf: canonical JSON of the commitment record, with its `schema_version`.

    Takes the fields of `COMMITMENT_FIELDS` and those the log sets (event, times, pseudonyms,
    digests), and no others: outcome, rules and request id belong to the erasable index. Raises
    `ValueError` on another field, on a value that is no plain token, and beyond 4096 bytes.
    """
    if not fields_.keys() <= _LEAF_FIELDS:
        raise ValueError("a commitment holds only its own fields, see `COMMITMENT_FIELDS`")
    for name, value in fields_.items():
        if not _TOKEN.fullmatch(value):
            raise ValueError(f"commitment field `{name}` is expected to be a token of at most 128 characters")
    # Nothing in a token has to be escaped, so this is RFC 8785; the log writes one of these for every record.
    texts = sorted({**fields_, "schema_version": SCHEMA_VERSION}.items())
    leaf = ("{" + ",".join([f'"{name}":"{value}"' for name, value in texts]) + "}").encode()
    if len(leaf) > _MOST_LEAF_BYTES:
        raise ValueError(f"a commitment is expected to have at most {_MOST_LEAF_BYTES} bytes")
    return leaf


def read_commitment(leaf: bytes) -> dict[str, str]:
    """The fields of a leaf, `schema_version` among them. Raises `ValueError` when it is no leaf."""
    document = _parsed(leaf, "commitment")
    if not isinstance(document, dict) or not all(isinstance(value, str) for value in document.values()):
        raise ValueError("a commitment is expected to be an object of texts")
    if document.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"a commitment of schema version `{SCHEMA_VERSION}` is expected")
    return document


def leaf_hash(leaf: bytes) -> bytes:
    """The Merkle leaf hash of RFC 6962 section 2.1: SHA-256 of a zero byte and the leaf."""
    return sha256(_LEAF_PREFIX + leaf).digest()


def salted_digest(salt: bytes, content: bytes) -> str:
    """SHA-256 of salt and content, in hex; says nothing about the content once the salt is erased.

    The salt has exactly `SALT_BYTES` bytes (else `ValueError`), so that it cannot trade bytes
    with the content.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt is expected to have {SALT_BYTES} bytes")
    return sha256(salt + content).hexdigest()


# --- the request ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as a door received it, byte for byte; empty means not said.

    `evaluation_time` is RFC 3339 in UTC with milliseconds, as the caller asked for it. `unread`: the
    bytes of what the door could not read; such a request is refused. `violations`: what the door found wrong.
    """

    resources: tuple[bytes, ...] = ()
    bundle: bytes = b""
    patient: str = ""
    pack_id: str = ""
    pack_version: str = ""
    evaluation_time: str = ""
    fhir_version: str = ""
    request_id: str = ""
    client: str = ""
    tenant: str = ""
    unread: bytes = b""
    violations: tuple[Violation, ...] = field(default=(), metadata=LATER)


@dataclass(frozen=True, slots=True)
class DecidedBy:
    """What turned the request into the answer, apart from the request itself.

    `instant`: the evaluation instant in force. `pack`: of a refusal, the pack that was asked for, with no
    digest when there is none such. `parameters`: the pack's parameter values as exact text. `settings`:
    whatever else of the service bears on the answer (default pack, base of the local code systems).
    `versions`: name of a part of the software to its version. `content_digest`: of what the pack's authors
    wrote; `overlay_digest`: of the site's overlay, for a pack of that content; empty when there is none.
    """

    instant: str
    pack: PackIdentity
    parameters: Mapping[str, str]
    settings: Mapping[str, str]
    versions: Mapping[str, str]
    content_digest: str = field(default="", metadata=LATER)
    overlay_digest: str = field(default="", metadata=LATER)
    approvals: tuple[RecordedApproval, ...] = field(default=(), metadata=LATER)


@dataclass(frozen=True, slots=True)
class EarlierInput:
    """An earlier suggestion that the answer takes back, with all that a replay needs of it.

    `index`: its record, in decimal digits. `sent`: the resources it was decided from, as a Bundle;
    `newer`: those of them that have changed since, as a Bundle; `patient`: the patient its request
    named. `answer`: the Bundle that was answered then.
    """

    index: str
    decision_id: str
    care_plan_id: str
    sent: bytes
    newer: bytes
    patient: str
    answer: bytes


@dataclass(frozen=True, slots=True)
class TakenInput:
    """Resources, as a Bundle, that come from an earlier record and not from the request."""

    index: str
    reason: str
    bundle: bytes


@dataclass(frozen=True, slots=True)
class StoredInput:
    """Everything that a later replay starts from. A refusal keeps what was known by then.

    `earlier`: the suggestions that are taken back. `earlier_complete` is false when the patient has
    more records than were looked at, or some that cannot be read any more. `taken`: what was read beside the request.
    """

    request: ReceivedRequest
    decided: DecidedBy
    earlier: tuple[EarlierInput, ...] = field(default=(), metadata=LATER)
    earlier_complete: bool = field(default=True, metadata=LATER)
    taken: tuple[TakenInput, ...] = field(default=(), metadata=LATER)


def request_digest(request: ReceivedRequest) -> str:
    """SHA-256 in hex over what was asked; equal exactly when two requests ask the same.

    Request id, client and tenant are left out: they are the key that the digest is filed under.
    Every part is preceded by its length (8 bytes, big endian) and the resources by their number,
    so that no part can trade bytes with its neighbour.
    """
    texts = (
        request.patient,
        request.pack_id,
        request.pack_version,
        request.evaluation_time,
        request.fhir_version,
    )
    parts = [*(text.encode() for text in texts), request.bundle, *request.resources]
    if request.unread:  # at the end, so that the digests of readable requests stay what they were
        parts.append(request.unread)
    digest = sha256(b"pactolus request 1\n" + _length(request.resources))
    for part in parts:
        digest.update(_length(part))
        digest.update(part)
    return digest.hexdigest()


def _length(sized: bytes | tuple[bytes, ...]) -> bytes:
    return len(sized).to_bytes(8, "big")


def stored_input(
    request: ReceivedRequest,
    decided: DecidedBy,
    earlier: tuple[EarlierInput, ...] = (),
    earlier_complete: bool = True,
    taken: tuple[TakenInput, ...] = (),
) -> bytes:
    """The canonical container of a request and of what decided it; holds patient data."""
    return canonical_json(StoredInput(request, decided, earlier, earlier_complete, taken))


def read_stored_input(content: bytes) -> StoredInput:
    """The request and what decided it, out of `stored_input`. Raises `ValueError` on other bytes."""
    return _read(StoredInput, content, "stored input")


# --- the decision -----------------------------------------------------------------------------


def decision_json(decision: Decision) -> bytes:
    """The one form of a decision in bytes: canonical JSON (RFC 8785) with the field names as keys."""
    return canonical_json(decision)


def decision_from_json(content: bytes) -> Decision:
    """The decision out of `decision_json`. Raises `ValueError` on anything else.

    A field with a default that was added after the record was made is filled in.
    """
    return _read(Decision, content, "decision")


def decision_id(decision: Decision) -> str:
    """The id of a decision: SHA-256 in hex of its canonical bytes, taken with an empty id."""
    return sha256(decision_json(replace(decision, decision_id=""))).hexdigest()


# --- canonical JSON back to dataclasses ---------------------------------------------------


def _read(kind: type[_Decoded], content: bytes, what: str) -> _Decoded:
    return cast(_Decoded, _typed(kind, _parsed(content, what), what))


def _parsed(content: bytes, what: str) -> Any:
    try:
        return json.loads(
            content.decode(),
            object_pairs_hook=_object,
            parse_int=_no_number,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError) as error:
        raise ValueError(f"a {what} is expected to be JSON without numbers and duplicate keys") from error


def _no_number(_text: str) -> Any:
    raise ValueError("number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("duplicate key")
    return document


@cache  # the fields of a class never change
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed(kind: Any, value: Any, what: str) -> Any:
    """The value that was written as this JSON, of the kind that the type hint asks for."""
    if kind in (str, bool) and type(value) is kind:
        return value
    if is_dataclass(kind) and isinstance(value, dict):
        return _instance(kind, value, what)
    if get_origin(kind) is tuple and isinstance(value, list):
        part_kind = get_args(kind)[0]
        return tuple(_typed(part_kind, part, what) for part in value)
    if get_origin(kind) is Mapping and isinstance(value, dict):
        return {key: _typed(str, part, what) for key, part in value.items()}
    if kind is bytes and isinstance(value, str):
        return _bytes(value, what)
    if get_origin(kind) is UnionType:  # a kind or None, which is never written
        return _typed(get_args(kind)[0], value, what)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _member(kind, value, what)
    raise ValueError(f"a {what} is expected to hold another kind of value in one of its fields")


def _bytes(value: str, what: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except ValueError:
        raise ValueError(f"a {what} is expected to hold bytes as base64") from None


def _member(kind: type[StrEnum], value: Any, what: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"a {what} is expected to use only words of the list in force") from None


def _instance(kind: Any, document: dict[str, Any], what: str) -> Any:
    hints = _hints(kind)
    required = {
        part.name for part in fields(kind) if part.default is MISSING and part.default_factory is MISSING
    }
    if not required <= document.keys() <= hints.keys():
        raise ValueError(f"a {what} is expected to have exactly the fields of this version")
    return kind(**{name: _typed(hints[name], part, what) for name, part in document.items()})
