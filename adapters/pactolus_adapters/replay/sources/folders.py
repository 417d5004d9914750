"""What a path holds: a Parquet export, Bulk Data or Bundles. Told by the endings of names and the first resources."""

import json
from collections import Counter
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Final

from pactolus_adapters.fhir.strict_json import Limits
from pactolus_adapters.replay.sources.ndjson import lines
from pactolus_adapters.replay.sources.never_evaluated import SourceUnusable
from pactolus_adapters.replay.sources.source_files import READ_ENDINGS, digesting, names_in

__all__ = ["SourceKind", "detect"]

_LINES_TRIED: Final = 10
_EXPECTED: Final = (
    "expected are `*.parquet` of an export, `*.ndjson` of FHIR Bulk Data, `*.json` with a request each, or `*.ndjson` "
    "with a Bundle on each line"
)


class SourceKind(StrEnum):
    """What kind of source a path is."""

    EXPORT = "export"
    BULK_DATA = "bulk-data"
    BUNDLES = "bundles"


def detect(path: Path, limits: Limits) -> SourceKind:
    """What the files of a folder, or one file, are. Files with other endings do not count.

    Raises `SourceUnusable` when there are none, several kinds at once, or compressed ones.
    """
    names, _ = names_in(path)
    endings = Counter(one.suffix.lower() for one in names if one.suffix.lower() in READ_ENDINGS)
    if len(endings) != 1:
        raise SourceUnusable(f"`{path}` holds {_told(endings)}; {_EXPECTED}, one kind in a folder")
    match next(iter(endings)):
        case ".parquet":
            return SourceKind.EXPORT
        case ".json":
            return SourceKind.BUNDLES
        case _:
            return _of_lines(path, [one for one in names if one.suffix.lower() == ".ndjson"], limits)


def _told(endings: Counter[str]) -> str:
    return " and ".join(f"{count} `*{name}`" for name, count in sorted(endings.items())) or "no such file"


def _of_lines(path: Path, files: list[Path], limits: Limits) -> SourceKind:
    """By the first resource of each file; a file without one that can be read says nothing."""
    kinds = [kind for one in files if (kind := _first_kind(one, limits))]
    bundles = kinds.count("Bundle")
    if 0 < bundles < len(kinds):
        raise SourceUnusable(
            f"`{path}` holds Bundles in {bundles} of its `*.ndjson` and other resources in {len(kinds) - bundles}; "
            "one kind in a folder is expected"
        )
    return SourceKind.BUNDLES if bundles else SourceKind.BULK_DATA


def _first_kind(path: Path, limits: Limits) -> str:
    """The type of the first resource among the first lines, or empty."""
    with digesting(path) as file:
        tried = islice(lines(file, limits.request_bytes), _LINES_TRIED)
        return next(filter(None, (_kind(line.content or b"") for line in tried)), "")


def _kind(content: bytes) -> str:
    try:
        body = json.loads(content.decode(), parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return ""
    kind = body.get("resourceType") if isinstance(body, dict) else ""
    return kind if isinstance(kind, str) else ""
