"""What would have to be sent: the missing facts of a decision as FHIR DataRequirements.

Type and codes come from the fact's binding in the pack, so that a program can turn a requirement
into a query. Element names: FHIR R4 resource definitions.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pactolus_adapters.fhir.codes import local_system
from pactolus_adapters.fhir.exact_json import Node, Tree
from pactolus_adapters.fhir.write_context import Context
from pactolus_engine.pack.elements import RATIOS
from pactolus_engine.pack.model import Binding, Coding, Fact, FactType, Pack

__all__ = ["data_requirements", "requirements_of"]

_CODED_BY: Mapping[str, str] = MappingProxyType(
    {
        "Observation": "code",
        "Condition": "code",
        "Procedure": "code",
        "DiagnosticReport": "code",
        "Specimen": "type",
        "MedicationAdministration": "medication",
        "MedicationStatement": "medication",
    }
)

_CARRIED_IN: Mapping[str, str] = MappingProxyType(
    {
        "value": "value",
        "clone-fraction": "value",
        "effective": "effective",
        "method": "method",
        "interpretation": "interpretation",
        "specimen-type": "specimen",
        "specimen-collected": "specimen",
        "specimen-unsatisfactory": "specimen",
        "component": "component",
        "subject-mismatch": "subject",
        "presence": "code",
        "active": "clinicalStatus",
        "relapsed": "clinicalStatus",
        "stopped": "status",
        "onset": "onset",
        "performed": "performed",
        "drug": "medication",
        "birth-date": "birthDate",
    }
)


def data_requirements(context: Context) -> list[Node]:
    """One requirement per missing fact and resource type that can carry it, in the decision's order.

    A fact that follows from others asks for those; the element id is the fact's id, with the resource
    type behind it where there are several.
    """
    asked = dict.fromkeys(
        base for missing in context.decision.missing for base in _base_facts(context, missing.fact)
    )
    return [one for fact in asked for one in requirements_of(context.pack, fact, context.local_base)]


def _base_facts(context: Context, name: str) -> Iterator[str]:
    fact = context.pack.facts.get(name)
    if fact is None:
        return
    if fact.derivation is None:
        yield name
        return
    for part in fact.derivation.inputs:
        yield from _base_facts(context, part)


def requirements_of(pack: Pack, name: str, local_base: str) -> Iterator[Tree]:
    """A requirement for each resource type that can carry a base fact."""
    fact = pack.facts[name]
    carrier = pack.facts[fact.of] if fact.of else fact
    if fact.binding is None or carrier.binding is None:
        return
    several = len(carrier.binding.resources) > 1
    for resource in carrier.binding.resources:
        yield {
            "id": f"{name}.{resource}" if several else name,
            "type": resource,
            "mustSupport": list(_carried_in(resource, fact.binding.element)),
            "codeFilter": _filters(pack, carrier, carrier.binding, resource, local_base),
        }


def _carried_in(resource: str, element: str) -> tuple[str, ...]:
    """The FHIR elements; what a medication resource is about stands in `medication`, not in `code`."""
    if element in RATIOS:
        return ("value", "referenceRange")
    if element == "presence" and resource.startswith("Medication"):
        return ("medication",)
    return (_CARRIED_IN[element],)


def _filters(pack: Pack, fact: Fact, binding: Binding, resource: str, local_base: str) -> list[Node]:
    codings = [
        {"system": local_system(one.system, local_base), "code": one.code, "display": one.display}
        for one in _codings(pack, fact, binding)
    ]
    if not codings or resource not in _CODED_BY:
        return []
    return [{"path": _CODED_BY[resource], "code": codings}]


def _codings(pack: Pack, fact: Fact, binding: Binding) -> list[Coding]:
    # The members of a set (drugs) are themselves the codes that the resource carries.
    by_value = binding.values.values() if fact.type is FactType.SET else ()
    sets = pack.code_sets
    names = [name for name in (*binding.codes, *by_value) if name in sets]
    return sorted({coding for name in names for coding in sets[name].codings})
