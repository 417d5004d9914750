"""How an answer is read back out of its record; the hallway's way of writing it stays behind this."""

from collections.abc import Callable

from pactolus_adapters.hallway import Answer
from pactolus_engine.ports import StoredRecord

__all__ = ["Recall"]

Recall = Callable[[StoredRecord], Answer]
"""Reads the answer back out of a record, as it was given."""
