"""The rules folder on disk as a shelf of packs, read, checked and compiled before it opens.

Every folder below the rules folder is a pack; files and names that begin with `.` or `_` are not.
Nothing outside a pack's folder is ever read: a symbolic link that leads out is refused.
"""

import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.errors import Issue, PackInvalid, PackNotFound
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.read import read_pack
from pactolus_engine.pack.source_text import MAX_FILE_BYTES, MAX_PACK_BYTES, MAX_RULES

__all__ = ["FolderShelf", "read_pack_files"]

_MAX_ENTRIES = 4 * MAX_RULES
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class FolderShelf:
    """The packs of one rules folder, as they were when it was opened; implements `PackShelf`."""

    def __init__(self, path: Path, compile_pack: Callable[[Pack], CompiledPack]) -> None:
        """Reads and compiles every pack, or raises `PackInvalid` with the issues of all of them.

        Places in the error are relative to the rules folder.
        """
        packs: list[CompiledPack] = []
        issues: list[Issue] = []
        refused: list[str] = []
        for folder in _pack_folders(path):
            try:
                pack = read_pack(folder.name, read_pack_files(folder))
                packs.append(compile_pack(pack))
            except PackInvalid as error:
                refused.append(folder.name)
                issues.extend(_inside(folder.name, issue) for issue in error.issues)
        issues.extend(_twins(packs))
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


def read_pack_files(folder: Path) -> dict[str, bytes]:
    """The files of one pack: name relative to the folder, with `/`, to content.

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
        for entry in sorted(_visible(folder), key=lambda entry: entry.name):
            self._entries += 1
            if self._entries > _MAX_ENTRIES or self._bytes > MAX_PACK_BYTES:
                self._refuse("pack.yaml", "the folder holds too many files or too much in them")
                return
            name = f"{prefix}{_shown(entry.name)}"
            if entry.is_symlink() and not self._stays_inside(entry):
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
            descriptor = os.open(entry, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as file:
                if stat.S_ISREG(os.fstat(descriptor).st_mode):
                    return file.read(MAX_FILE_BYTES + 1)
            self._refuse(name, "this is no ordinary file")
        except OSError:
            self._refuse(name, "the file cannot be read")
        return None

    def _stays_inside(self, entry: Path) -> bool:
        try:
            return entry.resolve(strict=True).is_relative_to(self._root)
        except (OSError, RuntimeError):
            return False

    def _refuse(self, name: str, message: str, advice: str = "") -> None:
        self.issues.append(Issue(name, 1, 1, message, advice))


def _pack_folders(path: Path) -> list[Path]:
    try:
        root = path.resolve(strict=True)
        entries = sorted(_visible(path), key=lambda entry: entry.name)
    except (OSError, RuntimeError) as error:
        raise PackInvalid(path.name, [Issue(".", 1, 1, "the rules folder cannot be read")]) from error
    folders = [entry for entry in entries if not entry.name.startswith("_") and entry.is_dir()]
    away = [entry for entry in folders if not entry.resolve().is_relative_to(root)]
    if away:
        message = "a symbolic link leads out of the rules folder"
        raise PackInvalid(path.name, [Issue(_shown(entry.name), 1, 1, message) for entry in away])
    return folders


def _visible(folder: Path) -> list[Path]:
    """What does not begin with a dot: editors and mounts keep things of their own there."""
    return [entry for entry in folder.iterdir() if not entry.name.startswith(".")]


def _shown(name: str) -> str:
    return name if _NAME.fullmatch(name) else re.sub(r"[^A-Za-z0-9._-]", "?", name)


def _inside(folder: str, issue: Issue) -> Issue:
    place = f"{_shown(folder)}/{issue.file}"
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
    return held.pack.id, tuple(map(int, held.pack.version.split(".")))
