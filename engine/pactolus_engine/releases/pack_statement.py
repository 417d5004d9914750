"""What somebody signs about a pack: its name, its version, its content, and each file of it."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Final

from pactolus_engine.errors import Issue
from pactolus_engine.pack.digest import APPROVALS_FILE, SIGNATURE_FILE, content_digest
from pactolus_engine.releases.sealed import ALGORITHM, SealUnreadable

__all__ = [
    "PACK_FORMAT",
    "PackStatement",
    "file_digests",
    "file_issues",
    "pack_statement",
    "read_pack_statement",
]

PACK_FORMAT: Final = "pactolus pack signature 1"
_TEXT_FIELDS: Final = ("key_id", "pack", "version", "language", "content_digest")
_MOST_SHOWN: Final = 5
_TOKEN: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}")


@dataclass(frozen=True, slots=True)
class PackStatement:
    """`files`: name → SHA-256 (hex), to say later which file differs; `content_digest` covers them all."""

    key_id: str
    pack: str
    version: str
    language: str
    content_digest: str
    files: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """The statement as JSON."""
        return {"format": PACK_FORMAT, "algorithm": ALGORITHM, **asdict(self)}


def pack_statement(
    files: Mapping[str, bytes], *, pack: str, version: str, language: str, key_id: str
) -> PackStatement:
    """The statement about these files, without the sign-offs among them."""
    return PackStatement(key_id, pack, version, language, content_digest(files), file_digests(_own(files)))


def read_pack_statement(document: Mapping[str, Any]) -> PackStatement:
    """The statement out of JSON. Raises `SealUnreadable` when it has another form."""
    files = document.get("files")
    if set(document) != {"format", "algorithm", "files", *_TEXT_FIELDS} or not isinstance(files, dict):
        raise SealUnreadable("the statement has other fields than it should")
    texts = [document[name] for name in _TEXT_FIELDS] + list(files.values())
    if not all(isinstance(text, str) and _TOKEN.fullmatch(text) for text in texts):
        raise SealUnreadable("a field of the statement is not a plain word")
    if not all(_NAME.fullmatch(name) for name in files):
        raise SealUnreadable("a file that the statement names has no name of a pack's file")
    return PackStatement(**{name: document[name] for name in _TEXT_FIELDS}, files=files)


def file_digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Name → SHA-256 of the content, in hex."""
    return {name: sha256(content).hexdigest() for name, content in sorted(files.items())}


def file_issues(signed: Mapping[str, str], found: Mapping[str, bytes]) -> list[Issue]:
    """The first files that are not as they were signed, and how many more there are; empty when all are.

    `found` may hold sign-offs, which are not among what is signed here.
    """
    own = file_digests(_own(found))
    differing = sorted(name for name in signed.keys() | own.keys() if signed.get(name) != own.get(name))
    issues = [Issue(name, 1, 1, _difference(name, signed, own)) for name in differing[:_MOST_SHOWN]]
    if more := len(differing) - len(issues):
        issues.append(Issue(SIGNATURE_FILE, 1, 1, f"{more} more files are not as they were signed"))
    return issues


def _difference(name: str, signed: Mapping[str, str], own: Mapping[str, str]) -> str:
    if name not in own:
        return "the file was there when the pack was signed, and is missing now"
    return "the content is not what was signed" if name in signed else "the file was added after the signing"


def _own(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name != APPROVALS_FILE}
