"""Where a thing stands in a pack, in the one way in which every verb names it: `rules/a-pack/facts.yaml:12:1`."""

import os
from pathlib import Path

from pactolus_engine.pack.model import Place

__all__ = ["opened", "place_text"]


def opened(folder: Path, file: str) -> str:
    """The path of a file of a pack, from the working directory where it lies below it: an editor can open it."""
    path = os.path.relpath(folder / file)
    return str(folder / file) if path.startswith("..") else path


def place_text(folder: Path, place: Place) -> str:
    """File, line and column."""
    return f"{opened(folder, place.file)}:{place.line}:{place.column}"
