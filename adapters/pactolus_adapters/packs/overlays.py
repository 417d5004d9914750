"""The folder of a site's overlays: one YAML file for each pack, named after the pack's id, and beside it what
clinicians of the site have approved.

A file that is for no pack is a mistake, because a site would believe that it is in force. Places in
issues begin with `overlays/`, whatever the folder is called.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pactolus_adapters.packs.files import Refused, ordinary_content, shown, stays_inside, visible
from pactolus_engine.errors import Issue

__all__ = ["APPROVALS_ENDING", "OverlayFolder", "is_of_site"]

_README = "README.md"
_ENDING = ".yaml"
APPROVALS_ENDING = ".approvals.yaml"
"""What the approvals of a site are named after the id of their pack; no id has a dot."""

_FOLDER = "overlays/"


class OverlayFolder:
    """The overlays of one folder, read when it is opened; `issues` is what was refused."""

    def __init__(self, path: Path | None) -> None:
        """`path` None: the site has no overlays."""
        self.issues: list[Issue] = []
        self._found: dict[str, bytes] = dict(self._read(path)) if path is not None else {}

    def of(self, pack_id: str) -> tuple[str, bytes] | None:
        """The overlay of that pack, with the name that issues show; None when there is none."""
        return self._file(f"{pack_id}{_ENDING}")

    def approvals_of(self, pack_id: str) -> tuple[str, bytes] | None:
        """What the site has approved of that pack and its overlay, likewise."""
        return self._file(f"{pack_id}{APPROVALS_ENDING}")

    def _file(self, name: str) -> tuple[str, bytes] | None:
        content = self._found.get(name)
        return None if content is None else (_name(name), content)

    def refuse_strangers(self, pack_ids: Iterable[str]) -> None:
        """Notes each overlay that is for none of these packs."""
        known = {f"{pack_id}{ending}" for pack_id in pack_ids for ending in (_ENDING, APPROVALS_ENDING)}
        for stranger in sorted(self._found.keys() - known):
            self._refuse(
                stranger,
                "there is no pack of that id",
                "name the file after the id of a pack",
            )

    def _read(self, path: Path) -> Iterator[tuple[str, bytes]]:
        try:
            entries, root = visible(path), path.resolve(strict=True)
        except (OSError, RuntimeError):
            self.issues.append(Issue("overlays", 1, 1, "the folder of the overlays cannot be read"))
            return
        for entry in entries:
            if entry.name == _README:
                continue
            if entry.suffix != _ENDING:
                self._refuse(entry.name, "this is no overlay", f"an overlay is named `<pack id>{_ENDING}`")
            elif entry.is_symlink() and not stays_inside(entry, root):
                self._refuse(entry.name, "a symbolic link leads out of the folder of the overlays")
            else:
                yield from self._content(entry)

    def _content(self, entry: Path) -> Iterator[tuple[str, bytes]]:
        try:
            yield entry.name, ordinary_content(entry)
        except Refused as refused:
            self._refuse(entry.name, str(refused))

    def _refuse(self, name: str, message: str, advice: str = "") -> None:
        self.issues.append(Issue(_name(name), 1, 1, message, advice))


def _name(file: str) -> str:
    return f"{_FOLDER}{shown(file)}"


def is_of_site(issue: Issue) -> bool:
    """Whether the place of an issue lies in the folder of the overlays, and not in the pack's."""
    return issue.file.startswith(_FOLDER)
