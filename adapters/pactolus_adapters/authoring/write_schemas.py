"""Writes the JSON Schemas of pack files into a folder, for editors."""

import json
from pathlib import Path

from pactolus_engine.pack.json_schema import json_schemas

__all__ = ["schema_files", "write_schemas"]


def schema_files() -> dict[str, bytes]:
    """Name of a file → its content, for every kind of file of a pack."""
    return {
        f"{name}.json": f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n".encode()
        for name, schema in json_schemas().items()
    }


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Writes them and gives their paths; the folder is made where it is not there, older schemas are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in schema_files().items():
        path = folder / name
        path.write_bytes(content)
        written.append(path)
    return tuple(written)
