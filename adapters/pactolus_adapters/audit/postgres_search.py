"""The list of records as one statement of PostgreSQL: only what narrows is asked, so that an index can serve."""

from collections.abc import Collection
from typing import Any, Final

from pactolus_adapters.audit.postgres_text import kept
from pactolus_engine.trail import Selection

__all__ = ["search"]

_LISTED: Final = """
    SELECT i.seq, event, outcome, rules, tenant, client, request_id, recorded_at, patient_pseudonym, pack_id,
           pack_version, about, p.erased_by, e.leaf_hash
    FROM audit_index i JOIN audit_entry e USING (seq) LEFT JOIN audit_payload p USING (seq)
    WHERE i.seq > %(after)s{} ORDER BY i.seq LIMIT %(most)s
"""
_NARROWED: Final = {
    "since": "recorded_at >= %(since)s",
    "until": "recorded_at < %(until)s",
    "events": "event = ANY(%(events)s::text[])",
    "outcome": "outcome = %(outcome)s",
    "rule": "%(rule)s::text = ANY(rules)",
    "pack_id": "pack_id = %(pack_id)s",
    "pack_version": "pack_version = %(pack_version)s",
    "patient_pseudonyms": """(
        patient_pseudonym = ANY(%(patient_pseudonyms)s::text[]) AND patient_pseudonym <> ''
        OR i.seq IN (SELECT seq FROM audit_patient_name WHERE pseudonym = ANY(%(patient_pseudonyms)s::text[]))
    )""",
    "decision_id": "decision_pseudonym = ANY(%(decisions)s::text[]) AND decision_pseudonym <> ''",
    "about": "about = %(about)s",
    "tenant": "tenant = %(tenant)s",
}
"""What narrows, by the field of `Selection` that asks for it; none of it comes from a caller."""


def search(
    selection: Selection, decision_pseudonyms: Collection[str], after: int, most: int
) -> tuple[str, dict[str, Any]]:
    """The statement and its values for `Rows.listed`."""
    asked = {name: getattr(selection, name) for name in _NARROWED}
    wanted = {name: value for name, value in asked.items() if value not in ("", (), None) or name == "tenant"}
    if selection.tenant is None:
        del wanted["tenant"]
    conditions = "".join(f" AND {_NARROWED[name]}" for name in wanted)
    lists = {name: list(value) for name, value in wanted.items() if isinstance(value, tuple)}
    texts = {name: kept(value) for name, value in wanted.items() if isinstance(value, str)}
    decisions = list(decision_pseudonyms)
    return _LISTED.format(conditions), {
        **wanted,
        **lists,
        **texts,
        "decisions": decisions,
        "after": after,
        "most": most,
    }
