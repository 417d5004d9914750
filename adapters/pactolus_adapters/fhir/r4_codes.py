"""The codes that FHIR R4 allows where a binding is *required*, for every type that is read.

`fhir.resources` knows the elements and not these lists. Source: FHIR R4 (4.0.1) value sets.
"""

__all__ = ["CODES", "CONCEPTS", "R4_ONLY_TYPES"]


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GENDER = _codes("male female other unknown")
_UNITS_OF_TIME = _codes("s min h d wk mo a")
_COMPARATOR = _codes("< <= >= >")
_EVENTS = (
    "MORN MORN.early MORN.late NOON AFT AFT.early AFT.late EVE EVE.early EVE.late NIGHT PHS HS WAKE "
    "C CM CD CV AC ACM ACD ACV PC PCM PCD PCV"
)

R4_ONLY_TYPES = _codes(
    "EffectEvidenceSynthesis MedicinalProduct MedicinalProductAuthorization "
    "MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient "
    "MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged "
    "MedicinalProductPharmaceutical MedicinalProductUndesirableEffect RiskEvidenceSynthesis "
    "SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation "
    "SubstanceSourceMaterial SubstanceSpecification"
)
"""Resource types of R4 that R4B, whose models are used, no longer has."""

CODES: dict[tuple[str, str], frozenset[str]] = {
    ("Address", "type"): _codes("postal physical both"),
    ("Address", "use"): _codes("home work temp old billing"),
    ("Age", "comparator"): _COMPARATOR,
    ("Bundle", "type"): _codes(
        "document message transaction transaction-response batch batch-response history searchset collection"
    ),
    ("BundleEntryRequest", "method"): _codes("GET HEAD POST PUT DELETE PATCH"),
    ("BundleEntrySearch", "mode"): _codes("match include outcome"),
    ("ContactPoint", "system"): _codes("phone fax email pager url sms other"),
    ("ContactPoint", "use"): _codes("home work temp old mobile"),
    ("Count", "comparator"): _COMPARATOR,
    ("DiagnosticReport", "status"): _codes(
        "registered partial preliminary final amended corrected appended cancelled entered-in-error unknown"
    ),
    ("Distance", "comparator"): _COMPARATOR,
    ("Duration", "comparator"): _COMPARATOR,
    ("HumanName", "use"): _codes("usual official temp nickname anonymous old maiden"),
    ("Identifier", "use"): _codes("usual official temp secondary old"),
    ("Medication", "status"): _codes("active inactive entered-in-error"),
    ("MedicationAdministration", "status"): _codes(
        "in-progress not-done on-hold completed entered-in-error stopped unknown"
    ),
    ("MedicationStatement", "status"): _codes(
        "active completed entered-in-error intended stopped on-hold unknown not-taken"
    ),
    ("Narrative", "status"): _codes("generated extensions additional empty"),
    ("Observation", "status"): _codes(
        "registered preliminary final amended corrected cancelled entered-in-error unknown"
    ),
    ("Patient", "gender"): _GENDER,
    ("PatientContact", "gender"): _GENDER,
    ("PatientLink", "type"): _codes("replaced-by replaces refer seealso"),
    ("Procedure", "status"): _codes(
        "preparation in-progress not-done on-hold stopped completed entered-in-error unknown"
    ),
    ("Quantity", "comparator"): _COMPARATOR,
    ("Specimen", "status"): _codes("available unavailable unsatisfactory entered-in-error"),
    ("TimingRepeat", "dayOfWeek"): _codes("mon tue wed thu fri sat sun"),
    ("TimingRepeat", "durationUnit"): _UNITS_OF_TIME,
    ("TimingRepeat", "periodUnit"): _UNITS_OF_TIME,
    ("TimingRepeat", "when"): _codes(_EVENTS),
}
"""Elements of type code: (type, element) → the allowed codes."""

CONCEPTS: dict[tuple[str, str], tuple[str, frozenset[str]]] = {
    ("Condition", "clinicalStatus"): (
        "http://terminology.hl7.org/CodeSystem/condition-clinical",
        _codes("active recurrence relapse inactive remission resolved"),
    ),
    ("Condition", "verificationStatus"): (
        "http://terminology.hl7.org/CodeSystem/condition-ver-status",
        _codes("unconfirmed provisional differential confirmed refuted entered-in-error"),
    ),
}
"""Elements of type CodeableConcept: (type, element) → the system and codes one coding must be of."""
