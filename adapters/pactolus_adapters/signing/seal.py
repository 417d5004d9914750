"""Signing a statement, and whether the word of a signed file counts; the same for packs and releases."""

from collections.abc import Mapping
from typing import Any

from pactolus_adapters.signing.keys import SigningKey, Trust
from pactolus_engine.errors import Issue
from pactolus_engine.releases.sealed import Sealed, SealUnreadable, message, read_sealed, sealed_bytes

__all__ = ["opened", "sealed"]


def sealed(statement: Mapping[str, Any], key: SigningKey) -> bytes:
    """The content of the file that holds the statement and the signature of this key over it."""
    return sealed_bytes(Sealed(statement, key.sign(message(statement))))


def opened(file: str, content: bytes, format_: str, trust: Trust) -> Mapping[str, Any] | Issue:
    """The statement of a signed file, or what is wrong with it. `file` is the place that the issue names."""
    try:
        found = read_sealed(content, format_)
    except SealUnreadable as unreadable:
        return Issue(file, 1, 1, f"the signature cannot be read: {unreadable}", "sign again")
    key_id = str(found.statement.get("key_id", ""))
    if not trust.knows(key_id):
        trusted = ", ".join(f"`{one}`" for one in trust.key_ids) or "none"
        shown = f"`{key_id}`" if key_id.isalnum() and len(key_id) <= 64 else "with an unusual name"
        return Issue(
            file, 1, 1, f"the signature is by key {shown}, which is not trusted", f"trusted: {trusted}"
        )
    if not trust.verifies(key_id, found.signature, message(found.statement)):
        return Issue(file, 1, 1, "the signature does not fit the statement", "one of the two was altered")
    return found.statement
