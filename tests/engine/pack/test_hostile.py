"""Whatever the bytes are: a pack, or `PackInvalid`, and soon."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.read import read_pack
from pactolus_engine.pack.source_text import MAX_FILE_BYTES, MAX_RULES
from tests.engine.pack.minimal import issues_of, minimal_files

SECONDS = 2
"""Of one core: nothing here waits for anything, and the machine may be busy."""
MINIMAL = minimal_files()
YAML_FILES = sorted(name for name in MINIMAL if name.endswith(".yaml"))
SCALARS = st.one_of(
    st.sampled_from(
        ["mrd", "fact", "all", "1e-5", "true", "~", "", "marrow", "2026-01-01", "{", "&a", "*a", "<<"]
    ),
    st.text(max_size=8),
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(SCALARS, inner, max_size=4),
    max_leaves=12,
)


def _flow(tree: object) -> str:
    if isinstance(tree, list):
        return f"[{', '.join(map(_flow, tree))}]"
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(value)}" for key, value in tree.items()) + "}"
    return str(tree)


def _only_pack_invalid(files: dict[str, bytes]) -> None:
    try:
        read_pack("hostile", files)
    except PackInvalid as error:
        assert error.issues
        assert all(issue.line >= 1 and issue.column >= 1 and issue.message for issue in error.issues)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(YAML_FILES), st.binary(max_size=200))
def test_random_bytes(file: str, content: bytes) -> None:
    _only_pack_invalid(MINIMAL | {file: content})


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(YAML_FILES), TREES)
def test_random_yaml(file: str, tree: object) -> None:
    _only_pack_invalid(MINIMAL | {file: _flow(tree).encode("utf-8", "replace")})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(YAML_FILES), st.data())
def test_any_value_replaced_by_any_tree(file: str, data: st.DataObject) -> None:
    lines = MINIMAL[file].decode().split("\n")
    number = data.draw(st.sampled_from([i for i, line in enumerate(lines) if ": " in line]))
    key, _, _ = lines[number].partition(": ")
    lines[number] = f"{key}: {_flow(data.draw(TREES))}"
    _only_pack_invalid(MINIMAL | {file: "\n".join(lines).encode("utf-8", "replace")})


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=12), st.binary(max_size=40), max_size=4))
def test_random_files(files: dict[str, bytes]) -> None:
    with pytest.raises(PackInvalid):
        read_pack("hostile", files)


def _doubling() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    return "\n".join(lines).encode()


BOMBS = {
    "aliases that double": _doubling(),
    "ten megabytes": b"a: b\n" * 2_000_000,
    "nested lists": b"[" * MAX_FILE_BYTES,
    "nested maps": b"{a: " * (MAX_FILE_BYTES // 4),
    "nested blocks": b"- " * (MAX_FILE_BYTES // 2),
    "nested keys": b"? " * (MAX_FILE_BYTES // 2),
    "many members": b"[" + b"a," * (MAX_FILE_BYTES // 2 - 1),
    "many keys": b"".join(b"k%d: 1\n" % n for n in range(20_000)),
    "unknown keys": b"".join(b"titel%d: 1\n" % n for n in range(19_000)),
    "duplicate keys": b"id: 1\n" * 19_000,
    "tabs": b"\t\n" * (MAX_FILE_BYTES // 2),
    "invisible": "\u200b\n".encode() * (MAX_FILE_BYTES // 4),
    "quote without end": b"'" + b"a\n" * (MAX_FILE_BYTES // 2 - 1),
    "long number": b"id: " + b"9" * (MAX_FILE_BYTES - 5),
    "plain text": b"a " * (MAX_FILE_BYTES // 2),
    "empty lines": b"\n" * MAX_FILE_BYTES,
    "comments": b"#\n" * (MAX_FILE_BYTES // 2),
    "long anchor": b"&" + b"a" * (MAX_FILE_BYTES - 2),
    "directives": b"%A\n" * (MAX_FILE_BYTES // 3),
    "documents": b"---\n" * (MAX_FILE_BYTES // 4),
}


@pytest.mark.parametrize("file", ["facts.yaml", "rules/marrow.yaml"])
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_time(bomb: str, file: str) -> None:
    started = time.process_time()
    with pytest.raises(PackInvalid):
        read_pack("hostile", MINIMAL | {file: BOMBS[bomb]})
    assert time.process_time() - started < SECONDS


def test_too_many_rules() -> None:
    rules = {f"rules/r{number}.yaml": b"x" for number in range(MAX_RULES + 1)}
    assert issues_of(rules) == [
        f"pack.yaml:1:1: the pack has more than {MAX_RULES} rules (split the pack by the question it answers)"
    ]


def test_too_much_in_the_pack() -> None:
    rules = {f"rules/r{number}.yaml": b"#" * MAX_FILE_BYTES for number in range(17)}
    assert issues_of(rules) == [
        "pack.yaml:1:1: the files of the pack are together larger than 4194304 bytes (split the pack by the question it answers)"
    ]


def test_too_many_keys_in_the_pack() -> None:
    rules = {f"rules/r{number}.yaml": b"a: b\n" * 15_000 for number in range(7)}
    assert issues_of(rules) == [
        "pack.yaml:1:1: the pack holds more than 100000 keys and values (split the pack by the question it answers)"
    ]


def test_a_file_of_the_largest_size_is_still_read() -> None:
    readme = b"#" * MAX_FILE_BYTES
    assert issues_of(MINIMAL | {"README.md": readme}) == []
    assert issues_of(MINIMAL | {"README.md": readme + b"#"}) == [
        f"README.md:1:1: the file is larger than {MAX_FILE_BYTES} bytes (a pack is written by hand; keep data and generated text out of it)"
    ]


@pytest.mark.parametrize(
    ("content", "issue"),
    [
        (b"", "facts.yaml:1:1: the file is empty"),
        (b"a: 1\n  b: \xff", "facts.yaml:2:6: the file is not UTF-8 from this byte on"),
        (b"\xef\xbb\xbfa: 1", "facts.yaml:1:1: the line has a control or invisible character (delete it)"),
        (b"a: 1\rb: 1", "facts.yaml:1:5: the line has a control or invisible character (delete it)"),
        (b'a: "\\UFFFFFFFF"', "facts.yaml:1:1: not valid YAML"),
        (b'a: "\\q"', "facts.yaml:1:6: not valid YAML: no such `\\` escape"),
        (b"[" * 40, "facts.yaml:1:33: nested deeper than 32 (give parts of the condition names)"),
        (
            b"a:\n  b: 1\n c: 1",
            "facts.yaml:3:2: not valid YAML: the line does not fit the indentation above it",
        ),
        (b"a: [1, 2\nb: 3", "facts.yaml:2:2: not valid YAML: a `,` is missing, or a bracket is not closed"),
        (b"- a", "facts.yaml:1:1: expected a map, found a list"),
    ],
)
def test_what_is_no_yaml_of_ours(content: bytes, issue: str) -> None:
    assert issue in issues_of(MINIMAL | {"facts.yaml": content})


def test_line_ends_of_another_system_are_read() -> None:
    files = {name: content.replace(b"\n", b"\r\n") for name, content in MINIMAL.items()}
    assert issues_of(files) == []
