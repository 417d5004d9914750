"""The report of a replay as files beside its results, each there whole or not at all."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pactolus_adapters.releases.durable import replace_file
from pactolus_adapters.replay.report.html import page
from pactolus_adapters.replay.report.markdown import markdown
from pactolus_adapters.replay.report.summarize import summarize
from pactolus_adapters.replay.report.summary import HowItRan, Summary, written_summary
from pactolus_adapters.replay.spec import ReplaySpec

__all__ = ["write_report"]

_FORMS: Final[Mapping[str, Callable[[Summary], str]]] = {
    "summary.json": written_summary,
    "summary.md": markdown,
    "summary.html": page,
}


def write_report(spec: ReplaySpec, folder: Path, ran: HowItRan) -> Summary:
    """Summarizes the finished replay in a folder and writes `summary.json`, `.md` and `.html` there, over what an
    earlier run has left. Raises `PartUnreadable` as `summarize`, `OSError` when nothing can be written."""
    summary = summarize(spec, folder, ran)
    for name, form in _FORMS.items():
        replace_file(folder / name, form(summary).encode())
    return summary
