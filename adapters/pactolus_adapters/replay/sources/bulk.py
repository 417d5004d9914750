"""FHIR Bulk Data NDJSON as a source: each patient with all resources about them is one request, never evaluated before.

Bad lines have rows of their own behind the patients, so that nothing is left out in silence. A patient whose line
cannot be read is evaluated without it: whose it was, nobody can tell.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa

from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.batches import RecordRow
from pactolus_adapters.replay.sources.bulk_lines import Trouble, bulk_line, trouble_text
from pactolus_adapters.replay.sources.bulk_patients import PatientIndex, digest_of, index_patients
from pactolus_adapters.replay.sources.ndjson import lines
from pactolus_adapters.replay.sources.never_evaluated import AskedNow, SourceUnusable, batches, error_row
from pactolus_adapters.replay.sources.on_disk import Owned, Stretch
from pactolus_adapters.replay.sources.source_files import (
    NOT_FOLLOWED,
    OpenFiles,
    digesting,
    index_folder,
    index_written,
    names_in,
)
from pactolus_adapters.replay.spec import Partition
from pactolus_adapters.request_way import HallwaySettings
from pactolus_engine.errors import AuditUnavailable

__all__ = ["BulkSource", "bulk_files", "open_bulk", "patient_order"]

_ENDING: Final = ".ndjson"
_FHIR_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")


@dataclass(frozen=True, slots=True)
class BulkSource:
    """`Source` over an indexed export; can be pickled, and reads in any process that sees the files and the index.

    First the patients, in the order of the SHA-256 of their ids, then the lines that go to nobody, by file and line.
    """

    index: PatientIndex
    asked: AskedNow
    links: int

    @property
    def count(self) -> int:
        """How many records there are: patients, and lines that go to nobody."""
        return len(self.index.stretches) + len(self.index.unplaced)

    @property
    def passed_over(self) -> Mapping[str, int]:
        """What was seen and is in no record: resources that are about no patient or bear on no answer, by type;
        links and folders, which are not followed."""
        links = {NOT_FOLLOWED: self.links} if self.links else {}
        return {**self.index.passed_over, **links}

    def described(self) -> dict[str, str]:
        """What fixes the records, for the spec of a replay: every file with its size and SHA-256, the instant, the
        settings."""
        files = {f"file {one.name}": f"{one.size} bytes, sha256 {one.digest}" for one in self.index.files}
        return {"kind": "bulk-data", **self.asked.described(), **files}

    def read(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """As `Source.read`."""
        return batches(self._rows(partition.first, partition.end))

    def _rows(self, first: int, end: int) -> Iterator[RecordRow]:
        patients = len(self.index.stretches)
        if first < patients:
            yield from self._patients(first, min(end, patients))
        if end > patients:
            yield from self._unplaced(max(first, patients), end)

    def _patients(self, first: int, end: int) -> Iterator[RecordRow]:
        begin = self.index.stretches.entry(first).first
        owned = self.index.owned.entries(begin)
        with OpenFiles(self.index.files) as files:
            for index, stretch in enumerate(self.index.stretches.entries(first, end - first), start=first):
                yield self._patient(index, stretch, islice(owned, stretch.lines), files)

    def _patient(self, index: int, stretch: Stretch, own: Iterator[Owned], files: OpenFiles) -> RecordRow:
        if stretch.size > self.asked.most:
            places = list(own)
            return error_row(index, self._too_large(stretch, places[0]))
        # Sorted: which file a line stood in, and where, makes no difference.
        resources = sorted(files.read(one.file, one.offset, one.length).strip() for one in own)
        return self.asked.row(index, tuple(resources), _reference(stretch, resources))

    def _too_large(self, stretch: Stretch, one: Owned) -> str:
        return (
            f"the resources of a patient hold {stretch.size} bytes together, expected at most {self.asked.most}; one of "
            f"them stands in `{self._name(one.file)}` at byte {one.offset}"
        )

    def _unplaced(self, first: int, end: int) -> Iterator[RecordRow]:
        begin = first - len(self.index.stretches)
        for index, one in enumerate(self.index.unplaced.entries(begin, end - first), start=first):
            what = trouble_text(Trouble(one.trouble), self.asked.most)
            yield error_row(index, f"{self._name(one.file)}:{one.line}: {what}")

    def _name(self, file: int) -> str:
        return self.index.files[file].name


@contextmanager
def open_bulk(
    path: Path, instant: str, settings: HallwaySettings, workplace: Path | None = None
) -> Iterator[BulkSource]:
    """Indexes an export: a folder of `*.ndjson`, or one such file. `instant`: when the patients are evaluated, RFC 3339
    in UTC with milliseconds. `workplace`: where the index is kept while the source is in use; on a cluster a folder
    that all machines see. Raises `SourceUnusable`.
    """
    asked = AskedNow.at(instant, settings)
    paths, others = bulk_files(path)
    with index_folder(workplace) as folder:
        with index_written():
            index = index_patients(paths, asked.most, folder)
        yield BulkSource(index, asked, others)


def patient_order(path: Path, limits: Limits) -> dict[str, int]:
    """The index of each patient by id, for who joins results with what else is known of a patient.

    Holds all ids: for cohorts, not for a whole hospital. `limits`: those of the settings. Raises `SourceUnusable`.
    """
    ids: set[str] = set()
    for one in bulk_files(path)[0]:
        with digesting(one) as file:
            found = (bulk_line(line.content) for line in lines(file, limits.request_bytes) if line.content)
            ids.update(line.patient for line in found if line.patient)
    return {patient: index for index, patient in enumerate(sorted(ids, key=digest_of))}


def bulk_files(path: Path) -> tuple[list[Path], int]:
    """The files of an export, and how many links and folders beside them are not followed. Raises
    `SourceUnusable`."""
    names, others = names_in(path)
    found = [one for one in names if one.name.lower().endswith(_ENDING)]
    if not found:
        raise SourceUnusable(f"`{path}` holds no `*.ndjson`: name a folder of FHIR Bulk Data files")
    return found, others


def _reference(stretch: Stretch, resources: list[bytes]) -> str:
    """The patient as a caller names one; empty when the id is none of FHIR, which the reader then refuses."""
    found = (bulk_line(content).patient for content in resources)
    patient = next(filter(None, found), "")
    if digest_of(patient) != stretch.owner:
        raise AuditUnavailable("a file was changed while it was read: start again when nobody writes there")
    return f"Patient/{patient}" if _FHIR_ID.fullmatch(patient) else ""
