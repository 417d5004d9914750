"""What can go wrong between a log and its witnesses, one class per remedy.

WitnessFailed
├── WitnessAway      ask again later: not reached, too slow, or the answer is not one of a witness
├── LogUnknown       the witness does not know this log or its key: its operator names it
└── HistoryRefused   ALARM: the witness has seen another history of this log than the one that is here
    └── RecordsMissing   it has seen more records than are here
StateUnusable        the witness cannot keep what it has seen, so it signs nothing: mend the state folder
AddressUnusable      the witness cannot listen there, or a policy names no address to send checkpoints to
"""

from pactolus_engine.errors import PactolusError

__all__ = [
    "AddressUnusable",
    "HistoryRefused",
    "LogUnknown",
    "RecordsMissing",
    "StateUnusable",
    "WitnessAway",
    "WitnessFailed",
]


class WitnessFailed(PactolusError):
    """Base of the reasons why a witness did not cosign; the text begins with `witness NAME`."""


class WitnessAway(WitnessFailed):
    """Nothing came back that a witness would answer; says nothing about the log."""


class LogUnknown(WitnessFailed):
    """The witness was not told of this log, or of another key of it."""


class HistoryRefused(WitnessFailed):
    """What the witness has cosigned before is no beginning of what it is shown now."""


class RecordsMissing(HistoryRefused):
    """The witness has cosigned more records, `size`, than it is shown now."""

    def __init__(self, message: str, size: int) -> None:
        self.size = size
        super().__init__(message)


class StateUnusable(PactolusError):
    """The state of a witness cannot be read or made durable."""


class AddressUnusable(PactolusError):
    """An address to listen on, or to send to, cannot be used."""
