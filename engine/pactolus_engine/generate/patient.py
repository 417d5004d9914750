"""A patient as a case states it, fact by fact, and the same patient with some facts stated otherwise."""

from collections.abc import Mapping as NameMap
from dataclasses import dataclass, field, replace
from datetime import datetime

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.facts import FactSet
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.model import Place
from pactolus_engine.pack.read_case_facts import read_case_facts
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.yaml_source import Entry, Mapping, Node, compose
from pactolus_engine.states import States
from pactolus_engine.weigh import weigh

__all__ = ["Change", "Patient", "base_patient"]

_HERE = Place("generated", 1, 1)


@dataclass(frozen=True, slots=True)
class Change:
    """Facts stated otherwise; None: not stated. `fact` is the one that is meant, the others go with it."""

    fact: str
    nodes: tuple[tuple[str, Node | None], ...]


@dataclass(frozen=True, slots=True)
class Patient:
    """What is stated of a patient. `case`: the file of the case that it comes from."""

    case: str
    overlay: str
    at: datetime
    stated: NameMap[str, Node]
    compiled: CompiledPack = field(repr=False)
    changed: tuple[str, ...] = ()

    def with_change(self, change: Change) -> "Patient":
        """The same patient with facts stated otherwise."""
        stated = {name: node for name, node in self.stated.items() if name not in dict(change.nodes)}
        order = list(self.stated)
        stated |= {name: node for name, node in change.nodes if node is not None}
        names = sorted(stated, key=lambda name: order.index(name) if name in order else len(order))
        changed = (*self.changed, *(name for name, _ in change.nodes if name not in self.changed))
        return replace(self, stated={name: stated[name] for name in names}, changed=changed)

    def facts(self) -> FactSet | None:
        """The facts as a case file would give them; None when a case may not say so."""
        issues = Issues()
        section = Section.of("fact", self.compiled.pack.facts)
        entries = {name: Entry(_HERE, node) for name, node in self.stated.items()}
        facts = read_case_facts(Mapping(entries, _HERE), section, issues)
        return None if issues.count else facts

    def states(self) -> States | None:
        """The state of every fact; None when a case may not say so."""
        facts, compiled = self.facts(), self.compiled
        if facts is None:
            return None
        return weigh(compiled.pack, compiled.definitions, compiled.partitions, facts, self.at)


def base_patient(
    file: str, content: bytes, overlay: str, at: datetime, compiled: CompiledPack
) -> Patient | None:
    """The patient of a case in short form; None when the case names resources or several samples."""
    issues = Issues()
    node = compose(file, content, issues)
    entry = node.entries.get("facts") if isinstance(node, Mapping) else None
    if issues.count or entry is None or not isinstance(entry.value, Mapping):
        return None
    stated = {name: one.value for name, one in entry.value.entries.items()}
    return None if "samples" in stated else Patient(file, overlay, at, stated, compiled)
