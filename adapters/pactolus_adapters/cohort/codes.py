"""The codes that the senders of the cohort use, as hospitals and laboratories write them.

They are written down here and not taken from a pack: a cohort that took its codes from the pack it is to be
evaluated with could not show that the pack knows them. LOINC, SNOMED CT, ICD-10, RxNorm, ATC and NCIt numbers are
those that the packs' `codes.yaml` names as verified; the local ones stand under the base that the service has by default.
"""

from dataclasses import dataclass

from pactolus_adapters.fhir.exact_json import Tree

__all__ = [
    "ATC",
    "ICD_10",
    "ICD_10_CM",
    "INTERPRETATION",
    "LOINC",
    "METHOD",
    "MRD",
    "NCIT",
    "RESPONSE",
    "RXNORM",
    "SNOMED",
    "SPECIMEN_TYPE",
    "Code",
    "concept",
    "local",
]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
ICD_10 = "http://hl7.org/fhir/sid/icd-10"
ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
NCIT = "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SPECIMEN_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0487"
MRD = "https://pactolus.example/fhir/CodeSystem/mrd"
METHOD = "https://pactolus.example/fhir/CodeSystem/mrd-method"
RESPONSE = "https://pactolus.example/fhir/CodeSystem/imwg-response"


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a system, with the words beside it."""

    system: str
    code: str
    display: str


def local(code: str, display: str) -> Code:
    """A code of the local system for MRD and the facts around it."""
    return Code(MRD, code, display)


def concept(*codes: Code, text: str = "") -> Tree:
    """A CodeableConcept with these codings."""
    made: Tree = {"coding": [{"system": c.system, "code": c.code, "display": c.display} for c in codes]}
    return made | {"text": text} if text else made
