"""The folder that witnesses are written to: made before the long work, so that nothing is lost at its end."""

from pathlib import Path

from pactolus_engine.errors import PactolusError

__all__ = ["WitnessesNotWritable", "made_folder", "write_witness"]


class WitnessesNotWritable(PactolusError):
    """The witnesses cannot be written there."""


def made_folder(folder: Path) -> None:
    """Makes the folder where it is not there yet. Raises `WitnessesNotWritable`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise _not_writable(folder, problem) from problem


def write_witness(file: Path, bundle: bytes) -> None:
    """Writes a Bundle, in place of the file if it is there. Raises `WitnessesNotWritable`."""
    try:
        file.write_bytes(bundle)
    except OSError as problem:
        raise _not_writable(file, problem) from problem


def _not_writable(path: Path, problem: OSError) -> WitnessesNotWritable:
    return WitnessesNotWritable(f"`{path}` cannot be written: {problem.strerror}; name another `--witness`")
