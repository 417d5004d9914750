"""Facts in, FHIR out: a Bundle that the reader reads back into the very facts it was made of.

It is the inverse of `read.py`, for witnesses: a patient that a proof, a comparison or a table of cases
found is shown as FHIR that anybody can evaluate. Bindings and code sets of the pack alone say what is
written. Each group of facts becomes one resource (a set of drugs one per member); resources that can be
one are one, for a patient has one myeloma, not one per fact. What is written is read back before it is
given out, and what would be read otherwise is refused by name. The patients are synthetic.

A resource may say more than was stated: an Observation that two facts are read from gives a reading of both.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pactolus_adapters.fhir.compose_codes import choose_codes
from pactolus_adapters.fhir.compose_slots import (
    Concept,
    NotCarried,
    Slots,
    Stated,
    code_sets_of,
    drug_slots,
    merged,
    slots_of,
)
from pactolus_adapters.fhir.compose_write import Names, write_resource
from pactolus_adapters.fhir.exact_json import Tree, encode
from pactolus_adapters.fhir.read_back import check_read_back
from pactolus_engine.facts import FactSet, Standing
from pactolus_engine.pack.model import Absence, Fact, FactType, Pack
from pactolus_engine.values import Codes

__all__ = ["Group", "NotCarried", "Stated", "compose_bundle", "groups_of"]

Group = Mapping[str, Stated]
"""Facts stated together: those of one head are of one resource, and each head has its own."""

_PATIENT = "synthetic-1"
_BASE = "https://synthetic.example/fhir"
_TEST_DATA: Tree = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
_MISMATCH = "subject-mismatch"


def groups_of(facts: FactSet) -> tuple[dict[str, Stated], ...]:
    """What a case or a reader knows, as groups: one for each resource it came from."""
    by_origin: dict[str, dict[str, Stated]] = {}
    for reading in facts.readings:
        by_origin.setdefault(reading.origin, {})[reading.fact] = Stated(reading.value, reading.standing)
    return tuple(by_origin.values())


def compose_bundle(pack: Pack, groups: Sequence[Group], *, local_base: str) -> bytes:
    """A FHIR R4 collection Bundle of which the reader makes these facts; the same bytes every time.

    `groups`: base facts; two groups with the same head are two resources. In a group with a not final
    head all is not final, as in a preliminary resource. A value that absence says as well (an assumed
    one) is left out where FHIR has no way to say it. Raises `NotCarried` with the fact that FHIR, or
    the pack's bindings, cannot carry, or that would be read otherwise.
    """
    drafts: list[_Draft] = []
    for group in groups:
        for head, stated in _by_head(pack, group):
            for draft in _drafts(pack, head, stated):
                _place(draft, drafts)
    entries = _written(pack, drafts, local_base)
    bundle: Tree = {
        "resourceType": "Bundle",
        "meta": {"security": [_TEST_DATA]},
        "type": "collection",
        "entry": [_entry(one) for one in entries],
    }
    content = encode(bundle)
    expected = [(each, [one.origin for one in drafts if each in one.said]) for each in _said(drafts)]
    check_read_back(pack, content, expected, local_base)
    return content


def _entry(resource: Tree) -> Tree:
    return {"fullUrl": f"{_BASE}/{resource['resourceType']}/{resource['id']}", "resource": resource}


@dataclass(slots=True)
class _Draft:
    """A resource to be: its slots, the heads it carries, what was stated of them; `origin`: its name."""

    slots: Slots
    heads: frozenset[str]
    said: list[Group]
    origin: str = ""

    @property
    def stands_alone(self) -> bool:
        """What it says changes the whole resource, so that nothing else may be in it."""
        return "modifier" in self.slots or "subject" in self.slots


def _said(drafts: list[_Draft]) -> list[Group]:
    found: list[Group] = []
    for draft in drafts:
        found += [group for group in draft.said if not any(group is one for one in found)]
    return found


def _by_head(pack: Pack, group: Group) -> Iterator[tuple[Fact, dict[str, Stated]]]:
    """The stated facts by the fact whose resource carries them, in the order of the pack."""
    for name in group:
        if name not in pack.facts:
            raise NotCarried(name, "the pack has no such fact")
        if derivation := pack.facts[name].derivation:
            raise NotCarried(name, "it is derived; state " + " and ".join(derivation.inputs))
    for head in pack.facts.values():
        family = {head.id, *(fact.id for fact in pack.facts.values() if fact.of == head.id)}
        stated = {name: group[name] for name in pack.facts if name in group and name in family}
        if head.of or not stated:
            continue
        if head.id not in stated:
            raise NotCarried(next(iter(stated)), f"it is of `{head.id}`, which is not stated")
        yield head, stated


def _drafts(pack: Pack, head: Fact, stated: Mapping[str, Stated]) -> Iterator[_Draft]:
    """The resources that say this of one head."""
    binding = head.binding
    if binding is None:
        raise NotCarried(head.id, "the pack reads it from nowhere")
    resources = _family_of_types(binding.resources)
    if _is_said_by_absence(head, stated[head.id], resources[0]) and len(stated) == 1:
        return
    heads = frozenset({head.id})
    for slots in _head_slots(pack, head, stated[head.id], resources[0]):
        together: Slots | None = {"type": resources, **_codes(pack, head, slots), **slots}
        for name, each in stated.items():
            if name != head.id and together is not None:
                together = merged(together, _member(pack, head, pack.facts[name], each, stated, resources[0]))
                if together is None:
                    raise NotCarried(name, f"it contradicts another fact of the resource of `{head.id}`")
        if together is not None:
            yield _Draft(together | _status(resources[0], stated[head.id]), heads, [stated])


def _family_of_types(resources: tuple[str, ...]) -> tuple[str, ...]:
    """The resource types that are written alike as the first one."""
    is_drug = resources[0].startswith("Medication")
    return tuple(one for one in resources if one.startswith("Medication")) if is_drug else resources[:1]


def _is_said_by_absence(head: Fact, stated: Stated, resource: str) -> bool:
    """Whether the only way to say it is to say nothing, and that is how absence is taken."""
    is_unsaid = head.binding is not None and (
        head.binding.element == _MISMATCH
        or (head.binding.element == "presence" and resource.startswith("Medication"))
    )
    assumed = Codes(frozenset({head.assumed_value}))
    says_no = stated == Stated(Codes(frozenset({"false"})))
    return is_unsaid and says_no and head.absence is Absence.ASSUMED and stated.value == assumed


def _head_slots(pack: Pack, head: Fact, stated: Stated, resource: str) -> list[Slots]:
    if head.type is FactType.SET:
        return drug_slots(pack, head, stated)
    return [slots_of(pack, head, stated, resource)]


def _codes(pack: Pack, head: Fact, slots: Slots) -> Slots:
    """The codes that make the resource one of the head; a drug says it by itself."""
    if "code" in slots:
        return {}
    codings = dict.fromkeys(c for name in code_sets_of(head) for c in pack.code_sets[name].codings)
    return {"code": tuple(Concept((coding,)) for coding in codings)} if codings else {}


def _member(
    pack: Pack, head: Fact, fact: Fact, each: Stated, group: Mapping[str, Stated], resource: str
) -> Slots:
    is_draft = group[head.id].standing is Standing.NOT_FINAL
    if each.standing is Standing.NOT_FINAL and not is_draft:
        raise NotCarried(fact.id, f"a resource is not final as a whole, and `{head.id}` is stated as final")
    return slots_of(pack, fact, each, resource)


def _status(resource: str, head: Stated) -> Slots:
    if resource == "Observation":
        return {"status": ("preliminary" if head.standing is Standing.NOT_FINAL else "final",)}
    return {}


def _place(draft: _Draft, drafts: list[_Draft]) -> None:
    """Puts a resource into one that can say it too, or beside those that are there."""
    for other in drafts:
        if draft.stands_alone or other.stands_alone or draft.heads & other.heads:
            continue
        slots = merged(other.slots, draft.slots)
        if slots is not None:
            other.slots, other.heads = slots, other.heads | draft.heads
            other.said += draft.said
            return
    drafts.append(draft)


def _written(pack: Pack, drafts: list[_Draft], local_base: str) -> list[Tree]:
    """The resources, the patient first; each draft learns what it came to be called."""
    patient: Tree = {"resourceType": "Patient", "id": _PATIENT}
    entries: list[Tree] = []
    for number, draft in enumerate(drafts, start=2):
        chosen = choose_codes(pack, draft.slots, draft.heads, [one.slots for one in drafts])
        is_patient = chosen.slots["type"] == ("Patient",)
        names = Names(local_base, _PATIENT, _PATIENT if is_patient else f"synthetic-{number}")
        try:
            written = write_resource(chosen.slots, chosen.components, names)
        except ValueError as refusal:
            raise NotCarried(min(draft.heads), str(refusal)) from None
        draft.origin = f"{written[-1]['resourceType']}/{written[-1]['id']}"
        if is_patient:
            patient = written[0]
        else:
            entries += written
    return [patient, *entries]
