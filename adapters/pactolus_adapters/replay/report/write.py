"""The report of a replay as files beside its results, each there whole or not at all."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pactolus_adapters.releases.durable import replace_file
from pactolus_adapters.replay.report.html import page
from pactolus_adapters.replay.report.markdown import markdown
from pactolus_adapters.replay.report.summary import Summary, written_summary

__all__ = ["write_report"]

_FORMS: Final[Mapping[str, Callable[[Summary], str]]] = {
    "summary.json": written_summary,
    "summary.md": markdown,
    "summary.html": page,
}


def write_report(summary: Summary, folder: Path) -> None:
    """Writes `summary.json`, `.md` and `.html` into the folder of a replay, over what an earlier run has left. Raises
    `OSError` when nothing can be written."""
    for name, form in _FORMS.items():
        replace_file(folder / name, form(summary).encode())
