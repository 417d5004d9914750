"""What a backup is on disk: the log, its wrapped keys apart from it, and a manifest that is written last.

The log may be kept for long: without the keys nobody can read what it holds. The keys are small, and to be
replaced often: a key that was destroyed since is not in the newer file.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any, Final

from pactolus_adapters.audit.key_sources import sync_directory
from pactolus_adapters.audit.keys import WrappedKey
from pactolus_engine.errors import AuditUnavailable

__all__ = [
    "KEYS_FILE",
    "LOG_FILE",
    "MANIFEST_FILE",
    "KeyFileContent",
    "Manifest",
    "digest_of",
    "read_keys",
    "read_manifest",
    "write_keys",
    "write_manifest",
]

LOG_FILE: Final = "log.sqlite3"
KEYS_FILE: Final = "keys.jsonl"
MANIFEST_FILE: Final = "manifest.json"
_MANIFEST_FORMAT: Final = "pactolus backup 1"
_KEYS_FORMAT: Final = "pactolus backup keys 1"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `root` and `log_digest` in hex; `checkpoint`: the signed note over all of it.

    `erased_later`, `pruned_later`: what was erased after that checkpoint and before the copy was made: ids of
    keys, and the record before which everything was pruned.
    """

    origin: str
    verifier_key: str
    size: int
    root: str
    checkpoint: str
    log_digest: str
    made_at: str
    erased_later: tuple[str, ...] = ()
    pruned_later: int = 0


@dataclass(frozen=True, slots=True)
class KeyFileContent:
    """The wrapped keys of a log of `size` records, and what the log says of its keys (`meta`)."""

    origin: str
    size: int
    meta: dict[str, str]
    keys: dict[str, WrappedKey]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Writes the manifest, on disk before this returns. Raises `AuditUnavailable`."""
    content = json.dumps({"format": _MANIFEST_FORMAT} | asdict(manifest), indent=2)
    _write(folder / MANIFEST_FILE, [content.encode() + b"\n"])


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises `AuditUnavailable`."""
    path = folder / MANIFEST_FILE
    try:
        found = json.loads(path.read_bytes())
        if found.pop("format") != _MANIFEST_FORMAT:
            raise ValueError("another format")
        return Manifest(**found | {"erased_later": tuple(found["erased_later"])})
    except FileNotFoundError as error:
        raise AuditUnavailable(
            f"there is no `{MANIFEST_FILE}` in the folder: it holds no backup, or one that was cut off"
        ) from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise AuditUnavailable(f"`{MANIFEST_FILE}` cannot be read as the manifest of a backup") from error


def write_keys(path: Path, content: KeyFileContent) -> None:
    """Writes a key file: a line that says whose, a line for each key, a digest. One that is there is replaced,
    at once and whole. Raises `AuditUnavailable`."""
    head = {"format": _KEYS_FORMAT, "origin": content.origin, "size": content.size, "meta": content.meta}
    lines = [_line(head), *(_line(_key_line(key)) for _, key in sorted(content.keys.items()))]
    draft = path.with_name(f"{path.name}.new")
    try:
        draft.unlink(missing_ok=True)  # left by a backup that was cut off
        _write(draft, [*lines, _line({"digest": sha256(b"".join(lines)).hexdigest()})])
        draft.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        raise AuditUnavailable(f"`{path.name}` of the backup cannot be written") from error


def read_keys(path: Path) -> KeyFileContent:
    """The content of a key file. Raises `AuditUnavailable`."""
    try:
        *lines, last = path.read_bytes().splitlines(keepends=True)
        if json.loads(last) != {"digest": sha256(b"".join(lines)).hexdigest()}:
            raise ValueError("altered")
        head, *keys = map(json.loads, lines)
        if head["format"] != _KEYS_FORMAT:
            raise ValueError("another format")
        found = [
            WrappedKey(
                **one | {"nonce": bytes.fromhex(one["nonce"]), "wrapped": bytes.fromhex(one["wrapped"])}
            )
            for one in keys
        ]
    except FileNotFoundError as error:
        raise AuditUnavailable(f"there is no key file `{path.name}` of the backup") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise AuditUnavailable(
            f"key file `{path.name}` of the backup was altered or cut off: its digest does not fit"
        ) from error
    return KeyFileContent(head["origin"], head["size"], head["meta"], {key.key_id: key for key in found})


def digest_of(path: Path) -> str:
    """SHA-256 of a file, in hex. Raises `AuditUnavailable`."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AuditUnavailable(f"there is no readable `{path.name}` in the backup") from error


def _key_line(key: WrappedKey) -> dict[str, Any]:
    return asdict(key) | {"nonce": key.nonce.hex(), "wrapped": key.wrapped.hex()}


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True).encode() + b"\n"


def _write(path: Path, parts: Iterable[bytes]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        sync_directory(path.parent)
    except FileExistsError as error:
        raise AuditUnavailable(
            f"`{path.name}` is there already; name another place for the backup"
        ) from error
    except OSError as error:
        raise AuditUnavailable(f"`{path.name}` of the backup cannot be written") from error
