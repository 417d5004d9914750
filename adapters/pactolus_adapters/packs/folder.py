"""The rules folder on disk as a shelf of packs, read, checked and compiled before it opens.

Every folder below the rules folder is a pack; files and names that begin with `.` or `_` are not.
Nothing outside a pack's folder is ever read: a symbolic link that leads out is refused.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from pactolus_adapters.packs.files import (
    Refused,
    ordinary_content,
    shown,
    stays_inside,
    visible,
)
from pactolus_adapters.packs.overlays import OverlayFolder, is_of_site
from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import Issue, PackInvalid, PackNotFound
from pactolus_engine.pack.digest import SIGNATURE_FILE
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.read import declared_id, read_pack
from pactolus_engine.pack.source_text import MAX_PACK_BYTES, MAX_RULES
from pactolus_engine.pack.version import version_order

__all__ = ["FolderShelf", "inside", "read_pack_files"]

_MAX_ENTRIES = 4 * MAX_RULES


class FolderShelf:
    """The packs of one rules folder, as they were when it was opened; implements `PackShelf`."""

    def __init__(
        self,
        path: Path,
        compile_pack: Callable[[Pack], CompiledPack],
        overlays: Path | None = None,
        *,
        where_they_fit: bool = False,
    ) -> None:
        """Reads and compiles every pack, or raises `PackInvalid` with the issues of all of them.

        `overlays` is the folder of the site's overlays; each is read with its pack. Places in the error
        are relative to the rules folder, those of overlays begin with `overlays/`. `where_they_fit`: a pack that
        its overlay does not fit, such as another version, is read as its authors wrote it, and an overlay may be for
        no pack at all.
        """
        site = OverlayFolder(overlays)
        packs: list[CompiledPack] = []
        issues: list[Issue] = []
        refused: list[str] = []
        ids: list[str] = []
        folders = _pack_folders(path)
        for folder in folders:
            try:
                files = read_pack_files(folder)
                ids.append(declared_id(files))
                packs.append(
                    compile_pack(_read(folder.name, files, ids[-1], site, where_it_fits=where_they_fit))
                )
            except PackInvalid as error:
                refused.append(folder.name)
                issues.extend(i if is_of_site(i) else inside(folder.name, i) for i in error.issues)
        # A pack without an id may be the one that is meant.
        if not where_they_fit and len(ids) == len(folders) and all(ids):
            site.refuse_strangers(ids)
        issues += [*site.issues, *_twins(packs)]
        if issues:
            raise PackInvalid(", ".join(refused) or path.name, issues)
        self._packs = tuple(sorted(packs, key=_order))

    def get(self, pack_id: str, version: str = "") -> CompiledPack:
        """The pack of that id; without a version, the one with the highest version number."""
        fitting = [held for held in self._packs if held.pack.id == pack_id]
        if version:
            fitting = [held for held in fitting if held.pack.version == version]
        if not fitting:
            raise PackNotFound("no such pack, or no such version of it, is on the shelf")
        return fitting[-1]

    def all(self) -> tuple[CompiledPack, ...]:
        """Every pack, sorted by id and version."""
        return self._packs


def _read(
    name: str, files: dict[str, bytes], pack_id: str, site: OverlayFolder, *, where_it_fits: bool
) -> Pack:
    try:
        return read_pack(name, files, overlay=site.of(pack_id), site_approvals=site.approvals_of(pack_id))
    except PackInvalid as error:
        if where_it_fits and all(map(is_of_site, error.issues)):
            return read_pack(name, files)
        raise


def read_pack_files(folder: Path) -> dict[str, bytes]:
    """The files of one pack: name relative to the folder, with `/`, to content; not its signature.

    Raises `PackInvalid` for links that lead out of the folder, for what is no ordinary file, and
    when there is too much. Of a file that is too large only so much is read as shows that it is.
    """
    reader = _FolderReader(folder)
    files = dict(reader.files())
    if reader.issues:
        raise PackInvalid(folder.name, reader.issues)
    return files


class _FolderReader:
    """Reads the files of one pack's folder and notes what it refuses."""

    def __init__(self, folder: Path) -> None:
        self.issues: list[Issue] = []
        self._folder = folder
        self._root = folder.resolve()
        self._entries = 0
        self._bytes = 0

    def files(self) -> Iterator[tuple[str, bytes]]:
        try:
            yield from self._below(self._folder, "")
        except OSError:
            self._refuse("pack.yaml", "the folder of the pack cannot be read")

    def _below(self, folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
        for entry in visible(folder):
            self._entries += 1
            if self._entries > _MAX_ENTRIES or self._bytes > MAX_PACK_BYTES:
                self._refuse("pack.yaml", "the folder holds too many files or too much in them")
                return
            name = f"{prefix}{shown(entry.name)}"
            if name == SIGNATURE_FILE:
                continue
            if entry.is_symlink() and not stays_inside(entry, self._root):
                self._refuse(name, "a symbolic link leads out of the folder of the pack")
            elif entry.is_dir():
                yield from self._subfolder(entry, name, prefix)
            else:
                yield from self._file(entry, name)

    def _subfolder(self, entry: Path, name: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Packs have one level of folders; a link to a folder could lead in a circle."""
        if prefix or entry.name not in {"rules", "cases"}:
            self._refuse(
                name, "no such folder belongs to a pack", "a pack has the folders `rules` and `cases`"
            )
            return
        yield from self._below(entry, f"{entry.name}/")

    def _file(self, entry: Path, name: str) -> Iterator[tuple[str, bytes]]:
        content = self._content(entry, name)
        if content is not None:
            self._bytes += len(content)
            yield name, content

    def _content(self, entry: Path, name: str) -> bytes | None:
        try:
            return ordinary_content(entry)
        except Refused as refused:
            self._refuse(name, str(refused))
            return None

    def _refuse(self, name: str, message: str, advice: str = "") -> None:
        self.issues.append(Issue(name, 1, 1, message, advice))


def _pack_folders(path: Path) -> list[Path]:
    try:
        root = path.resolve(strict=True)
        entries = visible(path)
    except (OSError, RuntimeError) as error:
        raise PackInvalid(path.name, [Issue(".", 1, 1, "the rules folder cannot be read")]) from error
    folders = [entry for entry in entries if not entry.name.startswith("_") and entry.is_dir()]
    away = [entry for entry in folders if not entry.resolve().is_relative_to(root)]
    if away:
        message = "a symbolic link leads out of the rules folder"
        raise PackInvalid(path.name, [Issue(shown(entry.name), 1, 1, message) for entry in away])
    return folders


def inside(folder: str, issue: Issue) -> Issue:
    """The issue with its place as seen from the folder that holds this one."""
    place = "/".join([*map(shown, folder.split("/")), issue.file])
    return Issue(place, issue.line, issue.column, issue.message, issue.advice)


def _twins(packs: list[CompiledPack]) -> Iterator[Issue]:
    seen: set[tuple[str, str]] = set()
    for held in packs:
        identity = held.pack.id, held.pack.version
        if identity in seen:
            message = f"two folders hold version {held.pack.version} of pack `{held.pack.id}`"
            yield Issue(".", 1, 1, message)
        seen.add(identity)


def _order(held: CompiledPack) -> tuple[str, tuple[int, ...]]:
    return held.pack.id, version_order(held.pack.version)
