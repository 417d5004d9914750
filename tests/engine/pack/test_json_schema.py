"""The schemas for editors: every pack is valid by them, they refuse what is plainly wrong, and never more than the loader."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pactolus_adapters.authoring.write_schemas import schema_files
from pactolus_adapters.packs.folder import read_pack_files
from pactolus_engine.pack.issues import Issues
from pactolus_engine.pack.json_schema import json_schemas
from pactolus_engine.pack.shapes import FILES
from pactolus_engine.pack.yaml_source import Entry, Mapping, Node, Scalar, Sequence, compose
from tests.engine.pack.minimal import OVERLAY, changed, issues_of, minimal_files
from tests.engine.pack.test_mutations import MUTATIONS, Mutation
from tests.house.tree import ROOT

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_STRUCTURAL = (
    "unknown key",
    "missing key",
    "is not one of the words allowed",
    "expected a map",
    "expected a list",
)


def as_json(node: Node) -> Any:
    """What an editor makes of YAML 1.2, by its core schema."""
    match node:
        case Mapping(entries):
            return {name: as_json(entry.value) for name, entry in entries.items()}
        case Sequence(items):
            return [as_json(item) for item in items]
        case Scalar(text, plain) if plain:
            if node.is_nothing:
                return None
            if text in {"true", "false"}:
                return text == "true"
            return float(text) if _NUMBER.fullmatch(text) else text
        case Scalar(text):
            return text
    raise AssertionError


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json_schemas()[name])


def schema_of(file: str) -> str:
    """The kind of a file; an overlay in `cases/` is no case."""
    (*_, name) = [kind.name for kind in FILES if fnmatch(file, kind.files)]
    return name


def complaints(file: str, content: bytes) -> list[str]:
    node = compose(file, content, Issues())
    if node is None:
        return ["no YAML"]
    return [error.message for error in validator(schema_of(file)).iter_errors(as_json(node))]


def test_the_schemas_checked_in_are_those_of_the_model() -> None:
    held = {path.name: path.read_bytes() for path in (ROOT / "docs/schema").glob("*.json")}
    assert held == schema_files()  # `pactolus rules schema docs/schema` writes them


@pytest.mark.parametrize("name", sorted(json_schemas()))
def test_every_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json_schemas()[name])


@pytest.mark.parametrize("pack", sorted(path.parent.name for path in (ROOT / "rules").glob("*/pack.yaml")))
def test_every_file_of_a_shipped_pack_is_valid(pack: str) -> None:
    files = read_pack_files(ROOT / "rules" / pack)
    yaml = {name: content for name, content in files.items() if name.endswith(".yaml")}
    found = {name: told for name, content in yaml.items() if (told := complaints(name, content))}
    assert yaml
    assert found == {}


def test_an_overlay_is_valid() -> None:
    assert complaints("cases/site.overlay.yaml", OVERLAY) == []
    assert complaints("cases/site.overlay.yaml", OVERLAY.replace(b"overlay-for", b"for")) != []


# What these keys must be depends on another key, which a schema does not see; and an empty file has no key at all.
_CONDITIONAL = re.compile(
    r"missing key `(unit|at-least|at-most|values|supply|assume|note|text|resource|codes|value|system|code)`"
    r"|`resource` is not one of|facts\.yaml:1:1"
)


def _is_structural(issue: str) -> bool:
    return any(word in issue for word in _STRUCTURAL) and not _CONDITIONAL.search(issue)


STRUCTURAL = [mutation for mutation in MUTATIONS if any(map(_is_structural, mutation.issues))]


def _mutated(mutation: Mutation) -> bytes:
    return changed((mutation.file, "\n".join(mutation.old), "\n".join(mutation.new)))[mutation.file]


@pytest.mark.parametrize("mutation", STRUCTURAL, ids=lambda m: f"{m.file}: {' '.join(m.new).strip()[:50]}")
def test_what_is_plainly_wrong_is_refused_by_both(mutation: Mutation) -> None:
    assert complaints(mutation.file, _mutated(mutation)) != []


def test_the_schema_is_never_stricter_than_the_loader() -> None:
    """Values of the minimal pack left out or replaced: what a schema refuses, the loader refuses."""
    files = minimal_files()
    seen = 0
    for file in sorted(name for name in files if name.endswith(".yaml")):
        for content in _replaced(file, files[file]):
            if complaints(file, content):
                seen += 1
                told = f"{file} is refused by its schema alone:\n{content.decode()}"
                assert issues_of(files | {file: content}), told
    assert seen > 100


_OTHERS = ("", "{odd: 1}", "[a, b]", "odd", "12", "true")


def _replaced(file: str, content: bytes) -> Iterator[bytes]:
    """The file with one value left out or replaced; each key once, each with two of the other values in turn."""
    lines = content.decode().split("\n")
    node = compose(file, content, Issues())
    assert node is not None
    for number, (key, entry) in enumerate(sorted(dict(_texts(node)).items())):
        line = entry.key_place.line - 1
        if entry.value.place.line - 1 != line or not lines[line].lstrip("- ").startswith(f"{key}:"):
            continue
        indent = lines[line].partition(f"{key}:")[0]
        yield "\n".join(lines[:line] + lines[line + 1 :]).encode()
        for other in (_OTHERS[number % len(_OTHERS)], _OTHERS[(number + 1) % len(_OTHERS)]):
            yield "\n".join([*lines[:line], f"{indent}{key}: {other}", *lines[line + 1 :]]).encode()


def _texts(node: Node) -> Iterator[tuple[str, Entry]]:
    """Every key whose value is a text, with the entry."""
    if isinstance(node, Mapping):
        for key, entry in node.entries.items():
            if isinstance(entry.value, Scalar):
                yield key, entry
            yield from _texts(entry.value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _texts(item)
