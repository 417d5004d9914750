"""Who is at the command line, as records name that person."""

import getpass

from pactolus_adapters.trail.events import Actor

__all__ = ["operator"]


def operator() -> Actor:
    """The person by the login name of this system, which nobody has verified."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in a container
        name = "unknown"
    return Actor(f"cli:{name}")
