"""The trial around the patients as FHIR: one ResearchStudy, one ResearchSubject each, and how to read them back.

The service passes over both types: an arm must not reach a decision. `ResearchSubject.status` says how far the patient
came, in FHIR's words: `off-study` did not complete induction, `withdrawn` and `ineligible` completed it and were not
randomised, `on-study-intervention` and `follow-up` were.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pactolus_adapters.cohort.causes import Cause
from pactolus_adapters.cohort.courses import Planned
from pactolus_adapters.cohort.days import Days
from pactolus_adapters.cohort.resources import period, resource
from pactolus_adapters.cohort.trial import ARMS
from pactolus_adapters.fhir.exact_json import Tree
from pactolus_engine.errors import PactolusError

__all__ = ["CohortNotRead", "Subject", "study", "subject", "subjects"]

_STUDY = "synthetic-midas"
_OFF = "off-study"


class CohortNotRead(PactolusError):
    """The subjects of a cohort cannot be read; says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A patient of the trial: the FHIR id, the name of the arm or nothing, whether induction was completed."""

    patient: str
    arm: str
    has_completed: bool


def study() -> Tree:
    """The ResearchStudy; its title says that nobody of it exists."""
    return {
        "resourceType": "ResearchStudy",
        "id": _STUDY,
        "meta": {
            "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]
        },
        "title": "Synthetic cohort made to match the published numbers of MIDAS (NCT04934475); no real patients",
        "status": "completed",
        "arm": [
            {"name": arm.name, "description": f"MRD after induction: {arm.stratum} at 1e-5"} for arm in ARMS
        ],
    }


def subject(one: Planned, days: Days, is_later: bool) -> Tree:
    """The ResearchSubject of a patient. `is_later`: of the second snapshot."""
    elements: Tree = {
        "status": "follow-up" if is_later else _status(one),
        "period": period(days.diagnosis, None if one.course.has_completed else days.induction_end),
        "study": {"reference": f"ResearchStudy/{_STUDY}"},
    }
    if one.course.arm:
        elements["assignedArm"] = one.course.arm.name
    return resource(
        "ResearchSubject", one.patient, "subject", _updated(days, is_later), elements, whose="individual"
    )


def _updated(days: Days, is_later: bool) -> date:
    return days.consolidation_end if is_later else days.induction_end


def _status(one: Planned) -> str:
    if not one.course.has_completed:
        return _OFF
    if one.course.arm:
        return "on-study-intervention"
    return "withdrawn" if one.course.cause is Cause.WITHDREW else "ineligible"


def subjects(snapshot: Path) -> list[Subject]:
    """The subjects of a snapshot of ours, as `ResearchSubject.ndjson` lists them. Raises `CohortNotRead`."""
    file = snapshot / "ResearchSubject.ndjson"
    try:
        lines = file.read_bytes().splitlines()
        return [_subject(json.loads(line, parse_float=Decimal)) for line in lines]
    except OSError as error:
        raise CohortNotRead(f"`{file}` cannot be read; name a snapshot that `cohort midas` wrote") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CohortNotRead(
            f"`{file}` holds a line that is no ResearchSubject of ours; write it anew"
        ) from error


def _subject(body: dict[str, Any]) -> Subject:
    whose: str = body["individual"]["reference"]
    return Subject(whose.removeprefix("Patient/"), str(body.get("assignedArm", "")), body["status"] != _OFF)
