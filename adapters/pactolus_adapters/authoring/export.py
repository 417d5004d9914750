"""A pack for those who keep knowledge in FHIR: its artifacts as files in a new folder, or as one Bundle."""

import json
from dataclasses import dataclass
from pathlib import Path

from pactolus_adapters.authoring.draft import open_draft
from pactolus_adapters.fhir.export import exported, exported_bundle
from pactolus_engine.errors import PactolusError

__all__ = ["Exported", "NotWritable", "export_bundle", "export_into"]


class NotWritable(PactolusError):
    """The export cannot be written there."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the pack and its version, and the artifacts, `Type/id`."""

    pack: str
    version: str
    artifacts: tuple[str, ...]
    written: tuple[Path, ...]


def export_into(folder: Path, into: Path, *, local_base: str) -> Exported:
    """Writes an artifact a file, `Type-id.json`, into a folder that is new or empty.

    Raises `PackInvalid`, and `NotWritable` when there is something in the folder or it cannot be made.
    """
    draft = open_draft(folder)
    found = exported(draft.pack, draft.files, local_base=local_base)
    files = {into / f"{name.replace('/', '-')}.json": content for name, content in found.items()}
    try:
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()):
            raise NotWritable(
                f"`{into}` is not empty; name a new folder, so that no older export stays in it"
            )
        for path, content in files.items():
            path.write_bytes(_indented(content))
    except OSError as problem:
        raise NotWritable(f"`{into}` cannot be written: {problem.strerror}") from None
    return Exported(draft.pack.id, draft.pack.version, tuple(found), tuple(files))


def export_bundle(folder: Path, file: Path, *, local_base: str) -> Exported:
    """Writes one Bundle, in place of the file if it is there; raises `PackInvalid`, `NotWritable`."""
    draft = open_draft(folder)
    content = exported_bundle(draft.pack, draft.files, local_base=local_base)
    try:
        beside = file.with_name(f"{file.name}.part")
        beside.write_bytes(_indented(content))
        beside.replace(file)
    except OSError as problem:
        raise NotWritable(f"`{file}` cannot be written: {problem.strerror}") from None
    artifacts = tuple(exported(draft.pack, draft.files, local_base=local_base))
    return Exported(draft.pack.id, draft.pack.version, artifacts, (file,))


def _indented(content: bytes) -> bytes:
    """The same JSON with one element a line, as people compare files; an export holds no decimals."""
    return (json.dumps(json.loads(content), indent=2, ensure_ascii=False) + "\n").encode()
