"""Logs that verifications are tried on, and what is done with them."""

import shutil
from contextlib import closing
from pathlib import Path

from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.tlog.cosignature import Cosigner, cosignature_line
from pactolus_adapters.tlog.keys import NoteVerifier
from pactolus_adapters.trail.verify import Verification, verify
from pactolus_engine.ports import DestroyKey
from pactolus_engine.trail import AuditTrail
from tests.contract.audit_log import fixed_clock, new_record
from tests.contract.audit_trail import event

__all__ = ["PATIENTS", "WITNESS", "copied", "erase", "fill", "found", "made_store"]

PATIENTS = 3
WITNESS = Cosigner("witness.example", bytes(range(32)))


def fill(log: AuditTrail, size: int) -> None:
    """Records up to that many, about three patients in turn."""
    for number in range(log.size(), size):
        log.append(new_record(f"request-{number}", patient=f"Patient/{number % PATIENTS}"))


def erase(log: AuditTrail, patient: int) -> None:
    """Erases one of them."""
    (key_id,) = log.keys_of("north", (f"Patient/{patient}",))
    log.append(event("erasure", change=DestroyKey(key_id)))


def made_store(directory: Path) -> Path:
    """A closed store of thirty records; the last one, number 30, erased a patient."""
    made = SqliteAuditLog(directory, fixed_clock)
    fill(made, 30)
    erase(made, 1)
    made.add_cosignature(31, "witness.example", cosignature_line(made.publish(), WITNESS, 1))
    made.close()
    return directory


def copied(closed: Path, folder: Path) -> Path:
    """A copy of a store, to be tampered with."""
    return Path(shutil.copytree(closed, folder / "data"))


def found(directory: Path, *keys: str, payloads: bool = True) -> Verification:
    """What is said of a closed store; `keys`: those that count."""
    with closing(SqliteAuditReader(directory, fixed_clock)) as reader:
        return verify(reader, payloads=payloads, verifiers=[NoteVerifier.from_text(key) for key in keys])
