"""The small pack that the reader's tests start from, and how to change one thing in it."""

from pathlib import Path

from pactolus_engine.errors import PackInvalid
from pactolus_engine.pack.read import read_pack

FOLDER = Path(__file__).parent / "packs" / "minimal"


def minimal_files() -> dict[str, bytes]:
    """The files of the minimal pack."""
    paths = [path for path in FOLDER.rglob("*") if path.is_file()]
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in paths}


def changed(*changes: tuple[str, str, str]) -> dict[str, bytes]:
    """The minimal pack with (file, old text, new text) replaced once each; the old text must be there."""
    files = minimal_files()
    for file, old, new in changes:
        text = files[file].decode()
        assert old in text, f"{old!r} is not in {file}"
        files[file] = text.replace(old, new, 1).encode()
    return files


def issues_of(files: dict[str, bytes]) -> list[str]:
    """Every issue of a pack that is refused; empty when it is taken."""
    try:
        read_pack("minimal", files)
    except PackInvalid as error:
        return [str(issue) for issue in error.issues]
    return []
