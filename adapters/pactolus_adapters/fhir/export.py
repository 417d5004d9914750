"""A pack as FHIR R4 knowledge artifacts: PlanDefinition, Library, ActivityDefinitions.

The PlanDefinition has the address that every CarePlan of the pack names in `instantiatesCanonical`. The
same pack gives the same bytes. Doses are nowhere, and no logic is passed off as CQL.
"""

from collections.abc import Mapping

from pactolus_adapters.fhir.exact_json import Tree, encode, without_empties
from pactolus_adapters.fhir.export_activities import activity_definitions
from pactolus_adapters.fhir.export_library import library
from pactolus_adapters.fhir.export_plan import plan_definition
from pactolus_adapters.fhir.export_terms import Terms
from pactolus_engine.pack.model import Pack

__all__ = ["exported", "exported_bundle"]


def exported(pack: Pack, files: Mapping[str, bytes], *, local_base: str) -> dict[str, bytes]:
    """The artifacts by `Type/id`, the PlanDefinition first.

    `files`: those of the pack. `local_base`: where the site's code systems stand.
    """
    return {f"{tree['resourceType']}/{tree['id']}": encode(tree) for tree in _trees(pack, files, local_base)}


def exported_bundle(pack: Pack, files: Mapping[str, bytes], *, local_base: str) -> bytes:
    """The same as one collection Bundle."""
    entries = [{"fullUrl": tree["url"], "resource": tree} for tree in _trees(pack, files, local_base)]
    return encode({"resourceType": "Bundle", "type": "collection", "entry": entries})


def _trees(pack: Pack, files: Mapping[str, bytes], local_base: str) -> list[Tree]:
    terms = Terms(pack, local_base)
    trees = [plan_definition(terms, files), library(terms, files), *activity_definitions(terms)]
    return [without_empties(tree) for tree in trees]
