"""Writes the export of the small pack into `golden/`, to be looked at and committed.

python -m tests.adapters.fhir_export.golden
"""

import json
import shutil
from pathlib import Path

from pactolus_adapters.authoring.export import export_into
from pactolus_adapters.settings import Settings

__all__ = ["GOLDEN", "PACK", "artifacts_of"]

_HERE = Path(__file__).parent
GOLDEN = _HERE / "golden"
PACK = _HERE / "pack"


def artifacts_of(folder: Path) -> list[dict[str, object]]:
    """The resources of an export in a folder."""
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


if __name__ == "__main__":
    shutil.rmtree(GOLDEN, ignore_errors=True)
    export_into(PACK, GOLDEN, local_base=Settings().code_systems)
