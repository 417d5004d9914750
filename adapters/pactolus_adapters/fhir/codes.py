"""Which code sets of a pack a coding falls in: system and code, exactly; nothing else gives meaning."""

import re
from typing import Any

from pactolus_adapters.fhir.resource import objects, text
from pactolus_engine.pack.model import Coding, Pack

__all__ = ["LOCAL", "CodeBook", "has_wrong_check_digit", "local_system"]

LOCAL = "local:"
"""How a pack writes a code system at the site's base."""
_LOINC = "http://loinc.org"
_LOINC_NUMBER = re.compile(r"([0-9]{1,7})-([0-9])")


def local_system(system: str, local_base: str) -> str:
    """The full address of a code system that a pack writes as `local:name`."""
    if not system.startswith(LOCAL):
        return system
    return f"{local_base.rstrip('/')}/{system.removeprefix(LOCAL)}"


def has_wrong_check_digit(concept: Any) -> bool:
    """Whether a coding names a LOINC number whose check digit (Luhn, modulo 10) does not fit.

    A hint for whoever reads the trace, and never a reason to take a code or to leave it: some old
    LOINC numbers do not fit either. Source: LOINC Users' Guide, check digits.
    """
    numbers = (_LOINC_NUMBER.fullmatch(code) for system, code in _keys(concept) if system == _LOINC)
    return any(_check_digit(number[1]) != int(number[2]) for number in numbers if number)


def _check_digit(body: str) -> int:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return -sum(number - 9 if number > 9 else number for number in doubled) % 10


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

    def sets_in(self, body: Any) -> frozenset[str]:
        """The code sets that any concept in this JSON falls in, however deep it stands."""
        parts = body.values() if isinstance(body, dict) else body if isinstance(body, list) else ()
        return self.sets_of(body).union(*map(self.sets_in, parts))

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
