"""A pack as its author has it: the files of a folder, read, compiled, and ready to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pactolus_adapters.packs.folder import read_pack_files
from pactolus_engine.cases import Case, read_cases
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.match.durable import shards_of
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.read import read_pack, read_whole

__all__ = ["Draft", "open_draft", "read_draft"]


@dataclass(slots=True)
class Draft:
    """A pack with its files. `name` is what issues call it; `files`: name in the pack → content.

    Variants with an overlay of the pack's own cases in force are read once and kept.
    """

    name: str
    files: Mapping[str, bytes]
    compiled: CompiledPack
    variants: dict[str, CompiledPack] = field(default_factory=dict)
    read: tuple[Case, ...] | None = None
    """The cases, when they were read with the pack."""

    @property
    def pack(self) -> Pack:
        """The pack as read."""
        return self.compiled.pack

    def cases(self) -> tuple[Case, ...]:
        """Every case of the pack, by file."""
        return read_cases(self.files, self.pack) if self.read is None else self.read

    def compiled_with(self, overlay: str) -> CompiledPack:
        """The pack with an overlay of its cases (`cases/….overlay.yaml`) in force; empty: none."""
        if not overlay:
            return self.compiled
        if overlay not in self.variants:
            pack = read_pack(self.name, self.files, overlay=(overlay, self.files[overlay]))
            self.variants[overlay] = compile_pack(pack)
        return self.variants[overlay]


def open_draft(folder: Path) -> Draft:
    """Reads and compiles the pack in a folder.

    Raises `PackInvalid` with every mistake and its place, `PackTooComplex` when an engine cannot hold it.
    """
    return read_draft(folder.resolve().name, read_pack_files(folder))


def read_draft(name: str, files: Mapping[str, bytes]) -> Draft:
    """As `open_draft`, from files that are in memory."""
    whole = read_whole(name, files)
    compiled = compile_pack(whole.pack)
    shards_of(compiled)
    return Draft(name, files, compiled, read=whole.cases)
