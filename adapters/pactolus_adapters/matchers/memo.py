"""A matcher that remembers: durable-rules is asked once for each row of letters.

The letters are all that it is told and its answer depends on nothing else, so that a replay of many records asks it
rarely. The definition is evaluated for each record all the same, and compared.
"""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Final

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.ports import FiredRules, Matcher

__all__ = ["MemoMatcher"]

_REMEMBERED: Final = 16_384


class MemoMatcher:
    """`Matcher` over another one; remembers its last answers. Safe to use from several threads."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._lock = Lock()
        self._fired: OrderedDict[tuple[str, str], FiredRules] = OrderedDict()

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> FiredRules:
        """As `Matcher.fired`; what failed is not remembered."""
        # Atoms are named a0, a1, … in the order of the pack, and a letter is one character.
        key = (pack.pack.digest, "".join(atoms[name] for name in sorted(atoms)))
        with self._lock:
            if key in self._fired:
                self._fired.move_to_end(key)
                return self._fired[key]
        found = self._matcher.fired(pack, atoms)
        with self._lock:
            self._fired[key] = found
            if len(self._fired) > _REMEMBERED:
                self._fired.popitem(last=False)
        return found

    def close(self) -> None:
        """As `Matcher.close`."""
        self._matcher.close()
