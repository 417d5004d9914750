"""Mutants of code sets: a code that is no longer known, a code that no longer settles a fact."""

from collections.abc import Iterator
from dataclasses import replace

from pactolus_engine.mutants.mutant import Mutant
from pactolus_engine.pack.model import CodeSet, Coding, Pack, Place

__all__ = ["code_mutants"]


def code_mutants(pack: Pack) -> Iterator[Mutant]:
    """Every mutant of every code set, by name. Their place is the file: a set keeps no place of its own."""
    for _, code_set in sorted(pack.code_sets.items()):
        yield from _without_a_code(code_set)
        for fact in sorted(code_set.implies):
            implies = {key: value for key, value in code_set.implies.items() if key != fact}
            words = f"no longer settles `{fact}: {code_set.implies[fact]}`"
            yield _mutant(code_set, "drop-implies", fact, replace(code_set, implies=implies), words)


def _without_a_code(code_set: CodeSet) -> Iterator[Mutant]:
    for coding in code_set.codings:
        left = tuple(other for other in code_set.codings if other is not coding)
        words = f"code `{coding.code}` of `{coding.system}` is gone"
        yield _mutant(code_set, "drop-code", _named(coding), replace(code_set, codings=left), words)


def _named(coding: Coding) -> str:
    """The code after the last word of its system, as `icd-10.C90.0`."""
    system = coding.system.rstrip("/").replace(":", "/").rpartition("/")[2]
    return f"{system}.{coding.code}"


def _mutant(code_set: CodeSet, operator: str, path: str, changed: CodeSet, words: str) -> Mutant:
    name = code_set.name
    place = Place("codes.yaml", 1, 1)
    return Mutant(
        f"codes/{name}/{operator}/{path}", operator, name, place, f"code set `{name}`: {words}", changed
    )
