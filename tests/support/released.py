"""A small pack in a folder of its own, keys, and the way to a folder of releases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pactolus_adapters.authoring.activate import Activated, activate
from pactolus_adapters.authoring.gates import Gate
from pactolus_adapters.authoring.publish import Publication, publish
from pactolus_adapters.releases.shelf import ReleaseShelf
from pactolus_adapters.signing.keys import make_keys, public_file, read_trust
from pactolus_engine.compiled import compile_pack
from tests.engine.pack.minimal import switched_files

__all__ = ["NOW", "Bench", "write_pack"]

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def write_pack(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Writes the files of a pack."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return folder


@dataclass(frozen=True)
class Bench:
    """Somebody with a pack `minimal` 1.2.3, a key, and a folder of releases that is not there yet."""

    root: Path

    def __post_init__(self) -> None:
        files = switched_files()
        kept = {name: content for name, content in files.items() if not name.startswith("cases/")}
        write_pack(self.pack, kept | {"cases/negative.yaml": files["cases/negative.yaml"]})
        make_keys(self.key)

    @property
    def pack(self) -> Path:
        """The folder of the pack."""
        return self.root / "minimal"

    @property
    def key(self) -> Path:
        """The private key."""
        return self.root / "author.pem"

    @property
    def trust(self) -> tuple[Path, ...]:
        """The public one."""
        return (public_file(self.key),)

    @property
    def releases(self) -> Path:
        """The folder of releases."""
        return self.root / "releases"

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces a text in a file of the pack; it must be there."""
        path = self.pack / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def raise_version(self, version: str) -> None:
        """Gives the pack another version."""
        lines = (self.pack / "pack.yaml").read_text().splitlines()
        kept = [f"version: {version}" if line.startswith("version:") else line for line in lines]
        (self.pack / "pack.yaml").write_text("\n".join(kept) + "\n")

    def publish(self, gates: Iterable[Gate] = ()) -> Publication:
        """Publishes the pack as it is."""
        return publish(
            self.pack, self.releases, self.key, gates, now=lambda: NOW, trust=(), tell=lambda _: None
        )

    def activate(self, version: str, **more: object) -> Activated:
        """Activates a version."""
        said: dict[str, object] = {"by": "A. Operator", "now": lambda: NOW} | more
        return activate(self.releases, "minimal", version, self.trust, **said)  # type: ignore[arg-type]

    def release_all(self, *versions: str) -> None:
        """Publishes and activates these versions, one after the other."""
        for version in versions:
            self.raise_version(version)
            self.publish()
            self.activate(version)

    def shelf(self, overlays: Path | None = None) -> ReleaseShelf:
        """What a server would serve."""
        return ReleaseShelf(self.releases, read_trust(self.trust), compile_pack, overlays)
