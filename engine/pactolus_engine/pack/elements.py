"""The words a binding may use for the element that carries a fact, per FHIR resource type.

One table, read by the pack loader (which refuses any other word) and by the FHIR reader (which
has one function for each). Source of the element names: FHIR R4 resource definitions.
"""

from pactolus_engine.pack.model import FactType

__all__ = ["COMPONENT_ROLES", "ELEMENTS", "LOD_EVENTS", "RATIOS", "READER_PARAMETERS", "ElementRule"]

ElementRule = frozenset[FactType]

_ORDERED = frozenset({FactType.INTEGER, FactType.QUANTITY, FactType.FRACTION})

ELEMENTS: dict[str, dict[str, ElementRule]] = {
    "Observation": {
        "value": _ORDERED | {FactType.BOOLEAN, FactType.CODE},
        "ratio-to-upper-limit": frozenset({FactType.QUANTITY}),
        "ratio-to-lower-limit": frozenset({FactType.QUANTITY}),
        "clone-fraction": frozenset({FactType.FRACTION}),
        "effective": frozenset({FactType.DATE}),
        "method": frozenset({FactType.CODE}),
        "interpretation": frozenset({FactType.CODE}),
        "specimen-type": frozenset({FactType.CODE}),
        "specimen-collected": frozenset({FactType.DATE}),
        "specimen-unsatisfactory": frozenset({FactType.BOOLEAN}),
        "component": _ORDERED | {FactType.BOOLEAN, FactType.CODE},
        "subject-mismatch": frozenset({FactType.BOOLEAN}),
    },
    "Condition": {
        "presence": frozenset({FactType.BOOLEAN}),
        "active": frozenset({FactType.BOOLEAN}),
        "relapsed": frozenset({FactType.BOOLEAN}),
        "onset": frozenset({FactType.DATE}),
        "subject-mismatch": frozenset({FactType.BOOLEAN}),
    },
    "Procedure": {
        "presence": frozenset({FactType.BOOLEAN}),
        "performed": frozenset({FactType.DATE}),
        "subject-mismatch": frozenset({FactType.BOOLEAN}),
    },
    "MedicationAdministration": {
        "drug": frozenset({FactType.SET}),
        "presence": frozenset({FactType.BOOLEAN}),
        "stopped": frozenset({FactType.BOOLEAN}),
        "effective": frozenset({FactType.DATE}),
        "subject-mismatch": frozenset({FactType.BOOLEAN}),
    },
    "MedicationStatement": {
        "drug": frozenset({FactType.SET}),
        "presence": frozenset({FactType.BOOLEAN}),
        "stopped": frozenset({FactType.BOOLEAN}),
        "effective": frozenset({FactType.DATE}),
        "subject-mismatch": frozenset({FactType.BOOLEAN}),
    },
    "DiagnosticReport": {"subject-mismatch": frozenset({FactType.BOOLEAN})},
    "Specimen": {"subject-mismatch": frozenset({FactType.BOOLEAN})},
    "Patient": {"birth-date": frozenset({FactType.DATE})},
}

RATIOS = frozenset({"ratio-to-upper-limit", "ratio-to-lower-limit"})
"""Elements that give a number of times a limit of the reference range: a pure number."""

COMPONENT_ROLES = frozenset({"lod", "lloq", "cells", "ci-low", "ci-high", "value"})
"""Components of a `clone-fraction`, and `value` for the element `component`."""

LOD_EVENTS = "lod-events"
"""The parameter from which the reader computes a limit of detection that the report does not state."""

READER_PARAMETERS: dict[str, tuple[str, ...]] = {"clone-fraction": (LOD_EVENTS,)}
"""Element → parameters of the pack that the FHIR reader itself looks up for it."""
