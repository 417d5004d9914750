"""Runs the cases of the traps, in the order they are written in and the other way round.

The cases of trap 12 are the files `cases/t12-*.yaml` of the pack.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pactolus_adapters.authoring.draft import Draft
from pactolus_adapters.authoring.run_cases import run_case
from pactolus_adapters.packs.folder import read_pack_files
from pactolus_engine.cases import Case, read_cases
from pactolus_engine.compiled import compile_pack
from pactolus_engine.errors import EnginesDisagree, InputInvalid
from pactolus_engine.pack.read import read_pack
from tests.house.tree import ROOT
from tests.support.small_packs import InProcess

__all__ = ["PACK", "TRAPS", "TrapCase", "failures", "loaded", "loaded_tree", "pack_files", "trap_cases"]

PACK = "midas-consolidation"
TRAPS = tuple(f"T{number:02}" for number in range(1, 60))

_FILE = re.compile(r"cases/t(?P<number>[0-9]{2})-(?P<story>[a-z0-9-]+)\.yaml")


@dataclass(frozen=True, slots=True)
class TrapCase:
    """A case of a trap; `name` is what a report calls it, as `T12-exactly-1e-5-percent`."""

    trap: str
    name: str
    case: Case


@cache
def pack_files() -> Mapping[str, bytes]:
    """The files of the pack as they stand in the tree."""
    return read_pack_files(ROOT / "rules" / PACK)


@cache
def trap_cases() -> tuple[TrapCase, ...]:
    """Every case of every trap, by file."""
    files = pack_files()
    named = [(_FILE.fullmatch(case.place.file), case) for case in read_cases(files, read_pack(PACK, files))]
    return tuple(TrapCase(f"T{m['number']}", f"T{m['number']}-{m['story']}", case) for m, case in named if m)


def loaded(files: Mapping[str, bytes], overlay: str = "") -> Draft:
    """A pack made of these files with one of the overlays of its cases, ready to decide; its own
    cases are not read."""
    rules = {name: content for name, content in files.items() if not name.endswith(".json")}
    without_cases = {name: content for name, content in rules.items() if not name.startswith("cases/")}
    pack = read_pack(PACK, without_cases, overlay=(overlay, files[overlay]) if overlay else None)
    compiled = compile_pack(pack)
    return Draft(PACK, files, compiled, {overlay: compiled})


@cache
def loaded_tree(overlay: str = "") -> Draft:
    """The pack as it stands in the tree, ready to decide."""
    return loaded(pack_files(), overlay)


@cache
def _matcher() -> InProcess:
    return InProcess()


def failures(case: Case, pack: Draft) -> dict[str, object]:
    """Where a case comes out otherwise than it says; engines that disagree are such a place."""
    try:
        result = run_case(case, pack, _matcher())
        if not case.resources or case.expect.refused or not result.passed:
            return dict(result.differences)
        turned = {**pack.files, case.resources: _turned(pack.files[case.resources])}
        other = run_case(case, Draft(pack.name, turned, pack.compiled, pack.variants), _matcher())
        is_same = result.decision == other.decision
    except InputInvalid:
        return {"order": "another order of the resources is refused"}
    except EnginesDisagree as disagreement:
        return {"engines disagree": disagreement.rules}
    return {} if is_same else {"order": "another order of the resources gives another decision"}


def _turned(content: bytes) -> bytes:
    """The same array of resources, one a line, from the last to the first; other JSON as it is."""
    first, *resources, last = content.decode().splitlines()
    if (first, last) != ("[", "]"):
        return content
    bare = [line.removesuffix(",") for line in reversed(resources)]
    return "\n".join(["[", ",\n".join(bare), "]"]).encode()
