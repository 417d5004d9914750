"""The published packs as a shelf: every version verified before it opens, the active one by default."""

from collections.abc import Callable
from pathlib import Path

from pactolus_adapters.packs.folder import inside
from pactolus_adapters.packs.overlays import OverlayFolder, is_of_site
from pactolus_adapters.releases.folder import ReleaseFolder
from pactolus_adapters.releases.published import PACK_FOLDER, Published
from pactolus_adapters.signing.keys import Trust
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import Issue, PackInvalid, PackNotFound
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.read import read_pack
from pactolus_engine.releases.activations import ACTIVATIONS_FILE, Activation, active

__all__ = ["ReleaseShelf"]


class ReleaseShelf:
    """The packs of one folder of releases, as they were when it was opened; implements `PackShelf`.

    The site's overlay and sign-offs are in force for the active version of a pack alone. Another published
    version is there for who names it exactly, as its authors wrote it.
    """

    def __init__(
        self,
        path: Path,
        trust: Trust,
        compile_pack: Callable[[Pack], CompiledPack],
        overlays: Path | None = None,
    ) -> None:
        """Verifies, reads and compiles every version, or raises `PackInvalid` with the issues of all.

        Places are relative to the folder of releases; those of the site begin with `overlays/`.
        """
        folder = ReleaseFolder(path)
        site = OverlayFolder(overlays)
        self._issues: list[Issue] = []
        self._compile = compile_pack
        self._active = active(folder.activations())
        self._packs: dict[tuple[str, str], CompiledPack] = {}
        found = [self._verified(folder, name, trust) for name in folder.versions()]
        for published in found:
            if published is not None:
                self._take(published, site)
        self._check_active()
        site.refuse_strangers(self._active)
        if self._issues or site.issues:
            raise PackInvalid(path.name, [*self._issues, *site.issues])

    def get(self, pack_id: str, version: str = "") -> CompiledPack:
        """The pack of that id; without a version, its active one. Raises `PackNotFound`."""
        chosen = self._active.get(pack_id)
        if not version and chosen is None:
            raise PackNotFound("no version of such a pack is active: `pactolus rules activate` makes one so")
        held = self._packs.get((pack_id, version or (chosen.version if chosen else "")))
        if held is None:
            raise PackNotFound("no such pack, or no such version of it, is published")
        return held

    def all(self) -> tuple[CompiledPack, ...]:
        """Every published version, sorted by id and version."""
        return tuple(self._packs.values())

    def _verified(self, folder: ReleaseFolder, name: tuple[str, str], trust: Trust) -> Published | None:
        try:
            return folder.read(*name, trust)
        except PackInvalid as refused:
            self._issues.extend(refused.issues)
            return None

    def _take(self, published: Published, site: OverlayFolder) -> None:
        release = published.release
        chosen = self._active.get(release.pack)
        is_active = chosen is not None and chosen.version == release.version
        if is_active and chosen and chosen.release_digest != published.digest:
            message = f"`{release.pack}` {release.version} is not the release that was activated"
            self._issues.append(Issue(ACTIVATIONS_FILE, 1, 1, message, "activate it again"))
        try:
            pack = read_pack(
                published.name,
                published.files,
                overlay=site.of(release.pack) if is_active else None,
                site_approvals=site.approvals_of(release.pack) if is_active else None,
            )
            self._packs[release.pack, release.version] = self._compile(pack)
        except PackInvalid as refused:
            place = f"{published.name}/{PACK_FOLDER}"
            self._issues.extend(
                issue if is_of_site(issue) else inside(place, issue) for issue in refused.issues
            )

    def _check_active(self) -> None:
        """What is active must be there; when it is there and broken, that is told already."""
        for pack_id, chosen in sorted(self._active.items()):
            if (pack_id, chosen.version) not in self._packs and not self._issues:
                self._issues.append(_gone(pack_id, chosen))


def _gone(pack_id: str, chosen: Activation) -> Issue:
    message = f"`{pack_id}` {chosen.version} is active, and its release is not there"
    return Issue(ACTIVATIONS_FILE, 1, 1, message, "put the release back, or activate another version")
