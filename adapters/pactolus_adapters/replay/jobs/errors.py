"""Errors of replays that a server does for callers.

PactolusError
├── ReplayNotFound       the caller names a replay that was started, and theirs
├── ReplayNotDone        the caller waits for its end
├── TooManyReplays       the caller comes again when one of those that wait is done
├── ReplaysElsewhere     the caller asks the server process that does them
└── ReplaysEnding        the caller asks again when the server is back
"""

from pactolus_engine.errors import PactolusError

__all__ = [
    "ReplayNotDone",
    "ReplayNotFound",
    "ReplaysElsewhere",
    "ReplaysEnding",
    "TooManyReplays",
]


class ReplayNotFound(PactolusError):
    """There is no such replay for this caller."""

    def __init__(self) -> None:
        super().__init__("there is no replay of this id, or it is not of this tenant")


class ReplayNotDone(PactolusError):
    """What was asked for is known at the end of the replay only."""

    def __init__(self) -> None:
        super().__init__(
            "the replay is not done, so its differences are not known yet: `WatchReplay` tells when it is, or why it "
            "was given up"
        )


class TooManyReplays(PactolusError):
    """As many replays wait as the server takes."""

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} replays wait already: try again when one of them is done")


class ReplaysElsewhere(PactolusError):
    """Another process does the replays of this data directory."""

    def __init__(self) -> None:
        super().__init__(
            "another server process on the same data directory does its replays: ask that one to start them"
        )


class ReplaysEnding(PactolusError):
    """The server is going down."""

    def __init__(self) -> None:
        super().__init__("the server is shutting down; replays that were started go on when it is back")
