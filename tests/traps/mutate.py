"""Puts a deliberate mistake into the pack or into the code, in memory, and takes it out again.

A mistake in code changes the functions that are already there, so that it is seen through every
name they were imported under: the source of the module is edited and compiled, and each function
gets the code that the edited source gives it. Constants of the module are replaced by name.
"""

import importlib
import inspect
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

__all__ = ["MUTATIONS", "Mutation", "mutated_files", "plant"]

_TABLE = Path(__file__).parent / "mutations.txt"


@dataclass(frozen=True, slots=True)
class Mutation:
    """One mistake: in `where` (a file of the pack, or a module), `old` becomes `new`."""

    trap: str
    where: str
    old: str
    new: str

    @property
    def is_in_pack(self) -> bool:
        """Whether the mistake is in data."""
        return self.where.endswith(".yaml")


def _read_table() -> Iterator[Mutation]:
    for block in _TABLE.read_text(encoding="ascii").split("\n@ ")[1:]:
        head, *lines = block.rstrip("\n").split("\n")
        trap, where = head.split()
        parts = {sign: [line[1:] for line in lines if line[:1] == sign] for sign in "-+"}
        yield Mutation(trap, where, "\n".join(parts["-"]), "\n".join(parts["+"]))


MUTATIONS = tuple(_read_table())


def mutated_files(files: Mapping[str, bytes], mutation: Mutation) -> dict[str, bytes]:
    """The files of the pack with the mistake in one of them."""
    text = files[mutation.where].decode()
    return {**files, mutation.where: _edited(text, mutation).encode()}


def plant(mutation: Mutation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the mistake into a module until `monkeypatch` undoes it."""
    module = importlib.import_module(mutation.where)
    edited = types.ModuleType(module.__name__)
    edited.__dict__["__file__"] = module.__file__
    source = _edited(inspect.getsource(module), mutation)
    exec(compile(source, str(module.__file__), "exec"), edited.__dict__)
    assert sys.modules[mutation.where] is module
    changed = [*_changed_functions(module, edited), *_changed_constants(module, edited)]
    assert changed, "the mistake changes nothing"
    for holder, name, value in changed:
        monkeypatch.setattr(holder, name, value)


def _edited(text: str, mutation: Mutation) -> str:
    assert text.count(mutation.old) == 1, f"expected once in {mutation.where}: {mutation.old}"
    return text.replace(mutation.old, mutation.new)


def _changed_functions(
    module: types.ModuleType, edited: types.ModuleType
) -> Iterator[tuple[object, str, object]]:
    new = dict(_functions(edited, module.__name__))
    for name, function in _functions(module, module.__name__):
        if function.__code__ != new[name].__code__:
            yield function, "__code__", new[name].__code__


def _functions(module: types.ModuleType, name: str) -> Iterator[tuple[str, types.FunctionType]]:
    for held in vars(module).values():
        if getattr(held, "__module__", None) != name:
            continue
        members = vars(held).values() if isinstance(held, type) else [held]
        for member in members:
            function = member.fget if isinstance(member, property) else member
            if isinstance(function, types.FunctionType) and function.__module__ == name:
                yield function.__qualname__, function


def _changed_constants(
    module: types.ModuleType, edited: types.ModuleType
) -> Iterator[tuple[object, str, object]]:
    kinds = (dict, frozenset, tuple, str, int)
    for name, value in vars(module).items():
        if isinstance(value, kinds) and not name.startswith("__") and vars(edited)[name] != value:
            yield module, name, vars(edited)[name]
