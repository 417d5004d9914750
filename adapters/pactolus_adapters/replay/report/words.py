"""The words of a report: the same sentences on the page, in the text and on the terminal."""

from collections.abc import Mapping
from typing import Final

from pactolus_adapters.replay.report.summary import NOT_COMPARED, Summary
from pactolus_engine.decision import Outcome, PackIdentity
from pactolus_engine.replay.result import ReplayClass

__all__ = [
    "CLASS_WORDS",
    "DISCLAIMER",
    "NOT_UNDER_ROOT",
    "UNDER_ROOT",
    "causes_in_order",
    "counted",
    "could_not_be_compared",
    "instant_range",
    "named_pack",
    "outcome_name",
    "outcome_rank",
    "period_name",
    "records_read",
    "replayed_under",
    "source_words",
    "title",
    "verdict",
]

DISCLAIMER: Final = (
    "Decision support for professionals: suggestions with their evidence, never orders. Not a medical device."
)

UNDER_ROOT: Final = (
    "The root is a Merkle tree hash (RFC 6962, SHA-256) over the results in the order of their index: the same replay "
    "gives the same root, on whatever machine, by whatever runner, in however many parts. The counts here follow from "
    "the results. Range, pack and its digest are not under the root; the record of the replay's end in the audit log "
    "holds them beside it."
)

NOT_UNDER_ROOT: Final = "How it ran is told for the operator; no root or signature vouches for it."

CLASS_WORDS: Final[Mapping[str, str]] = {
    ReplayClass.IDENTICAL: "the same answer",
    ReplayClass.CHANGED_OUTCOME: "another outcome",
    ReplayClass.CHANGED_OPTIONS: "the same outcome, but other options, findings or missing data",
    ReplayClass.CHANGED_TEXT: "the same answer in other words",
    ReplayClass.ENGINE_CHANGED: "the recorded pack, but another version of the software says something else",
    ReplayClass.INPUT_MISSING: "what it was decided from or by is not there",
    ReplayClass.ERASED: "erased, so it cannot be evaluated again",
    ReplayClass.TAMPERED: "not what was recorded",
    ReplayClass.ERROR: "could not be evaluated",
    ReplayClass.NEW: "never evaluated before, so there is nothing to compare with",
}
"""What each class says of a record."""

_LACKING: Final = "and answers may lack what those hold"
_MAY_LACK: Final = (
    "What cannot be read may be of any patient of the source, whose answer then lacks it: mend it before you rely on "
    "any of these answers."
)
_OUTCOMES: Final = (*(one.value for one in Outcome), "refused", "failed")


def title(summary: Summary) -> str:
    """What the report is of, in a few words."""
    return "Evaluation of new records" if _is_new(summary) else "Replay of recorded decisions"


def replayed_under(summary: Summary) -> str:
    """By what the records were evaluated again."""
    pack = summary.spec.pack
    return f"the pack {named_pack(pack)}" if pack else "the pack that decided each of them"


def named_pack(pack: PackIdentity) -> str:
    """`ID@VERSION`."""
    return f"{pack.id}@{pack.version}"


def records_read(summary: Summary) -> str:
    """How many records were read, and what became of them."""
    passed_over = sum(summary.passed_over.values())
    return f"{summary.records:,}: {counted(summary.results, 'result')}, {passed_over:,} passed over"


def source_words(summary: Summary) -> list[tuple[str, str]]:
    """What was read, its kind first, then whatever fixes its content, each with its name."""
    source = summary.spec.source
    rest = ((f"source: {name}", text or "none") for name, text in sorted(source.items()) if name != "kind")
    return [("source", source.get("kind", "source")), *rest]


def verdict(summary: Summary) -> str:
    """The first sentence of a report: whether all is identical, and if not, what is not."""
    new = summary.classes[ReplayClass.NEW]
    if not summary.results:
        return f"No decision was evaluated again: none of {counted(summary.records, 'record')} was part of this replay."
    if _is_new(summary):
        return f"{counted(new, 'record')} evaluated for the first time; there was nothing to compare with."
    if new and not summary.compared:
        said = f"{counted(new, 'record')} evaluated for the first time; {summary.could_not_be_compared:,} could not be"
        return f"{said}, {_LACKING}." if _is_shared_out(summary) else f"{said}."
    if summary.is_all_identical:
        same = "the same answer" if summary.spec.pack else "byte for byte the same answer"
        return f"All identical: {same} for {counted(summary.results, 'decision')}."
    if not summary.compared:
        return f"Nothing could be compared of {counted(summary.results, 'record')}."
    return _found(summary)


def could_not_be_compared(summary: Summary) -> str:
    """How many records could not be compared, by class, as a sentence."""
    kinds = [f"{summary.classes[one]:,} {one}" for one in NOT_COMPARED if summary.classes[one]]
    if not kinds:
        return "Every record of this replay could be evaluated."
    again = " again" if summary.compared else ""
    said = f"{counted(summary.could_not_be_compared, 'record')} could not be evaluated{again}: {', '.join(kinds)}."
    return f"{said} {_MAY_LACK}" if _is_shared_out(summary) else said


def causes_in_order(because: Mapping[str, int]) -> list[tuple[str, int]]:
    """The most frequent first; among equals facts last, for they moved because of what was written otherwise."""
    return sorted(because.items(), key=lambda one: (-one[1], one[0].startswith("fact:"), one[0]))


def counted(count: int, noun: str) -> str:
    """`1 record`, `12,000 records`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def outcome_name(outcome: str, *, after: bool) -> str:
    """The outcome, or why there is none on this side."""
    return outcome or ("no answer now" if after else "no answer before")


def outcome_rank(outcome: str) -> tuple[int, str]:
    """Where an outcome stands among others: as they are listed in the reference, then by name; none at the end."""
    if not outcome:
        return len(_OUTCOMES) + 1, ""
    return _OUTCOMES.index(outcome) if outcome in _OUTCOMES else len(_OUTCOMES), outcome


def period_name(since: str) -> str:
    """The day, month or year; what was never recorded has none."""
    return since or "no date"


def instant_range(summary: Summary) -> str:
    """The first and the last day, month or year of the records."""
    dated = [one.since for one in summary.over_time if one.since]
    if not dated:
        return "no dates"
    return dated[0] if dated[0] == dated[-1] else f"{dated[0]} to {dated[-1]}"


def _found(summary: Summary) -> str:
    compared = counted(summary.compared, "decision")
    said = f"{summary.differences:,} of {compared} compared came out differently"
    if not summary.differences:
        said = f"No differences among {compared} compared"
    said += (
        f"; {summary.could_not_be_compared:,} could not be compared" if summary.could_not_be_compared else ""
    )
    new = summary.classes[ReplayClass.NEW]
    return f"{said}; {new:,} had no earlier answer." if new else f"{said}."


def _is_shared_out(summary: Summary) -> bool:
    """Whether a record may lack what stands in one that could not be evaluated: each line of Bulk Data is some patient's."""
    return summary.spec.source.get("kind") == "bulk-data" and summary.classes[ReplayClass.ERROR] > 0


def _is_new(summary: Summary) -> bool:
    return summary.results > 0 and summary.classes[ReplayClass.NEW] == summary.results
