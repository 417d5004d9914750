"""The README.txt beside a cohort: what it is, what it is not, and how to evaluate it."""

from datetime import datetime

from pactolus_adapters.cohort.causes import DURING_INDUCTION, UNRANDOMISED
from pactolus_adapters.cohort.days import POST_INDUCTION_AT, PRE_MAINTENANCE_AT
from pactolus_adapters.cohort.trial import ARMS, COMPLETED, ENROLLED

__all__ = ["SNAPSHOTS", "about", "stamp"]

SNAPSHOTS = (
    ("post-induction", "midas-consolidation", POST_INDUCTION_AT),
    ("pre-maintenance", "midas-endpoint", PRE_MAINTENANCE_AT),
)
"""The folders, the pack that each is for, and the instant at which it is to be evaluated."""

_TEXT = """\
A SYNTHETIC COHORT, MADE TO MATCH

Nobody in these files exists. The cohort was made to have the published numbers of the MIDAS trial (IFM 2020-02,
NCT04934475): whoever evaluates it tests the pipeline from FHIR to tables, not the trial, and learns nothing about
myeloma. Every resource is marked as test data (meta.security HTEST).

seed {seed}, scale {scale} (the trial {scale} times, with other patients each time); the same seed and scale
give the same bytes.

TWO SNAPSHOTS, each complete, as FHIR R4 Bulk Data: one NDJSON file per resource type, one resource per line

  post-induction    all who were enrolled, as known when consolidation is decided
  pre-maintenance   all who were randomised, as known when maintenance is due, with the later MRD results

HOW TO EVALUATE, beside the folder of the rules; COHORT is this folder

{commands}
  pactolus cohort tables COHORT {reports}

The instants matter: what lies after them has not happened yet. The arm stands in ResearchSubject.assignedArm, which
the service passes over. Some MRD results are there in two versions, preliminary and final or final and corrected; the
newest counts.

WHAT IT HOLDS (each number times the scale)

  {enrolled} enrolled; {completed} completed induction
{arms}
  {unrandomised} completed induction and were not randomised; {unfinished} did not complete it:
{causes}

Published: {enrolled}, {completed}, the sizes of the arms, the rates in percent, and that of those who did not complete
induction 7 progressed and 5 died. Ours: the numbers of patients behind the percentages, every other cause, and
all details of each patient.
"""


def about(seed: int, scale: int) -> str:
    """The text, ASCII, lines of at most 120 columns."""
    arms = (
        f"  {arm.patients} in arm {arm.name}; {arm.reached} of them below 1e-6 before maintenance ({arm.percent} %)"
        for arm in ARMS
    )
    causes = (f"    {share.patients:3d} {share.cause}" for share in (*UNRANDOMISED, *DURING_INDUCTION))
    return _TEXT.format(
        seed=seed,
        scale=scale,
        commands="\n".join(_command(*snapshot) for snapshot in SNAPSHOTS),
        reports=" ".join(f"--{_report(pack)} {_report(pack)}" for _, pack, _ in SNAPSHOTS),
        enrolled=ENROLLED,
        completed=COMPLETED,
        arms="\n".join(arms),
        unrandomised=sum(share.patients for share in UNRANDOMISED),
        unfinished=sum(share.patients for share in DURING_INDUCTION),
        causes="\n".join(causes),
    )


def _command(folder: str, pack: str, at: datetime) -> str:
    return f"  pactolus replay COHORT/{folder} --pack {pack} --at {stamp(at)} --report {_report(pack)}"


def _report(pack: str) -> str:
    return pack.removeprefix("midas-")


def stamp(instant: datetime) -> str:
    """An instant (UTC) in RFC 3339, to the second."""
    return f"{instant.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
