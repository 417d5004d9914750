"""SNOMED CT codes whose check digit does not fit."""

from collections.abc import Iterator

from pactolus_engine.checks.check_digits import is_sctid
from pactolus_engine.checks.finding import Remark
from pactolus_engine.checks.loinc_check_digit import codes_that_fail
from pactolus_engine.checks.subject import Subject

__all__ = ["snomed_check_digit"]


def snomed_check_digit(subject: Subject) -> Iterator[Remark]:
    """SNOMED CT codes that are no concept id: 6 to 18 digits with Verhoeff's check digit at the end."""
    return codes_that_fail(subject, "http://snomed.info/sct", is_sctid)
