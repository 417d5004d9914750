"""Changes the key-encryption key of a store: to a new one while the old is there, or because the old is lost.

Both run in one transaction of a store that nobody else writes to. With a rotation nothing else changes: the
data keys and the key of pseudonyms are the same, wrapped anew. With a loss everything under the old key stays
unreadable; the log goes on with a new key and new pseudonyms.
"""

from collections.abc import Callable, Mapping
from itertools import islice
from typing import Final

from pactolus_adapters.audit.identity import known_identity, known_origin
from pactolus_adapters.audit.keys import KEY_BYTES, Keys, RandomBytes
from pactolus_adapters.audit.ledger import Clock, Ledger
from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.seal import pack_content
from pactolus_engine.errors import AuditUnavailable
from pactolus_engine.ports import Change, NewRecord

__all__ = ["MakeEvent", "appended_event", "lost_key", "rotated_key"]

MakeEvent = Callable[[str, Mapping[str, str], Change | None], NewRecord]
"""The record of an event: its kind, its details, what it changes."""

_PAGE: Final = 4096


def rotated_key(
    rows: Rows, before: bytes, after: bytes, make_event: MakeEvent, clock: Clock, random_bytes: RandomBytes
) -> int:
    """Wraps every living key of the store under another key-encryption key; how many data keys that were.

    Raises `AuditUnavailable`: `before` is not the key of the store, or a key does not open.
    """
    origin, old = known_identity(rows.meta(), before)
    new = old.under(after)
    if new.check_value == old.check_value:
        raise AuditUnavailable("the new key-encryption key is the one that is in force")
    living = (key for key in rows.all_keys() if key.wrapped and key.wrapped_by == old.check_value)
    count = 0
    while page := [new.rewrapped(key, old, random_bytes) for key in islice(living, _PAGE)]:
        rows.put_keys(page)
        count += len(page)
    _settle(rows, new, random_bytes)
    event = make_event("key-rotation", {"data_keys": str(count)}, None)
    appended_event(rows, Ledger(origin, new, clock, random_bytes), event, random_bytes)
    return count


def lost_key(
    rows: Rows, after: bytes, make_event: MakeEvent, clock: Clock, random_bytes: RandomBytes
) -> Ledger:
    """Gives a store whose key-encryption key is lost a new one; the ledger that goes on with it."""
    new = Keys(after, random_bytes(KEY_BYTES))
    if rows.meta().get("key_check") == new.check_value:
        raise AuditUnavailable("the key-encryption key of the store is there: nothing is lost")
    lost = sum(key.destroyed_by is None for key in rows.all_keys())
    _settle(rows, new, random_bytes)
    ledger = Ledger(known_origin(rows.meta(), ""), new, clock, random_bytes)
    event = make_event("key-loss", {"data_keys": str(lost)}, None)
    appended_event(rows, ledger, event, random_bytes)
    return ledger


def appended_event(rows: Rows, ledger: Ledger, record: NewRecord, random_bytes: RandomBytes) -> int:
    """Appends a record in a transaction that is open already; its index. Raises as `AuditLog.append`."""
    prepared = ledger.prepare(rows, [pack_content(record, random_bytes)])
    result = prepared.results[0]
    if isinstance(result, Exception):
        raise result
    ledger.write(rows, prepared)
    return result[0].index


def _settle(rows: Rows, keys: Keys, random_bytes: RandomBytes) -> None:
    pseudonyms = keys.wrapped_pseudonym_key(random_bytes)
    rows.put_meta({"key_check": keys.check_value, "pseudonym_key": pseudonyms})
