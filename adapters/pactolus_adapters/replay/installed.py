"""Whether the libraries that replays need are there; they are an extra, and large."""

from importlib.util import find_spec
from typing import Final

from pactolus_engine.errors import PactolusError

__all__ = ["ReplaysNotInstalled", "check_installed"]

_NEEDED: Final = ("pyarrow", "matplotlib")


class ReplaysNotInstalled(PactolusError):
    """The libraries that replays need are not there."""

    def __init__(self) -> None:
        super().__init__(
            "what replays need is not installed here; its operator runs `make setup-replay`, or "
            "`pip install 'pactolus[replay]'`"
        )


def check_installed() -> None:
    """Raises `ReplaysNotInstalled`; loads nothing."""
    if any(find_spec(name) is None for name in _NEEDED):
        raise ReplaysNotInstalled
