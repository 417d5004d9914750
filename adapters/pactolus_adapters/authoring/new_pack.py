"""A new pack from the template: it loads, its cases pass, and its comments teach."""

import shutil
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pactolus_adapters.authoring.write_schemas import write_schemas
from pactolus_engine.errors import PactolusError
from pactolus_engine.pack.schema import is_id

__all__ = ["NotCreated", "new_pack"]

_SCHEMAS = ".schema"
"""What begins with a dot is no part of a pack."""

_REVIEW_AFTER = timedelta(days=365)


class NotCreated(PactolusError):
    """No pack was made, and nothing was changed; says why."""


def new_pack(name: str, into: Path, today: date) -> Path:
    """Writes a pack of that id into a new folder below `into` and gives its path. Raises `NotCreated`.

    `today` becomes the day of its evidence and of its cases; it is to be reviewed a year later.
    """
    if not is_id(name):
        raise NotCreated("an id is lower-case ASCII words joined by hyphens, as `mrd-after-induction`")
    folder = into / name
    try:
        into.mkdir(parents=True, exist_ok=True)
        folder.mkdir()
    except FileExistsError:
        raise NotCreated(f"`{folder}` is there already; choose another name") from None
    except OSError as error:
        raise NotCreated(f"`{folder}` cannot be made") from error
    try:
        _fill(folder, files(__package__) / "template", _words(name, today))
        write_schemas(folder / _SCHEMAS)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise NotCreated(f"`{folder}` cannot be written") from error
    return folder


def _words(name: str, today: date) -> dict[str, str]:
    review = today + _REVIEW_AFTER
    return {"@ID@": name, "@TODAY@": today.isoformat(), "@REVIEW@": review.isoformat()}


def _fill(folder: Path, template: Traversable, words: dict[str, str]) -> None:
    for entry in sorted(template.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            (folder / entry.name).mkdir()
            _fill(folder / entry.name, entry, words)
            continue
        text = entry.read_text(encoding="utf-8")
        for mark, word in words.items():
            text = text.replace(mark, word)
        (folder / entry.name).write_text(text, encoding="utf-8")
