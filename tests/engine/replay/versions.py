"""Another version of a pack of the repository, with a few texts of its files replaced, in memory."""

from collections.abc import Mapping
from functools import cache

from pactolus_adapters.packs.folder import read_pack_files
from pactolus_engine.compiled import CompiledPack, compile_pack
from pactolus_engine.pack.read import read_pack
from tests.support.examples import ROOT
from tests.support.real_packs import CONSOLIDATION

__all__ = ["another_version", "overlaid", "with_threshold"]


def another_version(
    replaced: Mapping[str, tuple[str, str]], without: tuple[str, ...] = (), overlay: str = ""
) -> CompiledPack:
    """The consolidation pack with one text of each of these files replaced, and without its cases and some files.

    `overlay`: parameters as a site would set them, one line each.
    """
    files = dict(_files())
    for file, (old, new) in replaced.items():
        text = files[file].decode()
        assert text.count(old) == 1, f"the text is not once in {file}"
        files[file] = text.replace(old, new).encode()
    for file in without:
        del files[file]
    site = ("site.yaml", overlay.encode()) if overlay else None
    return compile_pack(read_pack(CONSOLIDATION, files, overlay=site))


@cache
def _files() -> Mapping[str, bytes]:
    files = read_pack_files(ROOT / "rules" / CONSOLIDATION)
    return {name: content for name, content in files.items() if not name.startswith("cases/")}


@cache
def with_threshold(threshold: str) -> CompiledPack:
    """The pack with the two definitions of its branching threshold moved; nothing else."""
    return another_version(
        {
            "rules/mrd-negative.yaml": ("below: 1e-5}", f"below: {threshold}}}"),
            "rules/mrd-positive.yaml": ("at-least: 1e-5}", f"at-least: {threshold}}}"),
        }
    )


@cache
def overlaid(parameter: str, value: str) -> CompiledPack:
    """The pack as it is, with a parameter as a site sets it."""
    return another_version(
        {},
        overlay=(
            f"overlay-for: {CONSOLIDATION}\npack-version: {_version()}\ntitle: A synthetic site\n"
            f"parameters:\n  {parameter}: {{value: {value}, rationale: a test}}\n"
        ),
    )


def _version() -> str:
    lines = _files()["pack.yaml"].decode().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("version:"))
