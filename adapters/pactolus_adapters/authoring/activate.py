"""Makes a published version the one that decides, and lists what is published."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pactolus_adapters.authoring.draft import read_draft
from pactolus_adapters.releases.folder import ReleaseFolder
from pactolus_adapters.signing.keys import Trust, read_trust
from pactolus_engine.errors import PackInvalid, PactolusError
from pactolus_engine.pack.model import Pack
from pactolus_engine.releases.activations import active
from pactolus_engine.releases.release_statement import Release

__all__ = ["Activated", "ListedRelease", "NoReason", "activate", "listed"]

_MOST_CHARACTERS = 500


class NoReason(PactolusError):
    """An activation must say who makes it, and one that goes back must say why."""


@dataclass(frozen=True, slots=True)
class Activated:
    """A version that is active; `is_new` is false when it was before. `head`: of the chain of activations."""

    pack: Pack
    is_new: bool
    head: str


@dataclass(frozen=True, slots=True)
class ListedRelease:
    """A version in the folder. `release` is None when its signatures do not hold: `problem` says why."""

    pack: str
    version: str
    is_active: bool
    release: Release | None
    problem: str


def activate(
    releases: Path,
    pack_id: str,
    version: str,
    trust: tuple[Path, ...],
    *,
    by: str,
    reason: str = "",
    rollback: bool = False,
    now: Callable[[], datetime],
) -> Activated:
    """Verifies a version, reads it as it would be served and records the activation.

    `trust`: public key files. Raises `KeyUnusable`, `PackNotFound`, `PackInvalid` and `NoReason`; each leaves what
    was active as it was.
    """
    _check_words(by, reason, rollback)
    folder = ReleaseFolder(releases)
    published = folder.read(pack_id, version, read_trust(trust))
    draft = read_draft(published.name, published.files)
    at = now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    is_new = folder.activate(published, at=at, by=by, reason=reason, rollback=rollback)
    return Activated(draft.pack, is_new, folder.head())


def listed(releases: Path, trust: tuple[Path, ...]) -> tuple[tuple[ListedRelease, ...], str]:
    """Every version that is there, verified as far as it can be, and the head of the chain of activations.

    Raises `KeyUnusable`, and `PackInvalid` for a broken chain or a folder that holds something else.
    """
    folder, keys = ReleaseFolder(releases), read_trust(trust)
    chosen = {pack: one.version for pack, one in active(folder.activations()).items()}
    found = tuple(
        _listed(folder, pack, version, chosen.get(pack) == version, keys)
        for pack, version in folder.versions()
    )
    return found, folder.head()


def _listed(releases: ReleaseFolder, pack: str, version: str, is_active: bool, trust: Trust) -> ListedRelease:
    try:
        release = releases.read(pack, version, trust).release
    except PackInvalid as refused:
        return ListedRelease(pack, version, is_active, None, "; ".join(map(str, refused.issues)))
    return ListedRelease(pack, version, is_active, release, "")


def _check_words(by: str, reason: str, rollback: bool) -> None:
    if not by.strip() or not all(
        text.isprintable() and len(text) <= _MOST_CHARACTERS for text in (by, reason)
    ):
        raise NoReason(
            f"say who activates, and why, in one line of at most {_MOST_CHARACTERS} characters each"
        )
    if rollback and not reason.strip():
        raise NoReason("to go back to a lower version needs a reason: `--reason TEXT`")
