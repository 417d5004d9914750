"""The key `read` of a fact: which FHIR element carries it, checked against the table of elements."""

from collections.abc import Iterable
from dataclasses import replace

from pactolus_engine.pack.elements import COMPONENT_ROLES, ELEMENTS, RATIOS
from pactolus_engine.pack.issues import Issues, nearest, quoted
from pactolus_engine.pack.model import Binding, CodeSet, Fact, FactType
from pactolus_engine.pack.schema import Fields, read_mapping, read_text, read_word, read_words
from pactolus_engine.pack.section import Section
from pactolus_engine.pack.shapes import BINDING
from pactolus_engine.pack.yaml_source import Node, Scalar

__all__ = ["check_element", "read_binding"]

_WITHOUT_CODES = {"birth-date", "subject-mismatch", "drug"}
"""Elements that say by themselves what they are; a drug's code is looked up in `values`."""

_DETECTION = ("detected", "not-detected", "indeterminate")
"""What a clone fraction may say instead of a number."""


def read_binding(fact: Fact, node: Node, code_sets: Section[CodeSet], issues: Issues) -> Fact | None:
    """The fact with its binding; None when the binding cannot be read at all."""
    mapping = read_mapping(node, issues)
    if mapping is None:
        return None
    return _BindingReader(fact, Fields(mapping, BINDING, issues), code_sets, issues).fact()


class _BindingReader:
    """Reads one binding."""

    def __init__(self, fact: Fact, fields: Fields, code_sets: Section[CodeSet], issues: Issues) -> None:
        self._fact = fact
        self._fields = fields
        self._code_sets = code_sets
        self._issues = issues

    def fact(self) -> Fact:
        resources = self._resources()
        element = self._fields.text("element")
        codes = self._codes(element)
        values = self._code_set_map("values", self._value_words(element), "value")
        components = self._code_set_map("components", self._roles(element), "component")
        self._check_needs(element, values, components)
        binding = Binding(resources, codes, element, values, components)
        node = self._fields.optional("element")
        if node and element:
            for resource in resources:
                check_element(self._fact, resource, element, node, self._issues)
        return replace(self._fact, binding=binding)

    def _resources(self) -> tuple[str, ...]:
        if self._fact.of:
            why = f"the fact is read from the resource that carries `{self._fact.of}`"
            self._fields.refuse(["resource", "codes"], why)
            return ()
        node = self._fields.required("resource")
        if node is None:
            return ()
        if isinstance(node, Scalar):
            word = read_word(node, ELEMENTS, "`resource`", self._issues)
            return (word,) if word else ()
        words = read_words(node, self._issues)
        read = (read_word(word, ELEMENTS, "`resource`", self._issues) for word in words)
        return tuple(word for word in read if word)

    def _codes(self, element: str) -> tuple[str, ...]:
        if self._fact.of:
            return ()
        if element and element not in _WITHOUT_CODES:
            self._fields.required("codes")
        return self._code_sets.names(self._fields.words("codes"), self._issues)

    def _value_words(self, element: str) -> tuple[str, ...]:
        """What may stand on the left in `values`."""
        if element == "clone-fraction":
            return _DETECTION
        return () if self._fact.type.is_ordered else self._fact.codes

    def _roles(self, element: str) -> tuple[str, ...]:
        """What may stand on the left in `components`."""
        if element == "clone-fraction":
            return tuple(sorted(COMPONENT_ROLES - {"value"}))
        return ("value",) if element == "component" else ()

    def _code_set_map(self, key: str, allowed: tuple[str, ...], what: str) -> dict[str, str]:
        node = self._fields.optional(key)
        mapping = read_mapping(node, self._issues) if node else None
        if mapping is None:
            return {}
        found: dict[str, str] = {}
        for word, entry in mapping.entries.items():
            if word not in allowed:
                advice = nearest(word, allowed, self._issues)
                self._issues.add(entry.key_place, f"no such {what} {quoted(word)} here", advice)
            name = read_text(entry.value, self._issues)
            if name is not None:
                self._code_sets.find(name, entry.value.place, self._issues)
                self._check_disjoint(name, found.values(), entry.value)
                found[word] = name
        return found

    def _check_disjoint(self, name: str, others: Iterable[str], node: Node) -> None:
        """A code that means two things of one fact means neither."""
        codings = self._codings(name)
        for other in others:
            if other == name:
                self._issues.add(node.place, f"code set `{name}` stands for two things of one fact")
            elif codings & self._codings(other):
                self._issues.add(node.place, f"code sets `{name}` and `{other}` share a code")

    def _codings(self, name: str) -> frozenset[tuple[str, str]]:
        code_set = self._code_sets.items.get(name)
        return frozenset((c.system, c.code) for c in code_set.codings) if code_set else frozenset()

    def _check_needs(self, element: str, values: dict[str, str], components: dict[str, str]) -> None:
        if element in {"drug", "interpretation", "method", "specimen-type"} and not values:
            self._issues.add(self._fields.place, f"element `{element}` needs `values`")
        if element in {"value", "component"} and self._fact.type is FactType.CODE and not values:
            self._issues.add(self._fields.place, "a fact of type `code` needs `values`")
        if element == "component" and not components:
            self._issues.add(self._fields.place, "element `component` needs `components`")


def check_element(fact: Fact, resource: str, element: str, node: Node, issues: Issues) -> None:
    """Notes an element that the resource has not, or that cannot carry a fact of this type."""
    elements = ELEMENTS[resource]
    if element not in elements:
        advice = nearest(element, elements, issues)
        issues.add(node.place, f"{resource} has no element of that name here", advice)
    elif fact.type not in elements[element]:
        issues.add(node.place, f"element `{element}` cannot carry a fact of type `{fact.type}`")
    elif element in RATIOS and fact.unit != "1":
        issues.add(node.place, f"element `{element}` gives a number without a unit", 'write `unit: "1"`')
