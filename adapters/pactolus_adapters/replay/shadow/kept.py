"""The folders of shadows below the data directory: one for each candidate, software and log, and what each is of."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pactolus_adapters.replay.folder import ReplayFolder, ReplayFolderUnfit, ReplayState
from pactolus_adapters.replay.spec import ReplaySpec
from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import InputInvalid, Violation

__all__ = [
    "KeptShadow",
    "begin_shadow",
    "kept_shadows",
    "named_shadow",
    "shadow_before",
    "shadow_to_go_on_with",
]

SHADOW_FOLDER: Final = "shadow"
_DIGEST_SHOWN: Final = 12
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._+-]")


@dataclass(frozen=True, slots=True)
class KeptShadow:
    """A shadow on disk. The spec of `state` begins where it was first started and has no end of its own."""

    path: Path
    state: ReplayState

    @property
    def pack(self) -> PackIdentity:
        """The candidate."""
        pack = self.state.spec.pack
        assert pack is not None
        return pack


def begin_shadow(data: Path, spec: ReplaySpec, started: int) -> KeptShadow:
    """Makes the folder of a new shadow. `started`: the record that tells of it. Raises `ReplayFolderUnfit`."""
    path = _free(data / SHADOW_FOLDER / _name(spec))
    state = ReplayState(spec, started=started)
    ReplayFolder(path).begin(state)
    return KeptShadow(path, state)


def shadow_to_go_on_with(data: Path, spec: ReplaySpec) -> KeptShadow | None:
    """The shadow of this candidate, by this software, over this log; None when it was never begun. One report comes
    from one software, so that another version begins anew. Raises `ReplayFolderUnfit`."""
    found = [one for one in kept_shadows(data) if _placeless(one.state.spec) == _placeless(spec)]
    return found[-1] if found else None


def shadow_before(data: Path, spec: ReplaySpec) -> KeptShadow | None:
    """The last shadow of this candidate over this log, by whatever software and among whatever other packs; None when
    there was none. Raises `ReplayFolderUnfit`."""
    found = [one for one in kept_shadows(data) if _same_candidate(one.state.spec, spec)]
    return found[-1] if found else None


def kept_shadows(data: Path) -> list[KeptShadow]:
    """All shadows of a data directory, the last that was begun at the end. Raises `ReplayFolderUnfit`."""
    folders = (path for path in (data / SHADOW_FOLDER).glob("*") if path.is_dir())
    read = ((path, ReplayFolder(path).state()) for path in folders)
    kept = [KeptShadow(path, state) for path, state in read if state is not None and _is_shadow(path, state)]
    return sorted(kept, key=lambda one: (one.state.spec.first, one.path.name))


def named_shadow(data: Path, name: str) -> KeptShadow:
    """The shadow of a candidate `ID@VERSION`, or in the folder of that name; the last one begun, where there are
    several or `name` is empty.

    Raises `InputInvalid` when there is none, `ReplayFolderUnfit`.
    """
    kept = kept_shadows(data)
    found = [one for one in kept if name in {"", one.path.name, f"{one.pack.id}@{one.pack.version}"}]
    if found:
        return found[-1]
    there = ", ".join(f"`{one.path.name}`" for one in kept) or "none"
    raise InputInvalid(
        [
            Violation(
                "pack",
                f"no such shadow is kept below the data directory; there are: {there} (start the server with "
                "PACTOLUS_SHADOW, or name its data directory with --data)",
            )
        ]
    )


def _is_shadow(path: Path, state: ReplayState) -> bool:
    if state.spec.pack is None:
        raise ReplayFolderUnfit(f"`{path}` holds a replay that is no shadow: move it elsewhere")
    return True


def _same_candidate(one: ReplaySpec, other: ReplaySpec) -> bool:
    return (one.pack, one.source, one.of) == (other.pack, other.source, other.of)


def _placeless(spec: ReplaySpec) -> ReplaySpec:
    return replace(spec, first=0, end=0)


def _name(spec: ReplaySpec) -> str:
    pack = spec.pack
    assert pack is not None
    return _UNSAFE.sub("_", f"{pack.id}-{pack.version}-{pack.digest.rpartition(':')[2][:_DIGEST_SHOWN]}")


def _free(path: Path) -> Path:
    """The path itself, or with a number behind it, where nothing is yet."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
