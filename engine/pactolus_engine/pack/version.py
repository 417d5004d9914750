"""The order of the versions of a pack: three numbers, compared one after the other."""

from pactolus_engine.pack.grammar import VERSION, matches

__all__ = ["is_version", "version_order"]


def is_version(text: str) -> bool:
    """Three whole numbers with dots between them, each without leading zeros and at most six digits."""
    return matches(VERSION, text)


def version_order(version: str) -> tuple[int, ...]:
    """What versions are sorted by: `1.10.0` comes after `1.9.0`."""
    return tuple(map(int, version.split(".")))
