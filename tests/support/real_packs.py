"""The packs of the repository asked directly: FHIR resources in, decision out, by the real reader and core."""

import copy
import json
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from pactolus_adapters.fhir.exact_json import encode
from pactolus_adapters.fhir.read import Limits, read
from pactolus_adapters.packs.folder import read_pack_files
from pactolus_adapters.settings import Settings
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.decision import Decision
from pactolus_engine.evaluate import evaluate
from pactolus_engine.pack.read import read_pack
from tests.support.examples import EXAMPLES, ROOT
from tests.support.small_packs import InProcess

__all__ = ["AT_INSTANT", "CONSOLIDATION", "ENDPOINT", "Resource", "answered", "real_pack", "resources_of"]

AT_INSTANT = datetime(2026, 3, 1, 9, tzinfo=UTC)
CONSOLIDATION, ENDPOINT = "midas-consolidation", "midas-endpoint"

Resource = dict[str, Any]
_MATCHER = InProcess()


@cache
def real_pack(name: str) -> CompiledPack:
    """A pack under `rules`, compiled once."""
    return compile_pack(read_pack(name, read_pack_files(ROOT / "rules" / name)))


def resources_of(example: str) -> list[Resource]:
    """The resources of an example, free to be changed; decimals are exact."""
    return copy.deepcopy(_parsed(example))


@cache
def _parsed(example: str) -> list[Resource]:
    bundle = json.loads((EXAMPLES / f"{example}.json").read_bytes(), parse_float=Decimal)
    return [entry["resource"] for entry in bundle["entry"]]


def answered(pack: str | CompiledPack, resources: list[Resource]) -> Decision:
    """The decision on these resources (at least one) at the instant of the examples, both engines agreeing."""
    compiled = real_pack(pack) if isinstance(pack, str) else pack
    settings = Settings()
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": r} for r in resources]}
    facts = read(
        (encode(bundle),),
        b"",
        "",
        compiled.pack,
        local_base=settings.code_systems,
        limits=Limits(settings.resource_bytes, settings.request_bytes),
    )
    return evaluate(facts, compiled, AT_INSTANT, _MATCHER)
