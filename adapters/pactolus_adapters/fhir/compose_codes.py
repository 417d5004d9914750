"""Which of the codes that would do a composed resource gets: the one that says least beside what is meant.

A code may be in the code sets of other facts, and may imply facts that nobody stated. Where that
cannot be avoided by another code, the resource says that it does not say: a method without a code,
a specimen without a reference.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pactolus_adapters.fhir.compose_slots import Alternative, Concept, Slots, code_sets_of
from pactolus_adapters.fhir.compose_write import NOT_STATED
from pactolus_engine.pack.model import CodeSet, Fact, FactType, Pack

__all__ = ["Chosen", "choose_codes"]

_SLOTS: Mapping[str, str] = {"method": "method", "specimen-type": "specimen type"}
_ORDER = (
    "completed", "on-hold", "unknown", "stopped", "active", "remission", "relapse", "MedicationAdministration",
)  # fmt: skip
"""Which of several words that would do is written first."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The slots with the alternative to write in first place, and the code of each component."""

    slots: Slots
    components: dict[str, Concept]


def choose_codes(pack: Pack, slots: Slots, heads: frozenset[str], all_slots: Sequence[Slots]) -> Chosen:
    """The slots of one resource, ready to be written; `all_slots`: those of every resource."""
    chosen = {slot: _usual_first(alternatives) for slot, alternatives in slots.items()}
    if "effective" not in slots and "MedicationStatement" in slots["type"]:
        chosen["type"] = ("MedicationStatement",)
    codes = [one for one in slots.get("code", ()) if isinstance(one, Concept)]
    if codes:
        chooser = _Chooser(pack, slots, heads, all_slots)
        best = min(enumerate(codes), key=lambda each: (chooser.surplus(each[1]), each[0]))[1]
        chosen["code"] = (best,)
        chosen |= chooser.unsaid(best)
    sets = [slot.partition(" ")[2] for slot in slots if slot.startswith("component ")]
    return Chosen(chosen, {name: Concept(pack.code_sets[name].codings[:1]) for name in sets})


def _usual_first(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    known = [word for word in _ORDER if word in alternatives]
    return (*known, *(one for one in alternatives if one not in known))


@dataclass(frozen=True, slots=True)
class _Chooser:
    """Weighs the codes of one resource against each other."""

    pack: Pack
    slots: Slots
    heads: frozenset[str]
    all_slots: Sequence[Slots]

    def surplus(self, concept: Concept) -> int:
        """How many things a code says that were not stated."""
        named = {set_.name for set_ in self._sets_of(concept)}
        others = (fact for fact in self.pack.facts.values() if fact.id not in self.heads and not fact.of)
        spilled = sum(self._is_spilled(fact, named, concept) for fact in others)
        return spilled + sum(1 for _ in self._implied(concept))

    def unsaid(self, concept: Concept) -> Slots:
        """The slots that keep the code from implying what was not stated."""
        found: Slots = {}
        for fact in self._implied(concept):
            slot = _SLOTS.get(fact.binding.element if fact.binding else "", "")
            if slot == "method" and slot not in self.slots:
                found["method"] = (NOT_STATED,)
            elif slot and not any(one.startswith("specimen ") for one in self.slots):
                found["specimen"] = (NOT_STATED,)
        return found

    def _implied(self, concept: Concept) -> Iterator[Fact]:
        """The facts of this resource that the code implies and nobody stated."""
        for name in dict.fromkeys(one for set_ in self._sets_of(concept) for one in set_.implies):
            fact = self.pack.facts.get(name)
            if fact is not None and fact.binding and _SLOTS.get(fact.binding.element, "") not in self.slots:
                yield fact

    def _sets_of(self, concept: Concept) -> list[CodeSet]:
        keys = {(coding.system, coding.code) for coding in concept.codings}
        return [one for one in self.pack.code_sets.values() if keys & _keys(one)]

    def _is_spilled(self, fact: Fact, named: set[str], concept: Concept) -> bool:
        """Whether another fact would be read from the resource, and would learn something of it."""
        binding = fact.binding
        if binding is None or not set(binding.resources) & set(self.slots["type"]):
            return False
        if not named & set(code_sets_of(fact)):
            return False
        return fact.type is not FactType.SET or not self._is_recorded(concept)

    def _is_recorded(self, concept: Concept) -> bool:
        """Whether the drug stands in another resource anyway."""
        return any(
            concept in slots.get("code", ()) and len(_meanings(self.pack, slots)) == 1
            for slots in self.all_slots
            if slots is not self.slots
        )


def _keys(code_set: CodeSet) -> set[tuple[str, str]]:
    return {(coding.system, coding.code) for coding in code_set.codings}


def _meanings(pack: Pack, slots: Slots) -> set[str]:
    """The code sets of the drugs that a resource may be about."""
    concepts = [one for one in slots.get("code", ()) if isinstance(one, Concept)]
    return {name for name, one in pack.code_sets.items() if _keys(one) & _written(concepts)}


def _written(concepts: Iterable[Concept]) -> set[tuple[str, str]]:
    return {(coding.system, coding.code) for concept in concepts for coding in concept.codings}
