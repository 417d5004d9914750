"""Looks a data directory over after a fault: is everything there that was acknowledged, and whole?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from pactolus_adapters.audit.sqlite import SqliteAuditLog, SqliteAuditReader
from pactolus_adapters.audit.sqlite_open import DATABASE_FILE
from pactolus_adapters.trail.verify import verify
from pactolus_engine.errors import AuditUnavailable, RecordGone
from pactolus_engine.record import leaf_hash
from tests.contract.audit_log import fixed_clock
from tests.faults.erasures import erasure_faults
from tests.faults.trees import tree_faults

__all__ = ["Acknowledged", "Findings", "look_over", "verified"]

Acknowledged = Mapping[int, bytes]
"""Index to leaf hash, as the receipts said."""

_TWICE = """
    SELECT request_id FROM audit_index WHERE request_id <> ''
    GROUP BY tenant, client, request_id HAVING count(*) > 1
"""


@dataclass
class Findings:
    """`lost`: acknowledged, and not there or not the same. `lost_checkpoints`: how many of those that
    somebody holds are not. `wrong`: everything else that is not whole."""

    size: int = 0
    evaluations: list[int] = field(default_factory=list)
    """Indexes of the evaluations among the records that can be read."""
    lost: list[int] = field(default_factory=list)
    lost_checkpoints: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Nothing was found."""
        return not self.lost and not self.lost_checkpoints and not self.wrong


def look_over(directory: Path, acknowledged: Acknowledged, checkpoints: Sequence[bytes] = ()) -> Findings:
    """Opens the store as the service does, reads every record, recomputes the tree, and asks SQLite whether
    its file is whole. `checkpoints`: those that were given away."""
    found = Findings()
    try:
        log = SqliteAuditLog(directory, fixed_clock)
    except AuditUnavailable as error:
        return Findings(lost=sorted(acknowledged), wrong=[f"cannot be opened: {error}"])
    try:
        found.size = log.size()
        found.lost_checkpoints = len(set(checkpoints) - set(log.checkpoints()))
        leaves = _leaves(log, found)
        found.wrong += erasure_faults(log)
        if len(leaves) == found.size:
            found.wrong += tree_faults(log, [leaves[index] for index in range(found.size)])
    except AuditUnavailable as error:
        return Findings(lost=sorted(acknowledged), wrong=[f"cannot be read: {error}"])
    finally:
        log.close()
    found.lost = [index for index, leaf in sorted(acknowledged.items()) if leaves.get(index) != leaf]
    found.wrong += _file(directory)
    return found


def verified(directory: Path, since: bytes = b"") -> list[str]:
    """What `pactolus audit verify` finds, which shares nothing with the checks above; `since`: a checkpoint
    that was given away."""
    reader = SqliteAuditReader(directory, fixed_clock)
    try:
        return [f"verify: {one.text}" for one in verify(reader, since=since, payloads=True).findings]
    finally:
        reader.close()


def _leaves(log: SqliteAuditLog, found: Findings) -> dict[int, bytes]:
    """Index to leaf hash of every record that can be read or was erased; the others are wrong."""
    leaves = {entry.index: leaf_hash(entry.leaf) for entry in log.entries(0, found.size)}
    for index in range(found.size):
        try:
            if log.read(index).event == "evaluation":
                found.evaluations.append(index)
        except RecordGone:
            continue
        except AuditUnavailable as error:
            leaves.pop(index, None)
            found.wrong.append(str(error))
    return leaves


def _file(directory: Path) -> list[str]:
    """What SQLite finds wrong with the file, and requests that were recorded twice."""
    connection = apsw.Connection(str(directory / DATABASE_FILE), flags=apsw.SQLITE_OPEN_READONLY)
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    try:
        wrong = [str(text) for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]
        wrong += [f"foreign key of `{row[0]}`" for row in connection.execute("PRAGMA foreign_key_check")]
        wrong += ["a request was recorded twice" for _ in connection.execute(_TWICE)]
    except apsw.Error as error:
        return [f"SQLite cannot read its file: {error}"]
    finally:
        connection.close()
    return wrong
