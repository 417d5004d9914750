"""Who a log is: its origin, its keys and its signer, given to a new store and checked with an old one."""

from dataclasses import dataclass

from pactolus_adapters.audit.checkpointing import NewSigner
from pactolus_adapters.audit.keys import KEY_BYTES, Keys, RandomBytes
from pactolus_adapters.audit.ledger import new_origin
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.tlog.keys import NoteSigner
from pactolus_engine.errors import AuditUnavailable

__all__ = ["Identity", "known_identity", "known_origin", "settle_identity"]

_OF_NEW_SCHEMA = ("pseudonym_key", "verifier_key")


@dataclass(frozen=True, slots=True)
class Identity:
    """Name, keys and signer of a log."""

    origin: str
    keys: Keys
    signer: NoteSigner


def settle_identity(
    rows: Rows, root: bytes, asked: str, new_signer: NewSigner, random_bytes: RandomBytes, *, was_older: bool
) -> Identity:
    """The identity of a store. A new one gets it here; one of an older schema (`was_older`) what it lacks.

    Raises `AuditUnavailable` when the key-encryption key (`root`), the signer or the origin that is asked for
    (empty: any) belong to another log.
    """
    meta = rows.meta()
    if not meta:
        keys = Keys(root, random_bytes(KEY_BYTES))
        meta = {"origin": asked or new_origin(random_bytes), "key_check": keys.check_value}
        return _completed(rows, meta, keys, new_signer, random_bytes)
    origin = known_origin(meta, asked)
    keys = Keys(root)
    _check_key(meta, keys)
    if was_older:
        return _completed(rows, meta, keys, new_signer, random_bytes)
    if not all(meta.get(name) for name in _OF_NEW_SCHEMA):
        raise AuditUnavailable("the audit store does not say whose log it is: a row of `log_meta` is gone")
    signer = new_signer(origin, False)
    if signer.verifier_key != meta["verifier_key"]:
        raise AuditUnavailable("the signing key belongs to another audit log; put back the right one")
    return Identity(origin, keys.with_pseudonym_key(root, meta["pseudonym_key"]), signer)


def known_identity(meta: dict[str, str], root: bytes) -> tuple[str, Keys]:
    """Origin and keys of a store of this schema that is only read. Raises as `settle_identity`."""
    keys = Keys(root)
    _check_key(meta, keys)
    return known_origin(meta, ""), keys.with_pseudonym_key(root, meta.get("pseudonym_key", ""))


def known_origin(meta: dict[str, str], asked: str) -> str:
    """The name of a log that is there."""
    origin = meta.get("origin", "")
    if not origin or (asked and asked != origin):
        raise AuditUnavailable(
            "the audit store holds a log of another `origin`; ask for that one, or for none"
        )
    return origin


def _completed(
    rows: Rows, meta: dict[str, str], keys: Keys, new_signer: NewSigner, random_bytes: RandomBytes
) -> Identity:
    signer = new_signer(meta["origin"], True)
    meta = {
        **meta,
        "pseudonym_key": keys.wrapped_pseudonym_key(random_bytes),
        "verifier_key": signer.verifier_key,
    }
    rows.put_meta(meta)
    return Identity(meta["origin"], keys, signer)


def _check_key(meta: dict[str, str], keys: Keys) -> None:
    if meta.get("key_check") != keys.check_value:
        raise AuditUnavailable(
            "the key-encryption key (`audit.key`, or what the key command prints) belongs to another audit store; "
            "put back the right one"
        )
