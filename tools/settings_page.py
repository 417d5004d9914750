"""Prints `docs/settings.md`, made from the table of settings: `python tools/settings_page.py`."""

from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from pactolus_adapters.settings import Settings

__all__ = ["main"]

_HEAD = """\
# Settings

Each setting is an environment variable; some are options of a command too, which then wins over the variable. A
variable that is empty or cannot be read stops the start, with its name. This page is printed by
`tools/settings_page.py`.

| setting | variable | default | meaning |
|---|---|---|---|
"""


def main() -> None:
    """Prints the page."""
    print(_HEAD + "\n".join(map(_row, fields(Settings))))


def _row(setting: Field[Any]) -> str:
    variable = f"PACTOLUS_{setting.name.upper()}"
    return f"| {setting.name} | `{variable}` | {_default(setting)} | {setting.metadata['meaning']} |"


def _default(setting: Field[Any]) -> str:
    match setting.default:
        case None | () | "":
            return "none"
        case bool():
            return f"`{str(setting.default).lower()}`"
        case Path():
            return f"`./{setting.default}`"
        case other:
            return f"`{other}`"


if __name__ == "__main__":
    main()
