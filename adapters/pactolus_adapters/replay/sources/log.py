"""Records of a live audit log, a page at a time: whoever records meanwhile never waits for a replay.

Each question to the log is a snapshot of its own, so that no transaction stays open across pages. What is wrong
with a record ends in its row; only a store that cannot be read ends the replay.
"""

from collections.abc import Container, Iterator, Mapping
from typing import Final

import pyarrow as pa

from pactolus_adapters.replay.batches import RecordRow, record_batch
from pactolus_adapters.replay.sources.found import Found, row_of
from pactolus_adapters.replay.spec import Partition
from pactolus_adapters.trail.places import leaf_fields
from pactolus_adapters.trail.readable import ReadableTrail
from pactolus_adapters.trail.unreadable import class_of_unreadable
from pactolus_engine.errors import PactolusError, RecordAltered, RecordGone
from pactolus_engine.ports import StoredRecord
from pactolus_engine.trail import Entry, Selection

__all__ = ["OTHER_TENANT", "LogSource"]

OTHER_TENANT: Final = "other-tenant"
"""The event of a record that is not the asking tenant's, or was erased and is nobody's."""

_PAGE: Final = 64
"""Records that are held at once, with their payloads; a payload is some 100 kB."""

_MOST_CLAIMS: Final = 1024


class LogSource:
    """`Source` over a log. A leaf counts as far as it matches its leaf hash: whether the hashes are those that were
    signed is what `pactolus audit verify` tells."""

    def __init__(self, trail: ReadableTrail, tenant: str | None = None) -> None:
        """`tenant`: of the records of others nothing but their place is told; None means every tenant's."""
        self._trail = trail
        self._tenant = tenant
        self._claims: dict[int, Mapping[str, str]] = {}

    def read(self, partition: Partition) -> Iterator[pa.RecordBatch]:
        """As `Source.read`. Raises `AuditUnavailable` also when part of it cannot be read for another reason than
        the records themselves: a disk or connection that fails says nothing of a record."""
        for first in range(partition.first, partition.end, _PAGE):
            page = range(first, min(first + _PAGE, partition.end))
            found, own = self._found(page), self._own(page)
            yield record_batch(
                row_of(found.get(index), index, self._claim)
                if index in own
                else RecordRow(index, OTHER_TENANT)
                for index in page
            )

    def _own(self, page: range) -> Container[int]:
        """The places of the tenant's records, and of those without a row in the index, which may be anybody's; one that
        was erased is nobody's any more."""
        if self._tenant is None:
            return page
        own, all_ = (self._listed(tenant, page) for tenant in (self._tenant, None))
        return {index for index in page if index in own or index not in all_}

    def _listed(self, tenant: str | None, page: range) -> set[int]:
        return {one.index for one in self._trail.listed(Selection(tenant=tenant), page.start - 1, len(page))}

    def _found(self, page: range) -> dict[int, Found]:
        opened = dict(self._trail.opened(page.start, page.stop))
        # Asked second, so that whatever was erased before it was opened shows as erased here too.
        entries = self._trail.entries(page.start, page.stop)
        return {entry.index: _found(entry, opened.get(entry.index)) for entry in entries}

    def _claim(self, index: int) -> Mapping[str, str]:
        """What the leaf of that record says; few records remove anything, each of them many."""
        if index not in self._claims:
            if len(self._claims) >= _MOST_CLAIMS:
                self._claims.clear()
            entry = next(self._trail.entries(index, index + 1), None)
            self._claims[index] = leaf_fields(entry.leaf) if entry is not None else {}
        return self._claims[index]


def _found(entry: Entry, opened: StoredRecord | PactolusError | None) -> Found:
    by = opened.by if isinstance(opened, RecordGone) and entry.erased_by is None else entry.erased_by
    public = (entry.index, entry.leaf, entry.leaf_hash, entry.key_id, by)
    if isinstance(opened, StoredRecord):
        return Found(*public, (opened.input, opened.output))
    error = opened or RecordAltered(f"record `{entry.index}` of the audit log cannot be opened")
    problem = class_of_unreadable(error)
    if problem is None:
        raise error
    return Found(*public, None, problem.value, str(error))
