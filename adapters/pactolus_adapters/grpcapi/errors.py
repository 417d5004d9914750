"""Errors that only the gRPC door raises: about the RPC itself, not about a patient or a pack.

PactolusError
├── NotBuilt         this version of the server does not have the method
├── Overloaded       the caller waits a moment and tries again
├── Draining         the caller takes another server; this one is going down
├── ErasureOff       the operator erases at the command line, or lets callers do it by a setting
├── ServiceUnknown   the caller asks for the health of a service that is there
└── InternalFailure  the operator looks up the reference in the server's log
"""

from pactolus_engine.errors import PactolusError

__all__ = [
    "Draining",
    "ErasureOff",
    "InternalFailure",
    "NotBuilt",
    "Overloaded",
    "ServiceUnknown",
]


class NotBuilt(PactolusError):
    """The method is declared, and this version of the server does not have it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"`{what}` is not built in this version")


class Overloaded(PactolusError):
    """As many evaluations or batches run as the server takes at once."""

    def __init__(self) -> None:
        super().__init__("the server is at its limit, try again after the stated delay")


class Draining(PactolusError):
    """The server is going down and takes no new evaluation."""

    def __init__(self) -> None:
        super().__init__("the server is shutting down, nothing was evaluated")


class ErasureOff(PactolusError):
    """This server lets nobody erase who only connects."""

    def __init__(self) -> None:
        super().__init__(
            "this server does not erase for callers, since it cannot know who they are: use `pactolus audit "
            "erase` at the server, or set `remote_erasure` where only trusted callers can connect"
        )


class ServiceUnknown(PactolusError):
    """The server has no service of the name whose health was asked for."""

    def __init__(self) -> None:
        super().__init__("the server has no service of this name")


class InternalFailure(PactolusError):
    """Stands for an error that nobody foresaw; its text stays inside.

    `reference` is also in the server's log, beside the place in the code.
    """

    def __init__(self, reference: str) -> None:
        self.reference = reference
        super().__init__(f"internal error (reference {reference})")
