"""Which code sets of a pack a coding falls in: system and code, exactly; nothing else gives meaning."""

from typing import Any

from pactolus_adapters.fhir.resource import objects, text
from pactolus_engine.pack.model import Coding, Pack

__all__ = ["CodeBook", "local_system"]

_LOCAL = "local:"


def local_system(system: str, local_base: str) -> str:
    """The full address of a code system that a pack writes as `local:name`."""
    if not system.startswith(_LOCAL):
        return system
    return f"{local_base.rstrip('/')}/{system.removeprefix(_LOCAL)}"


class CodeBook:
    """The code sets of one pack, looked up by coding; for one request."""

    def __init__(self, pack: Pack, local_base: str) -> None:
        # Every fact asks for every concept. The concept is kept, so that no other gets its id.
        self._asked: dict[int, tuple[Any, frozenset[str]]] = {}
        self._sets: dict[tuple[str, str], set[str]] = {}
        self._displays: dict[tuple[str, str], str] = {}
        for name, code_set in pack.code_sets.items():
            for coding in code_set.codings:
                self._enter(name, coding, local_system(coding.system, local_base))

    def _enter(self, name: str, coding: Coding, system: str) -> None:
        key = (system, coding.code)
        self._sets.setdefault(key, set()).add(name)
        if coding.display:
            self._displays.setdefault(key, coding.display)

    def sets_of(self, concept: Any) -> frozenset[str]:
        """The code sets that the codings of a CodeableConcept fall in."""
        asked = self._asked.get(id(concept))
        if asked is None:
            sets = (self._sets[key] for key in _keys(concept) if key in self._sets)
            asked = self._asked[id(concept)] = concept, frozenset().union(*sets)
        return asked[1]

    def shown(self, concept: Any, code_sets: frozenset[str]) -> str:
        """The codes that fall in these sets, as written, with the text the pack has for them."""
        written = []
        for key in _keys(concept):
            if self._sets.get(key, set()) & code_sets:
                display = self._displays.get(key, "")
                written.append(f"{key[1]} ({display})" if display else key[1])
        return ", ".join(sorted(set(written)))


def _keys(concept: Any) -> list[tuple[str, str]]:
    codings = [(text(one, "system"), text(one, "code")) for one in objects(concept, "coding")]
    return [key for key in codings if all(key)]
