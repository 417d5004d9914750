"""The report of a shadow while it runs: of what was on disk when it was asked for."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pactolus_adapters.replay.parts import RESULTS_FOLDER
from pactolus_adapters.replay.report.summarize import summarize
from pactolus_adapters.replay.report.summary import HowItRan, Summary
from pactolus_adapters.replay.report.write import write_report
from pactolus_adapters.replay.shadow.kept import KeptShadow
from pactolus_adapters.replay.shadow.tail import parts_so_far, with_end
from pactolus_adapters.replay.spec import ReplaySpec

__all__ = ["write_shadow_report"]

_RUNNER: Final = "shadow"
_PREFIX: Final = ".report-"
_FORMS: Final = "summary.*"


def write_shadow_report(shadow: KeptShadow, root: Callable[[int], bytes]) -> Summary:
    """Writes `summary.json`, `.md` and `.html` into the folder of the shadow, over those of an earlier call.

    `root`: the root of the log at a size, so that a replay of the same records is of the same spec and has the same
    report root. Raises `PartUnreadable`, as `root`, and `OSError` when nothing can be written.
    """
    with TemporaryDirectory(prefix=_PREFIX, dir=shadow.path) as place:
        still = Path(place)
        _link_results(shadow.path / RESULTS_FOLDER, still / RESULTS_FOLDER)
        found = parts_so_far(shadow.state.spec, still)
        spec = with_end(shadow.state.spec, found)
        ran = _how_it_ran(shadow, found[-1].path if found else None, spec)
        summary = summarize(_whole(spec, root), still, ran)
        write_report(summary, still)
        for file in sorted(still.glob(_FORMS)):
            file.replace(shadow.path / file.name)
    return summary


def _link_results(results: Path, still: Path) -> None:
    """The files as they are now: the last one is replaced by a longer one while it is read, and never altered."""
    still.mkdir()
    for file in sorted(results.glob("part-*.parquet")):
        os.link(file, still / file.name)


def _whole(spec: ReplaySpec, root: Callable[[int], bytes]) -> ReplaySpec:
    source = {**spec.source, "root": root(spec.end).hex()}
    return replace(spec, source=source)


def _how_it_ran(shadow: KeptShadow, last: Path | None, spec: ReplaySpec) -> HowItRan:
    """From when it was begun to its last results."""
    begun = _written_at(shadow.path / "replay.json")
    return HowItRan(_RUNNER, begun, _written_at(last) if last else begun, spec.end - spec.first)


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
