"""What a publisher signs about a release: every file in it, what was checked before, and who had approved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pactolus_engine.pack.approval import Approval
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.sign_off import overlay_sign_off, pack_sign_off, parameter_sign_off
from pactolus_engine.pack.version import is_version
from pactolus_engine.releases.sealed import ALGORITHM, SealUnreadable
from pactolus_engine.unsigned import unsigned

__all__ = ["RELEASE_FORMAT", "Release", "read_release", "release_of"]

RELEASE_FORMAT: Final = "pactolus release 1"
_MAPS: Final = ("files", "checked", "software")
_LISTS: Final = ("approvals", "not_approved")
_TEXT_FIELDS: Final = ("key_id", "pack", "version", "content_digest", "pack_digest", "published_at")


@dataclass(frozen=True, slots=True)
class Release:
    """One published version. `files`: name → SHA-256 (hex) of everything in it, sign-offs and signature too.

    `pack_digest` stands in every decision that it makes without an overlay. `checked`: gate → what it
    found; `software`: name → version of what checked it. `approvals`: all there were; `stands` tells those that fitted the content.
    `not_approved`: in words, what had no approval that stood. `published_at`: RFC 3339.
    """

    key_id: str
    pack: str
    version: str
    content_digest: str
    pack_digest: str
    published_at: str
    files: Mapping[str, str]
    checked: Mapping[str, Any]
    software: Mapping[str, str]
    approvals: tuple[Mapping[str, Any], ...]
    not_approved: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The statement as JSON."""
        texts = {name: getattr(self, name) for name in _TEXT_FIELDS}
        maps = {name: getattr(self, name) for name in _MAPS}
        rest = {**maps, "approvals": list(self.approvals), "not_approved": list(self.not_approved)}
        return {"format": RELEASE_FORMAT, "algorithm": ALGORITHM, **texts, **rest}


def release_of(
    pack: Pack,
    *,
    key_id: str,
    published_at: str,
    files: Mapping[str, str],
    checked: Mapping[str, Any],
    software: Mapping[str, str],
) -> Release:
    """The statement about a pack that passed its gates."""
    standing = _standing(pack)
    return Release(
        key_id=key_id,
        pack=pack.id,
        version=pack.version,
        content_digest=pack.content_digest,
        pack_digest=pack.digest,
        published_at=published_at,
        files=files,
        checked=checked,
        software=software,
        approvals=tuple(_approval(one, one in standing) for one in pack.approvals),
        not_approved=tuple(caveat.text for caveat in unsigned(pack)),
    )


def read_release(document: Mapping[str, Any]) -> Release:
    """The statement out of JSON. Raises `SealUnreadable` when it has another form."""
    texts: dict[str, Any] = {name: document.get(name) for name in _TEXT_FIELDS}
    maps: dict[str, Any] = {name: document.get(name) for name in _MAPS}
    lists: dict[str, Any] = {name: document.get(name) for name in _LISTS}
    if set(document) != {"format", "algorithm", *_LISTS, *_MAPS, *_TEXT_FIELDS}:
        raise SealUnreadable("the statement has other fields than it should")
    if (
        not all(isinstance(text, str) for text in texts.values())
        or not all(isinstance(one, dict) for one in maps.values())
        or not all(isinstance(one, list) for one in lists.values())
        or not is_version(document["version"])
    ):
        raise SealUnreadable("a field of the statement has another form than it should")
    tuples: dict[str, Any] = {name: tuple(one) for name, one in lists.items()}
    return Release(**texts, **maps, **tuples)


def _standing(pack: Pack) -> tuple[Approval, ...]:
    found = [pack_sign_off(pack), overlay_sign_off(pack)]
    found += [parameter_sign_off(pack, name) for name in pack.parameters]
    return tuple(approval for one in found for approval in one.standing)


def _approval(approval: Approval, stands: bool) -> dict[str, Any]:
    of: Iterable[tuple[str, str]] = (("parameter", approval.parameter),) if approval.parameter else ()
    return {
        "of": approval.of.value,
        "by": approval.by,
        "role": approval.role,
        "on": approval.on.isoformat(),
        "stands": stands,
        **dict(of),
    }
