"""An export as one readable page: what was exported, whether it is proved, every record, and why it was so.

The records are gone through once for each part of the page, so that memory stays flat. The page holds no script
and asks for nothing from outside; its policy forbids both.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pactolus_adapters.trail.export_records import ExportedRecord, exported_records
from pactolus_adapters.trail.export_request import Export, Progress, Wanted, not_told
from pactolus_adapters.trail.html_decision import article
from pactolus_adapters.trail.html_parts import Markup, element, joined, link, plain, table
from pactolus_adapters.trail.html_style import STYLE
from pactolus_engine.trail import AuditTrail

__all__ = ["html_parts"]

_SHOWN: Final = 12
"""Characters of a pseudonym; whole ones are in the leaf."""
_MOST_PROBLEMS: Final = 100
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_HEAD: Final = (
    "record",
    "recorded (UTC)",
    "event",
    "outcome",
    "pack",
    "patient",
    "client",
    "proof",
    "remarks",
)


@dataclass
class _Summary:
    """What all records come to; `problems` holds the first ones, `problem_count` counts all."""

    events: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    packs: Counter[str] = field(default_factory=Counter)
    records: int = 0
    erased: int = 0
    problem_count: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)

    def add(self, record: ExportedRecord) -> None:
        """Counts a record."""
        self.records += 1
        self.events[record.commitment.get("event", "not readable")] += 1
        if record.commitment.get("pack_id"):
            self.packs[_pack(record)] += 1
        if record.commitment.get("event") == "evaluation":
            self.outcomes[_outcome(record) or "gone: erased or pruned"] += 1
        self.erased += record.entry is not None and record.entry.erased_by is not None
        if record.problem:
            self.problem_count += 1
            self.problems += [(record.index, record.problem)][: _MOST_PROBLEMS - len(self.problems)]


def html_parts(log: AuditTrail, export: Export, progress: Progress = not_told) -> Iterator[bytes]:
    """The page, UTF-8, part by part."""
    passes = 3 if export.wanted.with_patient_data else 2
    summary = _Summary()
    for record in exported_records(log, export, _part_of(progress, 0, passes), payloads=False):
        summary.add(record)
    yield _top(export, summary)
    yield _records_begin()
    for record in exported_records(log, export, _part_of(progress, 1, passes), payloads=False):
        yield _encoded(_row(record, export.wanted))
    yield _encoded(Markup("</tbody></table></div>"))
    if export.wanted.with_patient_data:
        yield _encoded(element("h2", "What was said, and why"))
        for record in exported_records(log, export, _part_of(progress, 2, passes)):
            yield _encoded(article(record))
    yield _end(export)


def _part_of(progress: Progress, part: int, parts: int) -> Progress:
    def tell(done: int, total: int) -> None:
        progress(part * total + done, parts * total)

    return tell


def _encoded(part: Markup) -> bytes:
    return part.encode("utf-8", "replace") + b"\n"


def _top(export: Export, summary: _Summary) -> bytes:
    first, last = export.wanted.first, export.wanted.end - 1
    title = f"Audit records {first} to {last}" if first <= last else "No audit records"
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    head = (
        f"<!DOCTYPE html><!-- {plain(export.contents)} -->\n"
        f'<html lang="en"><head><meta charset="utf-8">{policy}<meta name="viewport" content="width=device-width">'
        f"<title>{plain(title)}</title><style>{STYLE}</style></head><body>\n"
    )
    noticed = element(
        "p", export.contents, class_=f"notice{' bad' if export.wanted.with_patient_data else ''}"
    )
    lead = element("p", f"of the log {export.own.log_origin}", class_="lead")
    return _encoded(
        joined(
            Markup(head),
            element("h1", title),
            lead,
            noticed,
            _about(export),
            _verdict(summary),
            _counts(summary),
        )
    )


def _about(export: Export) -> Markup:
    wanted, checkpoint = export.wanted, export.checkpoint
    facts = [
        ("exported as", f"record {export.own.index}, by {export.actor.client}"),
        ("recorded since", wanted.since or "the beginning"),
        ("recorded before", wanted.until or "the end"),
        ("tenant", "all" if wanted.tenant is None else wanted.tenant),
        ("checkpoint", f"{checkpoint.size} records"),
        ("root", element("code", checkpoint.root.hex())),
        ("public key", element("code", export.verifier_key)),
    ]
    return element(
        "dl", *(part for name, text in facts for part in (element("dt", name), element("dd", text)))
    )


def _verdict(summary: _Summary) -> Markup:
    erased = (
        f" {summary.erased} of them were erased or pruned, and their proofs stand." if summary.erased else ""
    )
    if not summary.problem_count:
        said = f"Each of the {summary.records} records is proved to be in the tree of the signed checkpoint.{erased}"
        return element("p", element("span", said, class_="good"), class_="notice")
    told = [
        element("li", link(f"r{index}", f"record {index}"), f": {text}") for index, text in summary.problems
    ]
    said = f"{summary.problem_count} of {summary.records} records are not in order; the first {len(told)}:{erased}"
    return element("div", element("p", said, class_="bad"), element("ul", *told), class_="notice bad")


def _counts(summary: _Summary) -> Markup:
    parts = (("event", summary.events), ("outcome", summary.outcomes), ("pack", summary.packs))
    boxes = [
        element(
            "div", table((name, "records"), [(key, str(count)) for key, count in sorted(counted.items())])
        )
        for name, counted in parts
        if counted
    ]
    return joined(element("h2", "In figures"), element("div", *boxes, class_="counts"))


def _records_begin() -> bytes:
    cells = joined(*(element("th", one, scope="col") for one in _HEAD))
    begin = f'<div class="scroll"><table class="records"><thead><tr>{cells}</tr></thead><tbody>'
    return _encoded(joined(element("h2", "Every record"), Markup(begin)))


def _row(record: ExportedRecord, wanted: Wanted) -> Markup:
    index, leaf = str(record.index), record.commitment
    number = link(f"d{index}", index) if wanted.with_patient_data else Markup(index)
    pseudonym = leaf.get("patient_pseudonym", "")
    patient = element("code", pseudonym[:_SHOWN], title=pseudonym) if pseudonym else Markup()
    proof = ("bad", "NOT PROVED") if record.entry is None or not _is_proved(record) else ("good", "proved")
    cells = (
        number,
        leaf.get("recorded_at", "")[:19].replace("T", " "),
        leaf.get("event", ""),
        _outcome(record),
        _pack(record),
        patient,
        record.listed.client if record.listed else "",
        element("span", proof[1], class_=proof[0]),
        _remarks(record, wanted),
    )
    return element("tr", *(element("td", cell) for cell in cells), id=f"r{index}")


def _is_proved(record: ExportedRecord) -> bool:
    """A tree of one record needs no hashes, but an export's checkpoint covers its own record as well."""
    return bool(record.proof)


def _remarks(record: ExportedRecord, wanted: Wanted) -> Markup:
    remarks: list[str] = []
    if record.problem:
        remarks.append(element("span", record.problem, class_="bad"))
    if record.entry is not None and record.entry.erased_by is not None:
        by = str(record.entry.erased_by)
        remarks.append(joined("erased by ", _named(by, wanted)))
    if about := record.commitment.get("about", ""):
        remarks.append(joined("about ", _named(about, wanted)))
    if destroyed := record.commitment.get("destroyed_key_id", ""):
        remarks.append(joined("destroyed key ", element("code", destroyed[:_SHOWN], title=destroyed)))
    if before := record.commitment.get("pruned_before", ""):
        remarks.append(f"pruned all before record {before}")
    if record.commitment.get("clock"):
        remarks.append("the clock had gone back")
    return joined(*(part for one in remarks for part in (one, Markup("<br>"))))


def _named(index: str, wanted: Wanted) -> Markup:
    """Another record, with a link where it is on this page."""
    name = f"record {index}"
    is_here = index.isdecimal() and wanted.first <= int(index) < wanted.end
    return link(f"r{index}", name) if is_here else plain(name)


def _outcome(record: ExportedRecord) -> str:
    return record.listed.outcome if record.listed else ""


def _pack(record: ExportedRecord) -> str:
    return f"{record.commitment.get('pack_id', '')} {record.commitment.get('pack_version', '')}".strip()


def _end(export: Export) -> bytes:
    words = (
        "Suggestions for professionals with their evidence, never orders. How to check a record without this "
        "program: docs/audit/formats.md. The signed checkpoint:"
    )
    note = element("pre", Markup(_plain_lines(export.note.decode())))
    return _encoded(joined(element("footer", element("p", words), note), Markup("</body></html>")))


def _plain_lines(text: str) -> str:
    """Text with its line breaks, each line escaped."""
    return "\n".join(plain(line) for line in text.split("\n"))
