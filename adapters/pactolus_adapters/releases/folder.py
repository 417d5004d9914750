"""The folder of releases: `<pack id>/<version>/` for each version, and the chain of activations.

A version is written once, whole, and never changes; a lower one than the highest is not taken any more.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pactolus_adapters.packs.files import Refused, ordinary_content, visible
from pactolus_adapters.releases.durable import locked, replace_file, sweep, write_tree
from pactolus_adapters.releases.published import (
    MOST_SEAL_BYTES,
    PACK_FOLDER,
    RELEASE_FILE,
    Published,
    read_published,
)
from pactolus_adapters.signing.keys import Trust
from pactolus_engine.errors import Issue, PackInvalid, PackNotFound
from pactolus_engine.pack.digest import APPROVALS_FILE, SIGNATURE_FILE, content_digest
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.schema import is_id
from pactolus_engine.pack.version import is_version, version_order
from pactolus_engine.releases.activations import (
    ACTIVATIONS_FILE,
    Activation,
    activation_line,
    active,
    chain_head,
    highest,
    read_activations,
)

__all__ = ["ReleaseFolder"]

_VERSION_FILE: Final = "pack.yaml"


class ReleaseFolder:
    """One folder of releases. Every error is a `PackInvalid` with places relative to it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def versions(self) -> tuple[tuple[str, str], ...]:
        """Every version that is there, verified or not: pack id and version, in their order."""
        return tuple(sorted(self._versions(), key=lambda found: (found[0], version_order(found[1]))))

    def read(self, pack_id: str, version: str, trust: Trust) -> Published:
        """A version, verified. Raises `PackNotFound` when there is none of that name."""
        if (pack_id, version) not in self.versions():
            raise PackNotFound("no such version of a pack is published")
        return read_published(self.path / pack_id / version, pack_id, version, trust)

    def chain(self) -> bytes:
        """The chain of activations as it is on disk; empty when nothing was activated."""
        file = self.path / ACTIVATIONS_FILE
        if not file.exists() and not file.is_symlink():
            return b""
        try:
            return ordinary_content(file, MOST_SEAL_BYTES)
        except Refused as refused:
            raise PackInvalid(ACTIVATIONS_FILE, [Issue(ACTIVATIONS_FILE, 1, 1, str(refused))]) from refused

    def activations(self) -> tuple[Activation, ...]:
        """Every activation, oldest first."""
        return read_activations(self.chain())

    def is_published(self, pack: Pack, files: Mapping[str, bytes], trust: Trust) -> bool:
        """Whether this very version is there already; False: it may be published.

        Raises `PackInvalid` when it is there with another content or other sign-offs, and when it is lower
        than one that is there.
        """
        there = self.versions() if self.path.exists() else ()
        published = [version for held, version in there if held == pack.id]
        if pack.version in published:
            self._check_same(self.read(pack.id, pack.version, trust), pack, files)
            return True
        newest = max(published, key=version_order, default="")
        if newest and version_order(pack.version) < version_order(newest):
            message = f"version {pack.version} is lower than {newest}, which is published"
            raise _refused(pack.id, _VERSION_FILE, message, "raise `version`; nothing goes back")
        return False

    def publish(
        self, pack: Pack, files: Mapping[str, bytes], signature: bytes, release: bytes, trust: Trust
    ) -> bool:
        """Writes a version, whole or not at all; False when this very version is there already.

        `release`: the content of `release.json`. Raises as `is_published`.
        """
        with self._writing():
            if self.is_published(pack, files, trust):
                return False
            in_pack = {**files, SIGNATURE_FILE: signature}
            tree = {f"{PACK_FOLDER}/{name}": content for name, content in in_pack.items()}
            write_tree(tree | {RELEASE_FILE: release}, self.path / pack.id / pack.version, self.path)
            return True

    def activate(self, published: Published, *, at: str, by: str, reason: str, rollback: bool) -> bool:
        """Makes a verified version the active one of its pack; False when it is that already.

        Raises `PackInvalid` for a version lower than one that was active before, unless `rollback`.
        """
        pack, version = published.release.pack, published.release.version
        with self._writing():
            chain = self.chain()
            activations = read_activations(chain)
            now = active(activations).get(pack)
            if now is not None and (now.version, now.release_digest) == (version, published.digest):
                return False
            _check_direction(published, highest(activations, pack), rollback)
            activation = Activation(pack, version, published.digest, at, by, reason, rollback)
            replace_file(self.path / ACTIVATIONS_FILE, chain + activation_line(activation, chain))
            return True

    def head(self) -> str:
        """The digest of the last activation, for whoever writes it down elsewhere; zeros when there is none."""
        self.activations()
        return chain_head(self.chain())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """The folder for this process alone."""
        try:
            with locked(self.path):
                sweep(self.path)
                yield
        except OSError as error:
            issue = Issue(".", 1, 1, "the folder of the releases cannot be written", "nothing was changed")
            raise PackInvalid(self.path.name, [issue]) from error

    def _versions(self) -> Iterator[tuple[str, str]]:
        strange: list[Issue] = []
        for entry in self._entries():
            if entry.name == ACTIVATIONS_FILE:
                continue
            if not is_id(entry.name) or not entry.is_dir() or entry.is_symlink():
                strange.append(Issue(entry.name, 1, 1, "no such thing belongs to a folder of releases"))
                continue
            for version in visible(entry):
                if not is_version(version.name) or not version.is_dir() or version.is_symlink():
                    place = f"{entry.name}/{version.name}"
                    strange.append(Issue(place, 1, 1, "no such thing belongs to the versions of a pack"))
                else:
                    yield entry.name, version.name
        if strange:
            raise PackInvalid(self.path.name, strange)

    def _entries(self) -> list[Path]:
        try:
            return visible(self.path)
        except OSError as error:
            issue = Issue(".", 1, 1, "the folder of the releases cannot be read")
            raise PackInvalid(self.path.name, [issue]) from error

    def _check_same(self, there: Published, pack: Pack, files: Mapping[str, bytes]) -> None:
        if there.release.content_digest != content_digest(files):
            message = f"version {pack.version} is published with another content"
            raise _refused(
                pack.id, _VERSION_FILE, message, "raise `version`: what is published never changes"
            )
        if there.files.get(APPROVALS_FILE) != files.get(APPROVALS_FILE):
            message = f"version {pack.version} is published with other sign-offs"
            advice = (
                "record those of the site with `pactolus rules approve --overlays FOLDER`, or raise `version`"
            )
            raise _refused(pack.id, APPROVALS_FILE, message, advice)


def _check_direction(published: Published, highest_before: str, rollback: bool) -> None:
    version = published.release.version
    is_lower = bool(highest_before) and version_order(version) < version_order(highest_before)
    if is_lower and not rollback:
        message = f"version {version} is lower than {highest_before}, which was active before"
        raise _refused(
            published.name, RELEASE_FILE, message, "to go back on purpose: `--rollback --reason TEXT`"
        )
    if rollback and not is_lower:
        message = f"version {version} is not lower than any that was active before"
        raise _refused(published.name, RELEASE_FILE, message, "leave `--rollback` out")


def _refused(name: str, file: str, message: str, advice: str) -> PackInvalid:
    return PackInvalid(name, [Issue(file, 1, 1, message, advice)])
