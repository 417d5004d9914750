"""What a caller asks to be replayed, and the id that the replay gets."""

import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pactolus_adapters.trail.events import Actor

__all__ = ["Asked"]

_ID_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of a request. `request_id`: empty means none. `first`: to before `end`, 0: to the end of the log.
    `pack_id`: empty means each record under the pack that decided it; `pack_version`: empty means the active one."""

    request_id: str = ""
    first: int = 0
    end: int = 0
    pack_id: str = ""
    pack_version: str = ""
    reason: str = ""

    def replay_id(self, actor: Actor) -> str:
        """32 hex digits: the same for the same request id of the same client and tenant, else new ones."""
        if not self.request_id:
            return secrets.token_hex(_ID_DIGITS // 2)
        return _digest("pactolus replay id 1", actor.tenant, actor.client, self.request_id)[:_ID_DIGITS]

    def digest(self) -> str:
        """By which a repeated request id is known to mean the same."""
        fields = (self.first, self.end, self.pack_id, self.pack_version, self.reason)
        return _digest("pactolus replay asked 1", *fields)


def _digest(*parts: str | int) -> str:
    return sha256(json.dumps(parts).encode("ascii")).hexdigest()
