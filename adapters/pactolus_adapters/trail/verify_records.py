"""Checks the records of a log one by one: that each is there, and that leaf, hash, index and payload agree."""

from pactolus_adapters.trail.findings import Findings
from pactolus_adapters.trail.leaf import LeafFields, read_leaf
from pactolus_adapters.trail.readable import ReadableTrail
from pactolus_adapters.trail.recompute import leaf_hash_of
from pactolus_adapters.trail.verify_gone import RemovalCheck
from pactolus_engine.errors import AuditUnavailable, PactolusError
from pactolus_engine.ports import StoredRecord
from pactolus_engine.trail import Entry, ListedRecord, Selection

__all__ = ["RecordCheck"]

_Rows = dict[int, ListedRecord]


class RecordCheck:
    """Takes the records a page at a time, in order."""

    def __init__(
        self, trail: ReadableTrail, findings: Findings, removals: RemovalCheck, *, payloads: bool
    ) -> None:
        self._trail = trail
        self._findings = findings
        self._removals = removals
        self._payloads = payloads

    def page(self, first: int, end: int) -> list[bytes | None]:
        """Checks the records from `first` to before `end`; their leaf hashes, None where one is missing.

        Raises `AuditUnavailable` when none of them can be read.
        """
        try:
            rows, entries = self._read(first, end)
        except AuditUnavailable:
            rows, entries = self._read_one_by_one(first, end)
        hashes: list[bytes | None] = [None] * (end - first)
        readable: set[int] = set()
        for entry in entries:
            hashes[entry.index - first] = self._hash(entry)
            if self._check(entry, rows.get(entry.index)):
                readable.add(entry.index)
        self._tell_missing(first, hashes)
        if self._payloads:
            self._open(first, end, readable)
        return hashes

    def _read(self, first: int, end: int) -> tuple[_Rows, list[Entry]]:
        # Before the entries: what is erased between the two questions then shows as erased.
        rows = {row.index: row for row in self._trail.listed(Selection(), first - 1, end - first)}
        return rows, list(self._trail.entries(first, end))

    def _read_one_by_one(self, first: int, end: int) -> tuple[_Rows, list[Entry]]:
        """Finds the record that spoils its page."""
        rows: _Rows = {}
        entries: list[Entry] = []
        spoilt = 0
        for index in range(first, end):
            try:
                row, entry = self._read(index, index + 1)
            except AuditUnavailable as error:
                spoilt += 1
                if spoilt == end - first:
                    raise
                self._findings.add(index, f"record `{index}` cannot be read: {error}")
            else:
                rows.update(row)
                entries += entry
        return rows, entries

    def _hash(self, entry: Entry) -> bytes:
        hashed = leaf_hash_of(entry.leaf)
        if hashed != entry.leaf_hash:
            self._findings.add(
                entry.index, f"record `{entry.index}` has a leaf that does not match its leaf hash"
            )
        return hashed

    def _check(self, entry: Entry, row: ListedRecord | None) -> bool:
        """Whether the payload is to be readable."""
        fields = read_leaf(entry.leaf)
        if fields is None:
            self._findings.add(
                entry.index,
                f"record `{entry.index}` has a leaf that is no commitment record this version knows",
            )
            fields = {}
        has_payload = self._removals.see(entry, fields)
        if row is None:
            self._findings.add(
                entry.index, f"record `{entry.index}` is not in the index that records are found by"
            )
        elif fields and not self._agree(row, fields, has_payload):
            self._findings.add(
                entry.index,
                f"the index that records are found by tells another story of record `{entry.index}`",
            )
        return has_payload

    def _tell_missing(self, first: int, hashes: list[bytes | None]) -> None:
        if None not in hashes:
            return
        before: bytes | None = b""
        for index, hashed in enumerate(hashes, first):
            if hashed is None and before is not None and not self._findings.any_in(index, index + 1):
                self._findings.add(index, f"record `{index}` is missing")
            before = hashed

    def _agree(self, row: ListedRecord, fields: LeafFields, has_payload: bool) -> bool:
        if _agree(row, fields, has_payload):
            return True
        # It may have been erased after its row was read.
        again = next(iter(self._trail.listed(Selection(), row.index - 1, 1)), row)
        return not has_payload and again.index == row.index and _agree(again, fields, has_payload)

    def _open(self, first: int, end: int, readable: set[int]) -> None:
        try:
            opened = list(self._trail.opened(first, end))
        except AuditUnavailable:  # some row cannot even be fetched, which was told of then
            opened = [one for index in sorted(readable) for one in self._opened_alone(index)]
        for index, result in opened:
            if isinstance(result, PactolusError) and index in readable:
                self._tell_unreadable(index, result)

    def _opened_alone(self, index: int) -> list[tuple[int, StoredRecord | PactolusError]]:
        try:
            return list(self._trail.opened(index, index + 1))
        except AuditUnavailable as error:
            return [(index, error)]

    def _tell_unreadable(self, index: int, error: PactolusError) -> None:
        """A record with a payload that cannot be opened: altered, or erased or lost as is known already."""
        if isinstance(error, AuditUnavailable):
            if not self._findings.any_in(index, index + 1):
                self._findings.add(index, str(error))
        elif not self._removals.is_lost(index) and not self._erased_meanwhile(index):
            self._findings.add(
                index, f"record `{index}` cannot be read, though its payload is there: its key is gone"
            )

    def _erased_meanwhile(self, index: int) -> bool:
        entry = next(self._trail.entries(index, index + 1), None)
        return entry is not None and not entry.has_payload


def _agree(row: ListedRecord, fields: LeafFields, has_payload: bool) -> bool:
    """Whether the index says what the leaf says; of what was erased it keeps event, time and pack alone."""
    said = fields.get
    if (row.event, row.recorded_at) != (said("event"), said("recorded_at")):
        return False
    if (row.pack_id, row.pack_version) != (said("pack_id", ""), said("pack_version", "")):
        return False
    if not has_payload:
        return (row.outcome, row.rules, row.patient_pseudonym, row.about) == ("", (), "", None)
    about = "" if row.about is None else str(row.about)
    return (row.patient_pseudonym, about) == (said("patient_pseudonym"), said("about", ""))
