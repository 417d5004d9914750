"""Everything that is recorded about one patient, whatever name each record was filed under.

A patient sent with an identifier is filed under it, a lone Observation under `Patient/id`; a record that has
both names joins the two. The names are followed until no new one is found, so that no record stays behind
because it was filed under a name that nobody thought of.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from pactolus_adapters.audit.rows import Rows
from pactolus_adapters.audit.seal import SealedRecord
from pactolus_engine.trail import Reach, Selection

__all__ = ["reach"]

_PAGE: Final = 256


def reach(rows: Rows, pseudonyms: Iterable[str]) -> Reach:
    """As `AuditTrail.reach`."""
    names, asked = set(pseudonyms), set[str]()
    under: dict[int, str] = {}
    while new := names - asked:
        asked |= new
        for record in _records(rows, tuple(sorted(new))):
            names |= {record.row.patient_pseudonym, *record.row.other_pseudonyms} - {""}
            under[record.index] = record.key_id
    counted = Counter(under.values())
    counted.update({key.key_id: 0 for key in rows.keys_of(names).values()} if names else {})
    living = {key.key_id for key in rows.keys(counted).values() if key.destroyed_by is None}
    return Reach(tuple(sorted(names)), {key_id: counted[key_id] for key_id in sorted(living)})


def _records(rows: Rows, pseudonyms: tuple[str, ...]) -> Iterator[SealedRecord]:
    """The records under any of the pseudonyms whose payload is there."""
    after, wanted = -1, Selection(patient_pseudonyms=pseudonyms)
    while page := rows.listed(wanted, (), after, _PAGE):
        found = rows.get([one.index for one in page])
        yield from (one for one in found.values() if isinstance(one, SealedRecord))
        after = page[-1].index
