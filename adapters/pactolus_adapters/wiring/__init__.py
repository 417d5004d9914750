"""The only place that knows every adapter: it builds what the doors use.

What replays need stands in a module of its own, because it loads large libraries.
"""

from pactolus_adapters.wiring.house import (
    House,
    Journal,
    Records,
    Wanted,
    affected_json_text,
    decision_json,
    error_json_text,
    keeper,
    open_erasure,
    open_exporter,
    open_house,
    open_journal,
    open_log_to_publish,
    open_matcher,
    open_records,
    open_shelf,
    open_trail,
    prepare_pack,
    public,
    response_json_text,
    witness_policy,
)

__all__ = [
    "House",
    "Journal",
    "Records",
    "Wanted",
    "affected_json_text",
    "decision_json",
    "error_json_text",
    "keeper",
    "open_erasure",
    "open_exporter",
    "open_house",
    "open_journal",
    "open_log_to_publish",
    "open_matcher",
    "open_records",
    "open_shelf",
    "open_trail",
    "prepare_pack",
    "public",
    "response_json_text",
    "witness_policy",
]
