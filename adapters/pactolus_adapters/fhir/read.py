"""FHIR R4 JSON in, facts out: the one way by which patient data enters.

bytes → strict JSON → FHIR R4 → one version of each resource → who the patient is → readings. All
violations of a request are reported at once, each with its place; see `violations.py` for how
places are written. What comes out does not depend on the order of what went in.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pactolus_adapters.fhir.bind import bind
from pactolus_adapters.fhir.codes import CodeBook
from pactolus_adapters.fhir.identity import find_patient
from pactolus_adapters.fhir.references import References
from pactolus_adapters.fhir.request import open_request
from pactolus_adapters.fhir.resource import Resource
from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.fhir.subjects import sort_out_others
from pactolus_adapters.fhir.taken import put_in
from pactolus_adapters.fhir.versions import check_addresses, newest
from pactolus_adapters.fhir.violations import Violations
from pactolus_adapters.fhir.withdrawal import is_withdrawn
from pactolus_adapters.fhir.words import Reader
from pactolus_engine.facts import FactSet, PassedOver, Reading, Source
from pactolus_engine.pack.model import Pack
from pactolus_engine.record import TakenInput

__all__ = ["Limits", "Read", "read", "read_with_resources"]

_WHOSE = "is not known, and a withdrawn resource must reach whoever was told of it; say whose it is"


@dataclass(frozen=True, slots=True)
class Read:
    """The facts of a request, and the one version of each of its resources that they were read from."""

    facts: FactSet
    resources: tuple[Resource, ...]


def read(
    resources: Sequence[bytes],
    bundle: bytes,
    patient: str,
    pack: Pack,
    *,
    local_base: str,
    limits: Limits,
    known_bases: Sequence[str] = (),
    taken: Sequence[TakenInput] = (),
    is_recorded: bool = False,
) -> FactSet:
    """The facts of one request, as `read_with_resources` gives them."""
    return read_with_resources(
        resources, bundle, patient, pack,
        local_base=local_base, limits=limits, known_bases=known_bases, taken=taken, is_recorded=is_recorded,
    ).facts  # fmt: skip


def read_with_resources(
    resources: Sequence[bytes],
    bundle: bytes,
    patient: str,
    pack: Pack,
    *,
    local_base: str,
    limits: Limits,
    known_bases: Sequence[str] = (),
    taken: Sequence[TakenInput] = (),
    is_recorded: bool = False,
) -> Read:
    """The facts of one request; raises `InputInvalid` with every violation found in it.

    Each of `resources` is a resource, an array of resources or a Bundle; `bundle` is a Bundle or
    empty. `patient` names the patient (`Patient/id`, a URL, an id, `system|value`) or is empty.
    `local_base` is the address under which the pack's `local:` code systems stand; `known_bases`
    are FHIR servers whose address in a reference means nothing more than `Type/id`. `taken` comes from
    earlier records and takes the place of what was sent under the same name. `is_recorded`: the resources come out of a
    record, where those of two requests may stand side by side and use one `fullUrl`.
    """
    found = Violations()
    opened = open_request(resources, bundle, limits, found)
    kept, older = newest(opened.resources, found)
    if not is_recorded:
        check_addresses(kept, found)
    kept, replaced, beside = put_in(kept, taken)
    references = References(kept, known_bases)
    who = find_patient(kept, references, patient, found)
    if not who.identity.names and any(map(is_withdrawn, kept)):
        found.add("patient", _WHOSE)
    found.raise_if_any()
    reader = Reader(pack, CodeBook(pack, local_base), references, who)
    own, mismatches = sort_out_others(reader, kept)
    readings = sorted({*mismatches, *bind(reader, own)}, key=_order)
    passed_over = {*opened.passed_over, *older, *replaced, *reader.passed_over}
    withdrawn = tuple(sorted(reader.withdrawn, key=lambda one: (one.source, one.status)))
    facts = FactSet(
        who.identity, tuple(readings), _resources(readings), _sorted(passed_over), withdrawn, beside
    )
    return Read(facts, tuple(kept))


def _order(reading: Reading) -> tuple[str, str, Source, str, str]:
    return reading.fact, reading.origin, reading.source, reading.shown, reading.note


def _resources(readings: list[Reading]) -> tuple[Source, ...]:
    """The resources that the readings were taken from, each once, by its own root."""
    roots = {_root(one.source) for one in readings}
    return tuple(sorted(roots))


def _root(source: Source) -> Source:
    """The resource itself; a contained one counts as the resource that holds it."""
    return Source(source.reference, source.path.partition(".")[0], source.version)


def _sorted(passed_over: set[PassedOver]) -> tuple[PassedOver, ...]:
    return tuple(sorted(passed_over, key=lambda one: (one.source, one.reason)))
