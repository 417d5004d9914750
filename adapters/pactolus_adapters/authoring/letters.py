"""A matcher that compares letters in plain code, for work that asks many versions of one pack.

It takes durable-rules' place where only the outcome of cases counts: that the two give the same
answers is proved by every case and by the property tests, which run both.
"""

from collections.abc import Mapping

from pactolus_engine.compiled import CompiledPack

__all__ = ["LetterMatcher"]


class LetterMatcher:
    """Fires an engine rule when every one of its atoms has the letter it asks for; a `Matcher`."""

    def fired(self, pack: CompiledPack, atoms: Mapping[str, str]) -> frozenset[str]:
        """The names of the engine rules whose letters match."""
        return frozenset(
            rule.name
            for rule in pack.engine_rules
            if all(atoms[atom] == letter for atom, letter in rule.letters)
        )

    def close(self) -> None:
        """There is nothing to end."""
