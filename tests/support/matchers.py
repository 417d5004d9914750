"""durable-rules in this process, behind the port `Matcher`: no worker to start or to wait for."""

from collections.abc import Mapping
from itertools import count

from pactolus_engine.compiled import CompiledPack
from pactolus_engine.match.durable import DurableMatcher, shards_of

__all__ = ["LocalMatcher"]

_NUMBERS = count()


class LocalMatcher:
    """The real engine without the process around it; for one thread."""

    def __init__(self) -> None:
        self._packs: dict[str, DurableMatcher] = {}

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        """As the port says."""
        digest = pack.pack.digest
        if digest not in self._packs:
            self._packs[digest] = DurableMatcher(f"local{next(_NUMBERS)}", shards_of(pack))
        return self._packs[digest].fired(atoms)

    def close(self) -> None:
        """As the port says; there is nothing to end."""
