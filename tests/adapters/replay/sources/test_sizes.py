"""Size costs time and no memory: a line of 50 MB, and twenty times as many lines."""

import subprocess
import sys
import tracemalloc
from pathlib import Path

from pactolus_adapters.replay.sources.bulk import open_bulk
from pactolus_adapters.replay.sources.bundles import open_bundles
from tests.adapters.replay.sources.exports import INSTANT, SETTINGS, patient, requests, rows
from tests.house.tree import ROOT

_MEGABYTE = 1024 * 1024


def _with_a_line_of_50_mb(path: Path) -> Path:
    with path.open("wb") as file:
        file.write(patient("a") + b'\n{"resourceType":"Observation","id":"')
        for _ in range(50):
            file.write(b"9" * _MEGABYTE)
        file.write(b'"}\n' + patient("b") + b"\n")
    return path


def test_a_line_of_50_mb_is_one_error_and_never_held(tmp_path: Path) -> None:
    path = _with_a_line_of_50_mb(tmp_path / "Observation.ndjson")
    told = f"expected to have at most {SETTINGS.limits.request_bytes} bytes"
    tracemalloc.start()
    try:
        with open_bulk(path, INSTANT, SETTINGS) as source:
            found = rows(source, 0, source.count)
        with open_bundles(path, INSTANT, SETTINGS) as bundles:
            lines = rows(bundles, 0, bundles.count)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert requests(found) == {f"Patient/{name}": (patient(name),) for name in "ab"}
    assert [row.detail.partition(":2: ")[0] for row in found[2:]] == ["Observation.ndjson"]
    assert [bool(row.problem) for row in lines] == [False, True, False]
    assert told in found[2].detail
    assert told in lines[1].detail
    # What is held at most is a line at the limit (4 MiB), and what joining its pieces takes.
    assert peak < 3 * SETTINGS.limits.request_bytes


_GROWTH = """
import resource, sys
from pathlib import Path
from tests.adapters.replay.sources.exports import INSTANT, SETTINGS, about, patient
from pactolus_adapters.replay.sources.bulk import open_bulk
from pactolus_adapters.replay.spec import Partition

def peak(patients):
    path = Path(sys.argv[1], f"{patients}.ndjson")
    with path.open("wb") as file:
        for number in range(patients):
            name = f"p{number}"
            of_one = [patient(name), *(about(f"Patient/{name}", f"{name}-{at}") for at in range(9))]
            file.writelines(line + b"\\n" for line in of_one)
    with open_bulk(path, INSTANT, SETTINGS) as source:
        assert source.index.lines == 10 * patients
        assert sum(batch.num_rows for batch in source.read(Partition(0, 0, source.count))) == patients
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

print(peak(1_000), peak(20_000))
"""


def test_memory_does_not_grow_from_10_000_to_200_000_lines(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _GROWTH, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    small, large = map(int, done.stdout.split())
    unit = 1 if sys.platform == "darwin" else 1024  # of what the system tells
    # 200,000 lines are 20 MB here; their places alone, held as objects, would be more.
    assert (large - small) * unit < 10 * _MEGABYTE
