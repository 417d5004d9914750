"""One published version, read from disk and verified: its release, its signature, every file of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from pactolus_adapters.packs.files import Refused, ordinary_content, stays_inside, visible
from pactolus_adapters.packs.folder import inside, read_pack_files
from pactolus_adapters.signing.keys import Trust
from pactolus_adapters.signing.pack_signature import signature_issues
from pactolus_adapters.signing.seal import opened
from pactolus_engine.errors import Issue, PackInvalid
from pactolus_engine.pack.digest import SIGNATURE_FILE, content_digest
from pactolus_engine.releases.pack_statement import file_digests
from pactolus_engine.releases.release_statement import RELEASE_FORMAT, Release, read_release
from pactolus_engine.releases.sealed import SealUnreadable

__all__ = ["MOST_SEAL_BYTES", "PACK_FOLDER", "RELEASE_FILE", "Published", "read_published", "read_signature"]

RELEASE_FILE: Final = "release.json"
PACK_FOLDER: Final = "pack"
MOST_SEAL_BYTES: Final = 4 * 1024 * 1024
_MOST_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Published:
    """A version whose signatures hold. `files`: those of the pack; `digest`: of `release.json` (hex)."""

    release: Release
    files: Mapping[str, bytes]
    digest: str

    @property
    def name(self) -> str:
        """The id and version, as issues call the folder of the version."""
        return f"{self.release.pack}/{self.release.version}"


def read_published(folder: Path, pack_id: str, version: str, trust: Trust) -> Published:
    """Reads the folder of a version; nothing is taken from it that a trusted key has not signed.

    Raises `PackInvalid`; places are relative to the folder of releases.
    """
    name = f"{pack_id}/{version}"
    content = _content(folder / RELEASE_FILE, name)
    release = _release(content, name, trust)
    issues = list(_misplaced(folder, release, name))
    if not issues:
        try:
            files = read_pack_files(folder / PACK_FOLDER)
            issues += _issues(folder, release, files, trust)
        except PackInvalid as refused:
            issues += [inside(PACK_FOLDER, issue) for issue in refused.issues]
    if issues:
        raise PackInvalid(name, [inside(name, issue) for issue in issues])
    return Published(release, files, sha256(content).hexdigest())


def read_signature(folder: Path) -> bytes | None:
    """The content of `signature.json` beside the files of a pack; None when there is none.

    Raises `PackInvalid` when it is no ordinary file.
    """
    file = folder / SIGNATURE_FILE
    if not file.exists() and not file.is_symlink():
        return None
    try:
        if file.is_symlink() and not stays_inside(file, folder.resolve()):
            raise Refused("a symbolic link leads out of the folder of the pack")
        return ordinary_content(file, MOST_SEAL_BYTES)
    except Refused as refused:
        raise PackInvalid(folder.name, [Issue(SIGNATURE_FILE, 1, 1, str(refused))]) from refused


def _content(file: Path, name: str) -> bytes:
    try:
        return ordinary_content(file, MOST_SEAL_BYTES)
    except Refused as refused:
        raise PackInvalid(name, [inside(name, Issue(file.name, 1, 1, str(refused)))]) from refused


def _release(content: bytes, name: str, trust: Trust) -> Release:
    document = opened(RELEASE_FILE, content, RELEASE_FORMAT, trust)
    if isinstance(document, Issue):
        raise PackInvalid(name, [inside(name, document)])
    try:
        return read_release(document)
    except SealUnreadable as unreadable:
        issue = Issue(RELEASE_FILE, 1, 1, f"the release cannot be read: {unreadable}")
        raise PackInvalid(name, [inside(name, issue)]) from unreadable


def _misplaced(folder: Path, release: Release, name: str) -> list[Issue]:
    """A release in the place of another, and what lies beside it."""
    if name != f"{release.pack}/{release.version}":
        message = f"this is the release of `{release.pack}` {release.version}"
        return [Issue(RELEASE_FILE, 1, 1, message, "put back the one that belongs here")]
    strange = [one.name for one in visible(folder) if one.name not in {RELEASE_FILE, PACK_FOLDER}]
    return [Issue(one, 1, 1, "no such file belongs to a release") for one in strange]


def _issues(folder: Path, release: Release, files: Mapping[str, bytes], trust: Trust) -> list[Issue]:
    signature = read_signature(folder / PACK_FOLDER)
    there = {**files} if signature is None else {**files, SIGNATURE_FILE: signature}
    issues = _file_issues(release.files, file_digests(there))
    if not issues:
        issues = signature_issues(files, signature, trust)
    if not issues and release.content_digest != content_digest(files):
        issues = [Issue(SIGNATURE_FILE, 1, 1, "the release was made of another content")]
    return [inside(PACK_FOLDER, issue) for issue in issues]


def _file_issues(published: Mapping[str, str], found: Mapping[str, str]) -> list[Issue]:
    differing = sorted(
        name for name in published.keys() | found.keys() if published.get(name) != found.get(name)
    )
    issues = [Issue(name, 1, 1, _difference(name, published, found)) for name in differing[:_MOST_SHOWN]]
    if more := len(differing) - len(issues):
        issues.append(Issue(SIGNATURE_FILE, 1, 1, f"{more} more files are not as they were published"))
    return issues


def _difference(name: str, published: Mapping[str, str], found: Mapping[str, str]) -> str:
    if name not in found:
        return "the file was published, and is missing now"
    return "the content is not what was published" if name in published else "the file was added later"
