"""What is installed: pinned, hashed, without addresses, and the same list wherever it is written."""

import re
import sys
import tomllib

import pytest

from tests.house.tree import ROOT

PARTS = ("authoring", "build", "dev", "fuzz", "postgres", "replay", "runtime", "spark")
EXTRAS = ("authoring", "postgres", "replay", "spark")


def _project() -> dict[str, object]:
    project: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def _asked_for(part: str) -> list[str]:
    lines = (ROOT / f"requirements/{part}.in").read_text().splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def _pinned(part: str) -> dict[str, str]:
    text = (ROOT / f"requirements/{part}.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, re.MULTILINE))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\[ ]", name)[0]).lower()


def test_the_project_asks_for_what_is_installed() -> None:
    project = _project()
    assert project["dependencies"] == _asked_for("runtime")
    assert project["optional-dependencies"] == {part: _asked_for(part) for part in EXTRAS}


@pytest.mark.parametrize("part", PARTS)
def test_every_wish_is_pinned(part: str) -> None:
    assert {_normal(line) for line in _asked_for(part)} <= set(_pinned(part))


@pytest.mark.parametrize("part", PARTS)
def test_every_pin_has_hashes_and_no_address(part: str) -> None:
    text = (ROOT / f"requirements/{part}.txt").read_text()
    pins = re.findall(r"^[a-z0-9-]+==\S+ \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", text, re.MULTILINE)
    assert len(pins) == len(_pinned(part))
    assert "://" not in text


def test_the_pins_agree_with_each_other() -> None:
    together: dict[str, set[str]] = {}
    for part in PARTS:
        for name, version in _pinned(part).items():
            together.setdefault(name, set()).add(version)
    assert {name: versions for name, versions in together.items() if len(versions) > 1} == {}


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _floor(name: str) -> tuple[int, ...]:
    """The lowest version that the project promises to run with."""
    (line,) = [line for line in _asked_for("runtime") if _normal(line) == name]
    found = re.search(r">=([0-9.]+)", line)
    assert found is not None, line
    return _version(found.group(1))


def _demanded(pattern: str, suffix: str) -> set[tuple[int, ...]]:
    """The versions that the generated stubs refuse to run below."""
    files = (ROOT / "proto/gen").rglob(f"*{suffix}")
    found = {found for path in files for found in re.findall(pattern, path.read_text())}
    return {_version(re.sub(r"[\s,]+", ".", text.strip(" ,\n"))) for text in found}


def test_the_grpc_floor_holds() -> None:
    """Below 1.83.1 a compressed message of 1 MiB costs over 1 GB of memory before anybody is asked who
    he is."""
    assert _floor("grpcio") >= (1, 83, 1)


def test_the_floors_are_not_below_what_the_stubs_demand() -> None:
    grpc = _demanded(r"GRPC_GENERATED_VERSION = '([0-9.]+)'", "_pb2_grpc.py")
    protobuf = _demanded(r"Domain\.PUBLIC,\s*(\d+,\s*\d+,\s*\d+),", "_pb2.py")
    assert grpc and protobuf
    assert _floor("grpcio") >= max(grpc)
    assert _floor("protobuf") >= max(protobuf)


def test_the_stubs_fit_the_runtime() -> None:
    assert _pinned("dev")["grpcio-tools"] == _pinned("runtime")["grpcio"]


def test_this_python_is_one_that_is_promised() -> None:
    assert _project()["requires-python"] == ">=3.11,<3.13"
    assert (3, 11) <= sys.version_info[:2] < (3, 13)
