"""A cohort on disk: two snapshots of FHIR Bulk Data NDJSON, and a README. Patients are written one by one."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pactolus_adapters.cohort.about import SNAPSHOTS, about
from pactolus_adapters.cohort.courses import Planned, planned
from pactolus_adapters.cohort.post_induction import after_induction, own_days
from pactolus_adapters.cohort.pre_maintenance import before_maintenance
from pactolus_adapters.cohort.study import study, subject
from pactolus_adapters.cohort.trial import ENROLLED
from pactolus_adapters.fhir.exact_json import Tree, encode
from pactolus_engine.errors import PactolusError

__all__ = ["CohortNotWritten", "Snapshot", "write_cohort"]


Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


def _unwatched(_done: int, _size: int) -> None:
    """Nobody looks."""


class CohortNotWritten(PactolusError):
    """No cohort was written, and nothing was left behind; says why."""


@dataclass(slots=True)
class Snapshot:
    """One snapshot as written: its folder, the pack and instant it is for, and how much is in it."""

    folder: Path
    pack: str
    at: datetime
    patients: int = 0
    resources: Counter[str] = field(default_factory=Counter)


def write_cohort(
    folder: Path, seed: int, scale: int, progress: Progress = _unwatched
) -> tuple[Snapshot, ...]:
    """Writes a cohort into a folder that is new. Same seed and scale, same bytes.

    `scale` times the trial. `progress` is told how many patients are done, and of how many. Raises `CohortNotWritten` when the
    folder is there already or cannot be written.
    """
    snapshots = tuple(Snapshot(folder / name, pack, at) for name, pack, at in SNAPSHOTS)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise CohortNotWritten(f"`{folder}` is there already; name a new folder") from None
    except OSError as error:
        raise CohortNotWritten(f"`{folder}` cannot be made") from error
    try:
        (folder / "README.txt").write_text(about(seed, scale), encoding="ascii", newline="\n")
        _fill(snapshots, seed, scale, progress)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise CohortNotWritten(f"`{folder}` cannot be written; is the disk full?") from error
    except BaseException:  # also when somebody stops it: half a cohort would look like a whole one
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return snapshots


def _fill(snapshots: tuple[Snapshot, ...], seed: int, scale: int, progress: Progress) -> None:
    first, second = snapshots
    with ExitStack() as open_files:
        early, late = _Files(first, open_files), _Files(second, open_files)
        for files in (early, late):
            files.snapshot.folder.mkdir()
            files.write([study()])
        for done, one in enumerate(planned(seed, scale), start=1):
            early.add(_of_patient(one, after_induction(one), False))
            if one.course.arm:
                late.add(_of_patient(one, before_maintenance(one), True))
            progress(done, scale * ENROLLED)


def _of_patient(one: Planned, resources: Iterator[Tree], is_later: bool) -> Iterator[Tree]:
    yield from resources
    yield subject(one, own_days(one), is_later)


@dataclass(slots=True)
class _Files:
    """The files of one snapshot, one per resource type, opened when the first resource of the type comes."""

    snapshot: Snapshot
    stack: ExitStack
    files: dict[str, BinaryIO] = field(default_factory=dict)

    def add(self, resources: Iterable[Tree]) -> None:
        """Writes one patient."""
        self.write(resources)
        self.snapshot.patients += 1

    def write(self, resources: Iterable[Tree]) -> None:
        """Writes resources, each a line of the file of its type."""
        for one in resources:
            kind = str(one["resourceType"])
            if kind not in self.files:
                path = self.snapshot.folder / f"{kind}.ndjson"
                self.files[kind] = self.stack.enter_context(path.open("xb"))
            self.files[kind].write(encode(one) + b"\n")
            self.snapshot.resources[kind] += 1
