"""Whether the libraries that replays need are there; they are an extra, and large."""

from importlib.util import find_spec
from typing import Final

from pactolus_adapters.replay.jobs.errors import ReplaysNotInstalled

__all__ = ["check_installed"]

_NEEDED: Final = ("pyarrow", "matplotlib")


def check_installed() -> None:
    """Raises `ReplaysNotInstalled`; loads nothing."""
    if any(find_spec(name) is None for name in _NEEDED):
        raise ReplaysNotInstalled
