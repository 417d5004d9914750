"""What must hold of every input, whatever it is: the reader reads it or refuses it, and tells nothing of it.

Three promises: nothing but `InputInvalid` is raised, no text of the input stands in a refusal, and the time
is in proportion to the size.
"""

import gc
import json
import time
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from pactolus_adapters.fhir import read as reader
from pactolus_adapters.fhir.r4_models import warm_up
from pactolus_adapters.packs.folder import read_pack_files
from pactolus_adapters.settings import Settings
from pactolus_engine.errors import InputInvalid, Violation
from pactolus_engine.pack.model import Pack
from pactolus_engine.pack.read import read_pack
from tests.support.examples import EXAMPLES, ROOT

__all__ = ["FOUND", "Echo", "Slow", "check", "echoes", "refusals", "seconds", "seeds"]

FOUND = Path(__file__).with_name("found")
"""Inputs that broke a promise once; each is tried again by the tests."""

_SHORTEST = 6
_PACK = "midas-consolidation"


class Echo(AssertionError):
    """A refusal repeats what was sent."""


class Slow(AssertionError):
    """The reader took longer than an input of this size may take."""


def seeds() -> list[Path]:
    """What the fuzzer starts from: the examples, the FHIR of the cases, and what was found before."""
    requests = [*EXAMPLES.glob("*.json"), *(ROOT / "rules").glob("*/cases/*.json")]
    return [*sorted(requests), *sorted(FOUND.glob("[!.]*"))]


def check(content: bytes, seconds_per_100_kb: float, floor: float) -> None:
    """Reads the input as a resource and as a Bundle, and raises whatever promise it breaks.

    `floor` is what any input may take, in seconds of processor time. Slow is what is slow three times more.
    """
    began = time.process_time()
    refused = refusals(content)
    taken = time.process_time() - began
    for violation in refused:
        for text in echoes(content, violation):
            raise Echo(f"a refusal repeats {len(text)} characters of the input")
    allowed = floor + seconds_per_100_kb * len(content) / 100_000
    if taken > allowed and all(seconds(content) > allowed for _ in range(3)):
        raise Slow(f"reading {len(content)} bytes took more than {allowed:.3f} seconds, three times")


def refusals(content: bytes) -> list[Violation]:
    """The violations of the input, read either way."""
    return [*_read((content,), b""), *_read((), content)]


def _read(resources: tuple[bytes, ...], bundle: bytes) -> tuple[Violation, ...]:
    settings = Settings()
    limits = reader.Limits(settings.resource_bytes, settings.request_bytes)
    try:
        reader.read(resources, bundle, "", _pack(), local_base=settings.code_systems, limits=limits)
    except InputInvalid as refusal:
        return tuple(refusal.violations)
    return ()


def seconds(content: bytes) -> float:
    """The processor time that reading the input as a resource takes.

    What was alive before is set apart, so that the garbage collector does not walk through the whole
    test session while it is measured: that once made the time grow with the session, not the input.
    """
    gc.collect()
    gc.freeze()
    try:
        began = time.process_time()
        _read((content,), b"")
        return time.process_time() - began
    finally:
        gc.unfreeze()


@cache
def _pack() -> Pack:
    warm_up()
    return read_pack(_PACK, read_pack_files(ROOT / "rules" / _PACK))


def echoes(content: bytes, violation: Violation) -> Iterator[str]:
    """The texts of the input that stand in the violation and are no words of ours or of FHIR's."""
    told = f"{violation.field}\n{violation.description}"
    for text in _texts(content):
        if len(text) >= _SHORTEST and text in told and text not in _vocabulary():
            yield text


def _texts(content: bytes) -> set[str]:
    """Every value of the input, written as text; not the names of elements, which a place may repeat."""
    found: set[str] = set()
    try:
        tree = json.loads(content, parse_float=found.add, parse_int=found.add, parse_constant=found.add)
    except (ValueError, RecursionError):
        return set()
    _collect(tree, found, names := set())
    return found - names


def _collect(tree: Any, found: set[str], names: set[str]) -> None:
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            found.add(node)
        elif isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            names |= node.keys()
            todo += node.values()


@cache
def _vocabulary() -> str:
    """The sources of the reader and of the FHIR models: what they hold may be said."""
    ours = [Path(reader.__file__).parent, ROOT / "engine/pactolus_engine"]
    files = [path for folder in ours for path in folder.rglob("*.py")]
    models = distribution("fhir.resources").locate_file("fhir/resources/R4B")
    files += Path(str(models)).glob("*.py")
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(files))
