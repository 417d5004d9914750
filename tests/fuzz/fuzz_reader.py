"""Coverage-guided fuzzing of the FHIR reader; `make fuzz` calls it.

    python -m tests.fuzz.fuzz_reader [options of libFuzzer]

An input that breaks a promise is written to tests/fuzz/found, where the tests find it from then on.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["pactolus_adapters.fhir"]):
    from tests.fuzz.oracle import FOUND, check, seeds

from tests.fuzz.mutate import mutated

# Instrumented code is several times slower than the promise of 50 ms for 100 kB is meant for.
_SECONDS_PER_100_KB = 0.5
_FLOOR = 0.1
_LONGEST = 65_536


def _one(content: bytes) -> None:
    check(content, _SECONDS_PER_100_KB, _FLOOR)


def _mutate(content: bytes, longest: int, seed: int) -> bytes:
    """Half of the time FHIR stays FHIR: a part of the tree is changed. Else bytes are."""
    if seed % 2:
        try:
            tree: Any = json.loads(content)
        except (ValueError, RecursionError):
            return bytes(atheris.Mutate(content, longest))
        return json.dumps(mutated(tree, seed)).encode("utf-8", "surrogatepass")[:longest]
    return bytes(atheris.Mutate(content, longest))


def main() -> None:
    """Fuzzes until libFuzzer is told to stop."""
    with tempfile.TemporaryDirectory() as folder:
        for number, path in enumerate(seeds()):
            (Path(folder) / f"{number:03}.json").write_bytes(path.read_bytes())
        options = [f"-max_len={_LONGEST}", f"-artifact_prefix={FOUND}/", "-timeout=20", "-rss_limit_mb=2048"]
        atheris.Setup([sys.argv[0], *options, *sys.argv[1:], folder], _one, custom_mutator=_mutate)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
