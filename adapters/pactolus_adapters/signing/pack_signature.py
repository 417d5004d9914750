"""The signature of a pack: `signature.json` beside its files, made and verified."""

from collections.abc import Mapping

from pactolus_adapters.signing.keys import SigningKey, Trust
from pactolus_adapters.signing.seal import opened, sealed
from pactolus_engine.errors import Issue
from pactolus_engine.pack.digest import SIGNATURE_FILE, content_digest
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.read import declared_id, declared_version
from pactolus_engine.releases.pack_statement import (
    PACK_FORMAT,
    PackStatement,
    file_issues,
    pack_statement,
    read_pack_statement,
)
from pactolus_engine.releases.sealed import SealUnreadable

__all__ = ["NOT_SIGNED", "signature_issues", "signature_of", "verified_statement"]

NOT_SIGNED = "the pack has no signature"


def signature_of(pack: Pack, files: Mapping[str, bytes], key: SigningKey) -> bytes:
    """The content of `signature.json` for a pack that was read from these files."""
    statement = pack_statement(
        files, pack=pack.id, version=pack.version, language=pack.language, key_id=key.key_id
    )
    return sealed(statement.document(), key)


def signature_issues(files: Mapping[str, bytes], signature: bytes | None, trust: Trust) -> list[Issue]:
    """Why the word of nobody trusted stands for this content; empty when it does."""
    if signature is None:
        return [_issue(NOT_SIGNED, "`pactolus rules sign` makes one")]
    statement = verified_statement(signature, trust)
    return [statement] if isinstance(statement, Issue) else _differences(statement, files)


def verified_statement(signature: bytes, trust: Trust) -> PackStatement | Issue:
    """What somebody trusted has signed, or what is wrong with the signature."""
    document = opened(SIGNATURE_FILE, signature, PACK_FORMAT, trust)
    if isinstance(document, Issue):
        return document
    try:
        return read_pack_statement(document)
    except SealUnreadable as unreadable:
        return _issue(f"the signature cannot be read: {unreadable}", "sign again")


def _differences(statement: PackStatement, files: Mapping[str, bytes]) -> list[Issue]:
    """Another pack, another version, or another content than was signed."""
    pack_id, version = declared_id(files), declared_version(files)
    if statement.pack != pack_id:
        return [_issue(f"the signature is for another pack, `{statement.pack}`", "sign this pack")]
    if statement.version != version:
        message = f"the signature is for version `{statement.version}`, the pack is version `{version}`"
        return [_issue(message, "sign this version")]
    if statement.content_digest == content_digest(files):
        return []
    return file_issues(statement.files, files) or [_issue("the content is not what was signed", "sign again")]


def _issue(message: str, advice: str) -> Issue:
    return Issue(SIGNATURE_FILE, 1, 1, message, advice)
