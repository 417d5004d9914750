"""What surrounds a request: who asked, for whom, under which name."""

from dataclasses import dataclass

__all__ = ["Envelope"]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The part of a request that is not about the patient. An empty string means: not said.

    `request_id` is the caller's idempotency key, `client` the calling program, `tenant` the
    organisation it calls for.
    """

    request_id: str = ""
    client: str = ""
    tenant: str = ""
