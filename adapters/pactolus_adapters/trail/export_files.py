"""An export into a file or folder: under another name until it is whole, and never over what is there."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from typing import IO, Final

from pactolus_adapters.trail.events import Actor, EventRecorder
from pactolus_adapters.trail.export_fhir import fhir_lines
from pactolus_adapters.trail.export_html import html_parts
from pactolus_adapters.trail.export_ndjson import ndjson_lines
from pactolus_adapters.trail.export_request import Export, Progress, Wanted, announce, not_told
from pactolus_adapters.trail.export_tiles import write_tiles
from pactolus_engine.errors import PactolusError
from pactolus_engine.trail import AuditTrail

__all__ = ["ExportNotWritten", "Exporter", "ParquetMissing"]

_FOR_OWNER: Final = 0o600
_FOR_OWNER_TO_ENTER: Final = 0o700


class ExportNotWritten(PactolusError):
    """The export cannot be written where it was asked for."""


class ParquetMissing(PactolusError):
    """What writes and reads Parquet is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "what writes and reads Parquet is not installed: `make setup-replay`, or "
            "`pip install 'pactolus[replay]'`"
        )


@dataclass(frozen=True, slots=True)
class Exporter:
    """Exports from a log for somebody. `local_base`: the base of the site's code systems."""

    log: AuditTrail
    recorder: EventRecorder
    actor: Actor
    local_base: str

    def write(self, wanted: Wanted, out: Path, progress: Progress = not_told) -> Export:
        """Records that it exports, then writes `out`: a file, or a folder for `tiles`. Only the owner may read it.

        When it fails, nothing is left behind but the record. Before anything is recorded, raises
        `ExportNotWritten` when `out` is there already and `ParquetMissing`; else as `announce` and as the form.
        """
        _check_free(out)
        if wanted.form == "parquet" and find_spec("pyarrow") is None:
            raise ParquetMissing
        unfinished = out.with_name(f".{out.name}.{os.getpid()}.unfinished")
        try:
            _make(unfinished, is_folder=wanted.form == "tiles")
            try:
                export = self._filled(wanted, unfinished, progress)
                _check_free(out)
                unfinished.rename(out)
            except BaseException:
                _remove(unfinished)
                raise
        except OSError as error:
            why = error.strerror or "no reason is known"
            raise ExportNotWritten(f"`{out}` cannot be written: {why}") from error
        return export

    def lines(self, wanted: Wanted, progress: Progress = not_told) -> Iterator[bytes]:
        """Records that it exports, then gives the parts of the export: lines, or pieces of the page.

        Raises as `announce` and as the form.
        """
        return self._parts(announce(self.log, self.recorder, self.actor, wanted), progress)

    def _filled(self, wanted: Wanted, unfinished: Path, progress: Progress) -> Export:
        export = announce(self.log, self.recorder, self.actor, wanted)
        match wanted.form:
            case "tiles":
                write_tiles(self.log, export, unfinished, progress)
            case "parquet":
                from pactolus_adapters.trail.export_parquet import write_parquet

                _fill(unfinished, lambda file: write_parquet(self.log, export, file, progress))
            case _:
                _fill(unfinished, lambda file: file.writelines(self._parts(export, progress)))
        return export

    def _parts(self, export: Export, progress: Progress) -> Iterator[bytes]:
        match export.wanted.form:
            case "ndjson":
                return ndjson_lines(self.log, export, progress)
            case "fhir":
                return fhir_lines(self.log, export, self.local_base, progress)
            case "html":
                return html_parts(self.log, export, progress)
            case _:
                raise ValueError("a form that has parts is expected")


def _check_free(out: Path) -> None:
    if os.path.lexists(out):
        raise ExportNotWritten(f"`{out}` is there already and is not overwritten: name another, or remove it")


def _make(unfinished: Path, *, is_folder: bool) -> None:
    if is_folder:
        unfinished.mkdir(mode=_FOR_OWNER_TO_ENTER)
    else:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_OWNER))


def _fill(unfinished: Path, write: Callable[[IO[bytes]], None]) -> None:
    with unfinished.open("wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _remove(unfinished: Path) -> None:
    if unfinished.is_dir():
        rmtree(unfinished, ignore_errors=True)
    else:
        unfinished.unlink(missing_ok=True)
