"""An audit log in place of one, for logs of many decisions that are made apart from where they are recorded."""

from dataclasses import dataclass, field

from pactolus_engine.ports import NewRecord, PatientHistory, Receipt

__all__ = ["TakenLog"]


@dataclass(slots=True)
class TakenLog:
    """An audit log that keeps what it is given for another one to record; it knows no history."""

    records: list[NewRecord] = field(default_factory=list)
    origin: str = "none"
    healthy: bool = True

    def append(self, record: NewRecord) -> tuple[Receipt, bytes]:
        """Keeps it."""
        self.records.append(record)
        return Receipt(self.origin, 0, b""), record.output

    def answered(self, *_key: str) -> None:
        """Nothing was."""
        return

    def history(self, _tenant: str, _names: tuple[str, ...]) -> PatientHistory:
        """There is none."""
        return PatientHistory()
