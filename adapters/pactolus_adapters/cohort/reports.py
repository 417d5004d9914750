"""How a laboratory writes one MRD result: number, unit, comparator, limits, flags; no patient in it yet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from pactolus_adapters.fhir.exact_json import Tree

__all__ = ["FLOW", "SEQUENCING", "Amount", "Report"]

SEQUENCING = "ngs"
FLOW = "ngf"

_UCUM = "http://unitsofmeasure.org"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written, its UCUM unit, and a comparator or none."""

    number: str
    unit: str
    comparator: str = ""

    def quantity(self) -> Tree:
        """It as a FHIR Quantity; `unit`, which nobody may rely on, repeats the code."""
        made: Tree = {"value": Decimal(self.number)}
        if self.comparator:
            made["comparator"] = self.comparator
        return made | {"unit": self.unit, "system": _UCUM, "code": self.unit}


@dataclass(frozen=True, slots=True)
class Report:
    """One result as reported.

    `numbers`: those that the form is used with, in `unit`; none where the result is a word (`word`: SNOMED code of
    "not detected" or "negative") or has no value (`absent`: data-absent-reason). `lod` and `ci`: limit of detection
    and confidence interval, in the unit of the result unless `limit_unit` names another. `cells`: nucleated cells
    analysed. `flag`: interpretation. `remarks`: local components that are true or false. `names_method`: whether
    `Observation.method` is there beside the code.
    """

    method: str
    unit: str = ""
    numbers: tuple[str, ...] = ()
    comparator: str = ""
    word: str = ""
    absent: str = ""
    lod: str = ""
    lloq: str = ""
    ci: tuple[str, str] | None = None
    limit_unit: str = ""
    cells: int = 0
    flag: str = ""
    remarks: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    names_method: bool = True
