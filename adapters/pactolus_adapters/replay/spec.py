"""What a replay is of: which records, under which pack, by which software. Two runs of one spec give one root."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from pactolus_engine.decision import PackIdentity
from pactolus_engine.errors import PactolusError

__all__ = [
    "OTHER_PACK",
    "Partition",
    "ReplaySpec",
    "SoftwareDiffers",
    "check_software",
    "partitions",
    "read_spec",
    "written_spec",
]

_LEAST_PARTITION: Final = 256
_MOST_PARTITIONS: Final = 4096
"""A partition is what is done again after a crash, and what a worker takes at once; a folder of more files than
this is slow to list."""


OTHER_PACK: Final = "other-pack"
"""Why a record is passed over: another pack decided it than the one that the replay is of."""


class SoftwareDiffers(PactolusError):
    """Another version of the software began the replay."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A run of records, `first` to before `end`."""

    number: int
    first: int
    end: int

    @property
    def records(self) -> int:
        """How many there are in it."""
        return self.end - self.first


@dataclass(frozen=True, slots=True)
class ReplaySpec:
    """What is replayed. `source`: what was read, as its kind and whatever fixes its content (`{"kind": "log",
    "origin": …, "root": …}`). `pack`: None replays each record under the pack that decided it. `of`: only records
    that this pack decided; empty: all. `software`: versions of what replays. `first` and `end`: as of a partition.
    `packs`: digests of all packs that there are, sorted: records go through them, differences are told by them."""

    source: dict[str, str]
    first: int
    end: int
    pack: PackIdentity | None = None
    of: str = ""
    software: dict[str, str] = field(default_factory=dict)
    packs: tuple[str, ...] = ()


def partitions(spec: ReplaySpec) -> Iterator[Partition]:
    """The partitions of a replay, the same whenever and wherever it runs; the report root does not depend on them."""
    size = max(_LEAST_PARTITION, -(-(spec.end - spec.first) // _MOST_PARTITIONS))
    for number, first in enumerate(range(spec.first, spec.end, size)):
        yield Partition(number, first, min(first + size, spec.end))


def check_software(spec: ReplaySpec, versions: Mapping[str, str]) -> None:
    """Raises `SoftwareDiffers` unless these versions are those of the spec: one report comes from one software."""
    others = sorted(name for name, found in versions.items() if spec.software.get(name) != found)
    if others:
        names = ", ".join(f"`{name}`" for name in others)
        raise SoftwareDiffers(
            f"the replay was begun with other versions of {names}: install those here too, or begin anew in another folder"
        )


def written_spec(spec: ReplaySpec) -> str:
    """The spec as JSON for a file."""
    return json.dumps(asdict(spec), indent=2, sort_keys=True) + "\n"


def read_spec(text: str) -> ReplaySpec:
    """The spec out of `written_spec`. Raises `ValueError` on anything else."""
    try:
        document: dict[str, Any] = json.loads(text)
        pack, packs = document.pop("pack"), tuple(document.pop("packs"))
        return ReplaySpec(**document, pack=PackIdentity(**pack) if pack else None, packs=packs)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("a replay's spec is expected to be an object with its own fields") from error
