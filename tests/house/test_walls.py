"""Import walls: kept in this tree, and seen to break when somebody climbs over one."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT

_LINT = Path(sys.executable).with_name("lint-imports")
_BROKEN = re.compile(r"^(.+) BROKEN( \(.*\))?$", re.MULTILINE)


def _lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """Runs the contracts of a tree over that tree, not over what is installed."""
    roots = [str(tree / root) for root in ("engine", "adapters", "proto/gen")]
    return subprocess.run(
        [_LINT, "--no-logo", "--no-cache"],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(roots), "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code and its contracts, to plant an offence in."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for root in ("engine", "adapters"):
        shutil.copytree(ROOT / root, tmp_path / root, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "adapters/pactolus_adapters/fhir/y.py").write_text("import pactolus_adapters.fhir.x\n")
    (tmp_path / "adapters/pactolus_adapters/fhir/x.py").write_text("")
    return tmp_path


def _broken(tree: Path) -> list[str]:
    """Names of the contracts that are broken."""
    return [name for name, _ in _BROKEN.findall(_lint(tree).stdout)]


def test_no_import_goes_against_the_flow() -> None:
    result = _lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def _placed() -> set[str]:
    """Modules and packages of the core that have a layer."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    (flow,) = [contract for contract in tool["importlinter"]["contracts"] if contract["id"] == "engine-flow"]
    return {name.strip(" ()") for layer in flow["layers"] for name in layer.split("|")}


def _modules() -> set[str]:
    """Every module of the core that is not a package marker."""
    source = ROOT / "engine"
    paths = [path.relative_to(source).with_suffix("") for path in source.rglob("*.py")]
    return {".".join(path.parts) for path in paths if path.name != "__init__"}


def _packages_of(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(2, len(parts))]


def test_every_module_of_the_core_has_its_layer() -> None:
    placed = _placed()
    homeless = {name for name in _modules() if not {name, *_packages_of(name)} & placed}
    assert homeless == set()


OFFENCES = [
    ("engine/pactolus_engine/facts.py", "import socket", "the core knows neither"),
    ("engine/pactolus_engine/facts.py", "from fhir.resources import R4B", "the core knows neither"),
    ("engine/pactolus_engine/facts.py", "from time import time", "the core knows neither"),
    (
        "engine/pactolus_engine/pack/model.py",
        "from pactolus.v1 import decision_pb2",
        "the core knows neither",
    ),
    ("engine/pactolus_engine/values.py", "import pactolus_engine.ports", "inside the core"),
    ("adapters/pactolus_adapters/newcomer.py", "import enum", "door, hallway, pipe"),
    ("adapters/pactolus_adapters/fhir/x.py", "import pactolus_adapters.audit", "door, hallway, pipe"),
    ("adapters/pactolus_adapters/audit/x.py", "import pactolus_adapters.hallway", "door, hallway, pipe"),
    ("adapters/pactolus_adapters/grpcapi/x.py", "import pactolus_adapters.cli", "door, hallway, pipe"),
    ("adapters/pactolus_adapters/grpcapi/x.py", "import pactolus_adapters.fhir", "doors reach pipes"),
    ("adapters/pactolus_adapters/cli/x.py", "import pactolus_adapters.grpcapi", "doors reach pipes"),
    ("adapters/pactolus_adapters/hallway.py", "import grpc", "only grpcapi speaks"),
    ("adapters/pactolus_adapters/cli/x.py", "from pactolus.v1 import decision_pb2", "only grpcapi speaks"),
    ("adapters/pactolus_adapters/fhir/x.py", "import apsw", "only the audit pipe"),
    ("adapters/pactolus_adapters/hallway.py", "import psycopg", "only the audit pipe"),
    ("adapters/pactolus_adapters/packs/files.py", "import cryptography", "only the audit pipe"),
    (
        "adapters/pactolus_adapters/tlog/verify.py",
        "from cryptography.x509 import load_der_x509_crl",
        "only the audit",
    ),
    (
        "adapters/pactolus_adapters/tlog/verify.py",
        "import pactolus_adapters.tlog.tree",
        "the verifier of the log",
    ),
    (
        "adapters/pactolus_adapters/tlog/verify.py",
        "import pactolus_adapters.tlog.note",
        "the verifier of the log",
    ),
    ("adapters/pactolus_adapters/tlog/x.py", "import pactolus_adapters.audit", "door, hallway, pipe"),
    ("adapters/pactolus_adapters/witness/x.py", "import pactolus_adapters.audit", "a witness runs without"),
    ("adapters/pactolus_adapters/hallway.py", "import pydantic", "only the FHIR pipe"),
    ("adapters/pactolus_adapters/fhir/x.py", "import pactolus_adapters.fhir.y", "no two neighbours"),
    ("engine/pactolus_engine/pack/x.py", "from durable.lang import ruleset", "durable-rules stays"),
    ("engine/pactolus_engine/coverage.py", "import z3", "only proofs and comparisons"),
]


@pytest.mark.parametrize(("file", "line", "contract"), OFFENCES)
def test_an_offence_breaks_its_contract(copy: Path, file: str, line: str, contract: str) -> None:
    with (copy / file).open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    assert any(name.startswith(contract) for name in _broken(copy))
