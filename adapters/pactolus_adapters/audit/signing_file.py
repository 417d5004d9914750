"""The key of checkpoints in a file of the data directory: what a small installation starts with.

Whoever can write to the database and read this file can sign another history. A witness on another
machine is what guards against that; a signer elsewhere makes it harder.
"""

from pathlib import Path
from typing import Final

from pactolus_adapters.audit.checkpointing import NewSigner
from pactolus_adapters.audit.key_sources import KeyFile
from pactolus_adapters.audit.keys import RandomBytes
from pactolus_adapters.tlog.keys import Ed25519NoteSigner, NoteSigner

__all__ = ["SIGNING_FILE", "file_signer"]

SIGNING_FILE: Final = "audit-signing.key"


def file_signer(directory: Path, random_bytes: RandomBytes) -> NewSigner:
    """The Ed25519 signer (RFC 8032) whose 32 bytes of private key are in `audit-signing.key`."""

    def signer(origin: str, may_make: bool) -> NoteSigner:
        seed = KeyFile(directory / SIGNING_FILE).read(may_make, random_bytes)
        return Ed25519NoteSigner(origin, seed)

    return signer
