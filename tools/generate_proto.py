"""Writes the Python stubs of `proto/pactolus` into `proto/gen`, or checks that they are up to date.

    python tools/generate_proto.py            write
    python tools/generate_proto.py --check    fail (exit code 1) when the files differ

The generator is the `protoc` inside grpcio-tools; its version decides which protobuf runtime the
stubs accept, so the runtime floor in `pyproject.toml` has to follow it (see `proto/README.md`).
"""

import argparse
import sys
import tempfile
from filecmp import cmp
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

__all__ = ["differences", "generate", "main"]

_PROTO = Path(__file__).resolve().parent.parent / "proto"
_GENERATED = _PROTO / "gen"
_SOURCES = "pactolus"


class GenerationFailed(Exception):
    """The `.proto` files do not compile; `protoc` has said why on standard error."""


def generate(target: Path) -> None:
    """Writes `*_pb2.py`, `*_pb2.pyi` and `*_pb2_grpc.py` of every source below `target`.

    Raises `GenerationFailed`.
    """
    target.mkdir(parents=True, exist_ok=True)
    sources = sorted(str(path.relative_to(_PROTO)) for path in (_PROTO / _SOURCES).rglob("*.proto"))
    arguments = [
        "protoc",
        f"--proto_path={_PROTO}",
        f"--proto_path={_PROTO / 'third_party'}",
        f"--proto_path={files('grpc_tools') / '_proto'}",
        f"--python_out={target}",
        f"--pyi_out={target}",
        f"--grpc_python_out={target}",
        *sources,
    ]
    if protoc.main(arguments) != 0:
        raise GenerationFailed("the proto files do not compile")


def differences(fresh: Path, kept: Path) -> list[str]:
    """Relative paths of the files that are missing, superfluous or different, sorted."""
    names = {_relative(path, root) for root in (fresh, kept) for path in _stubs(root)}
    return sorted(name for name in names if not _same(fresh / name, kept / name))


def _stubs(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.suffix in {".py", ".pyi"}]


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and cmp(one, other, shallow=False)


def _write() -> None:
    """Generates aside first, so that a proto file that does not compile changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        for stale in _stubs(_GENERATED):
            if not (fresh / _relative(stale, _GENERATED)).exists():
                stale.unlink()
        for path in _stubs(fresh):
            kept = _GENERATED / _relative(path, fresh)
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(path.read_bytes())


def _check() -> int:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh)
        stale = differences(fresh, _GENERATED)
    for name in stale:
        print(f"proto/gen/{name} differs from its source; run `make proto`", file=sys.stderr)
    return 1 if stale else 0


def main(arguments: list[str] | None = None) -> int:
    """Writes or checks the stubs; returns the exit code."""
    parser = argparse.ArgumentParser(description="generate the Python stubs of the gRPC contract")
    parser.add_argument("--check", action="store_true", help="change nothing, fail when a stub is stale")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            return _check()
        _write()
    except GenerationFailed as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
