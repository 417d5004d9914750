"""The files of this checkout, as the tests of the house look at them."""

import ast
from collections.abc import Iterator
from pathlib import Path

__all__ = ["ROOT", "SOURCE_ROOTS", "functions", "parsed", "python_files", "text_files"]

ROOT = Path(__file__).resolve().parents[2]
SOURCE_ROOTS = ("adapters", "engine")
_HAND_WRITTEN = (*SOURCE_ROOTS, "bench", "examples", "tests", "tools")
_NOT_OURS = {".git", ".hypothesis", ".venv", "build", "dist", "gen", "node_modules", "pactolus-data"}
_TEXT = {"", ".in", ".json", ".md", ".mjs", ".proto", ".py", ".sh", ".sql", ".toml", ".txt", ".yaml"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def python_files(*folders: str) -> list[Path]:
    """Hand-written Python below these folders (all code folders when none is named), sorted."""
    places = [ROOT / folder for folder in folders or _HAND_WRITTEN]
    found = (path for place in places for path in place.rglob("*.py"))
    return sorted(path for path in found if "node_modules" not in path.parts)


def text_files() -> Iterator[Path]:
    """Every text file that is or may be committed: no caches, no environment, no generated code."""
    for path in sorted(_walk(ROOT)):
        if path.suffix in _TEXT:
            yield path


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name in _NOT_OURS:
            continue  # in a linked worktree `.git` is a file
        if path.is_dir():
            if not path.name.endswith(("_cache", "__pycache__")):
                yield from _walk(path)
        elif not path.is_symlink():
            yield path


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function and method, nested ones too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
