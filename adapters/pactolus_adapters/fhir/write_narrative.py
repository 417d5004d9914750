"""The narrative: the whole decision as XHTML that a clinician can read without any software of ours.

Every text is escaped, and characters that change the direction of writing are made visible, so that
nothing that was sent can act as markup or turn a number around. Allowed elements: FHIR R4, Narrative.
"""

import re
from collections.abc import Iterable
from html import escape

from pactolus_adapters.fhir.exact_json import Tree
from pactolus_adapters.fhir.write_context import Context
from pactolus_adapters.fhir.write_sentences import (
    OUTCOME_MEANS,
    SUGGESTION,
    approval,
    assumption_line,
    blocked_line,
    caveat_lines,
    completion_lines,
    evidence_line,
    missing_line,
    truth_words,
)
from pactolus_engine.decision import FactUsed, OfferedOption, Reason
from pactolus_engine.facts import Source

__all__ = ["decision_narrative", "plain_narrative"]

_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPACE = 'xmlns="http://www.w3.org/1999/xhtml"'


def decision_narrative(context: Context) -> Tree:
    """Options side by side, then why, what was assumed, what is missing."""
    decision, pack = context.decision, context.pack
    return _narrative(
        _heading(context),
        _options(decision.options),
        _section("Caveats", () if decision.options else map(_text, caveat_lines(decision))),
        _section("Findings", (_text(f"{c.id} = {c.value}: {c.title}") for c in decision.conclusions)),
        _section("Why", map(_reason, decision.reasons)),
        _section("Not offered", (_text(blocked_line(one, pack)) for one in decision.blocked_options)),
        _section("Assumptions", (_text(assumption_line(one)) for one in decision.assumptions)),
        _section("Missing", (_text(missing_line(one)) for one in decision.missing)),
        _section("Still open", map(_text, completion_lines(decision, pack))),
    )


def plain_narrative(*paragraphs: str) -> Tree:
    """A few paragraphs of text."""
    return _narrative(*(_paragraph(text) for text in paragraphs if text.strip()))


def _narrative(*parts: str) -> Tree:
    return {"status": "generated", "div": f"<div {_SPACE}>{''.join(parts)}</div>"}


def _heading(context: Context) -> str:
    decision, pack = context.decision, context.pack
    used = (
        f"Rule pack {decision.pack.id} {decision.pack.version} (SHA-256 {decision.pack.digest}), "
        f"evaluated for {decision.evaluation_time}. {approval(pack)}"
    )
    return (
        f"<h2>{_text(pack.title)}</h2><p><b>{_text(SUGGESTION)}</b></p>"
        f"<p><b>{_text(decision.outcome.value)}</b> {_text(OUTCOME_MEANS[decision.outcome])}</p>"
        f"{_paragraph(used)}"
    )


def _options(options: tuple[OfferedOption, ...]) -> str:
    if not options:
        return ""
    rows = (
        ("Option", [f"<b>{_text(option.title)}</b>" for option in options]),
        ("What it is", [_text(option.description) for option in options]),
        ("Caveats", [_items(_text(one.text) for one in option.caveats) for option in options]),
        ("Evidence", [_items(_text(evidence_line(one)) for one in option.evidence) for option in options]),
    )
    return f"<h3>Options</h3><table>{''.join(_row(name, cells) for name, cells in rows)}</table>"


def _row(name: str, cells: list[str]) -> str:
    return f"<tr><th>{_text(name)}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _reason(reason: Reason) -> str:
    told = f"<b>{_text(reason.title)}</b> ({_text(truth_words(reason))}; rule {_text(reason.rule)}): "
    below = [*(_text(_fact(fact)) for fact in reason.facts)]
    below += [_text(evidence_line(one)) for one in reason.evidence]
    return f"{told}{_text(reason.text)}{_items(below)}"


def _fact(fact: FactUsed) -> str:
    sources = "; ".join(map(_source, fact.sources))
    return f"{fact.title}: {fact.shown}" + (f" [{sources}]" if sources else "")


def _source(source: Source) -> str:
    version = f" version {source.version}" if source.version else ""
    path = f", {source.path}" if source.path else ""
    return f"{source.reference}{version}{path}"


def _section(title: str, items: Iterable[str]) -> str:
    listed = _items(items)
    return f"<h3>{_text(title)}</h3>{listed}" if listed else ""


def _items(items: Iterable[str]) -> str:
    listed = "".join(f"<li>{item}</li>" for item in items)
    return f"<ul>{listed}</ul>" if listed else ""


def _paragraph(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _text(text: str) -> str:
    return escape(_TURNING.sub("\ufffd", text), quote=True)
