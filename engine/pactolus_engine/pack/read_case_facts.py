"""The facts of a case: the short form a clinician would write, made into readings.

Facts that one resource would carry (a fact and those `of` it) become readings with one origin;
those under `samples` have an origin for each group.
"""

from collections.abc import Mapping as NameMap
from dataclasses import replace

from pactolus_engine.facts import FactSet, PatientIdentity, Reading, Source
from pactolus_engine.pack.case_value import read_case_value
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import EVALUATION_DATE, Fact
from pactolus_engine.pack.schema import kind, read_mapping
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.yaml_source import Entry, Node, Sequence
from pactolus_engine.values import Interval

__all__ = ["read_case_facts"]

_PATIENT = PatientIdentity("Patient/case", "Patient/case")
_DATING = ("specimen-collected", "effective", "performed", "onset")
"""Elements that say when a resource counts, the first one that is stated wins."""


def read_case_facts(node: Node, facts: Section[Fact], issues: Issues) -> FactSet:
    """The readings of a case; what could not be read is left out and noted."""
    mapping = read_mapping(node, issues)
    if mapping is None:
        return FactSet(_PATIENT, ())
    return _FactsReader(facts, issues).fact_set(mapping.entries)


class _FactsReader:
    """Collects the readings of one case."""

    def __init__(self, facts: Section[Fact], issues: Issues) -> None:
        self._facts = facts
        self._issues = issues
        self._readings: list[Reading] = []
        self._resources: list[Source] = []

    def fact_set(self, entries: NameMap[str, Entry]) -> FactSet:
        samples = entries.get("samples")
        stated = {name: entry for name, entry in entries.items() if name != "samples"}
        for head, group in self._by_head(stated).items():
            self._add_group(head, group, "")
        if samples is not None:
            self._add_samples(samples.value)
        order = sorted(self._readings, key=lambda reading: (reading.fact, reading.origin))
        return FactSet(_PATIENT, tuple(order), tuple(sorted(self._resources)))

    def _by_head(self, entries: NameMap[str, Entry]) -> dict[str, dict[str, Entry]]:
        """The stated facts, grouped by the fact whose resource carries them."""
        groups: dict[str, dict[str, Entry]] = {}
        for name, entry in entries.items():
            fact = self._stated_fact(name, entry)
            if fact is not None:
                groups.setdefault(fact.of or fact.id, {})[name] = entry
        return groups

    def _stated_fact(self, name: str, entry: Entry) -> Fact | None:
        if name == EVALUATION_DATE:
            self._issues.add(entry.key_place, f"`{name}` follows from `at`", "leave it out")
            return None
        fact = self._facts.find(name, entry.key_place, self._issues)
        if fact is not None and fact.derivation is not None:
            inputs = " and ".join(f"`{given}`" for given in fact.derivation.inputs)
            self._issues.add(entry.key_place, f"`{name}` is derived", f"state {inputs}")
            return None
        return fact

    def _add_samples(self, node: Node) -> None:
        if not isinstance(node, Sequence) or not node.items:
            self._issues.add(node.place, f"expected a list of samples, found {kind(node)} without any")
            return
        for number, item in enumerate(node.items, start=1):
            mapping = read_mapping(item, self._issues)
            groups = self._by_head(mapping.entries) if mapping else {}
            several = sorted(filter(self._is_head, groups))
            if len(several) > 1:
                heads = ", ".join(f"`{head}`" for head in several)
                self._issues.add(item.place, f"one sample is one resource, but these are several: {heads}")
            for head, group in groups.items():
                self._add_group(head, group, f"-{number}")

    def _add_group(self, head: str, group: NameMap[str, Entry], suffix: str) -> None:
        if head not in group:
            self._refuse_headless(head, group)
            return
        origin = self._origin(head, suffix)
        self._resources.append(Source(origin, ""))
        read = {name: self._reading(name, entry, origin) for name, entry in group.items()}
        stated = {name: reading for name, reading in read.items() if reading is not None}
        dated = self._dated(stated)
        self._readings.extend(replace(reading, dated=dated) for reading in stated.values())

    def _is_head(self, name: str) -> bool:
        """Whether the pack reads the fact from a resource of its own (a broken fact is no second mistake)."""
        fact = self._facts.items.get(name)
        return fact is not None and not fact.of

    def _refuse_headless(self, head: str, group: NameMap[str, Entry]) -> None:
        """A fact of a resource that is not there would be dropped in silence."""
        if not self._is_head(head):
            return
        for name, entry in group.items():
            advice = f"state `{head}` too, or leave it out"
            self._issues.add(entry.key_place, f"`{name}` is of `{head}`, which is not stated", advice)

    def _origin(self, head: str, suffix: str) -> str:
        binding = self._facts.items[head].binding if head in self._facts.items else None
        resource = binding.resources[0] if binding and binding.resources else "Basic"
        return f"{resource}/case-{head}{suffix}"

    def _reading(self, name: str, entry: Entry, origin: str) -> Reading | None:
        value = read_case_value(self._facts.items[name], entry.value, self._issues)
        if value is None:
            return None
        source = Source(origin, origin.split("/", 1)[0])
        return Reading(name, source, origin, value.value, value.standing, value.shown)

    def _dated(self, stated: NameMap[str, Reading]) -> Interval | None:
        """When the resource counts, as its own date facts say."""
        for element in _DATING:
            for name, reading in sorted(stated.items()):
                binding = self._facts.items[name].binding
                if binding and binding.element == element and isinstance(reading.value, Interval):
                    return reading.value
        return None
