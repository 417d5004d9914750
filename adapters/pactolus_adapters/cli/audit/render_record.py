"""A shown record as a person reads it on a terminal: plain text, which can be kept."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pactolus_adapters.cli.render import decision_lines
from pactolus_adapters.cli.render_tree import MARKS, on_one_line, tree_lines
from pactolus_adapters.cli.terminal import clean, folded, section, several
from pactolus_engine.decision import Decision, FactTrace, RuleTrace
from pactolus_engine.errors import InputInvalid, PactolusError

if TYPE_CHECKING:
    from pactolus_adapters.trail.proof_status import ProofStatus
    from pactolus_adapters.trail.show import Later, Shown
    from pactolus_engine.pack.approval import RecordedApproval
    from pactolus_engine.record import StoredInput
    from pactolus_engine.trail import ListedRecord

__all__ = ["render_shown"]

_TITLE_WIDTH = 10
_LOOKS = 10
"""How many of the newest looks are told one by one."""


def render_shown(shown: "Shown", origin: str, with_patient_data: bool) -> str:
    """The record in sections: what it is, the answer, facts, rules, what was in force, its proof, what came
    later; what was sent only `with_patient_data`."""
    decision = shown.decision
    lines = [
        f"== record {shown.place.index} of {clean(origin)}",
        *_place(shown),
        *section("Gone", folded(shown.gone) if shown.gone else ()),
        *(["", *decision_lines(decision)] if decision else ()),
        *section("Refused; nothing was decided", _refused(shown.refused) if shown.refused else ()),
        *section("What was recorded", _details(shown)),
        *(_traced(decision.replacement or decision) if decision else ()),
        *(_in_force(shown.stored) if shown.stored else ()),
        *section("Proof", _proof(shown.proof)),
        *section("Later", _later(shown)),
        *(_sent(shown.stored) if shown.stored and with_patient_data else ()),
    ]
    return "\n".join(lines) + "\n"


def _titled(title: str, text: str) -> list[str]:
    return folded(text, title.ljust(_TITLE_WIDTH)) if text else []


def _place(shown: "Shown") -> Iterator[str]:
    place, leaf = shown.place, shown.leaf
    yield from _titled("event", place.event)
    yield from _titled("recorded", place.recorded_at)
    yield from _titled("asked by", f"{place.client}, tenant {place.tenant or '-'}")
    yield from _titled("request", place.request_id)
    yield from _titled("instant", leaf.get("instant", ""))
    yield from _titled("patient", leaf.get("patient_pseudonym", ""))
    if leaf.get("pack_id"):
        digest = leaf.get("pack_digest", "")
        yield from _titled("pack", f"{leaf['pack_id']} {leaf.get('pack_version', '')}, sha256 {digest}")
    if shown.decision:
        yield from _titled("decision", shown.decision.decision_id)
    if place.about is not None:
        yield from _titled("about", f"record {place.about}")


def _refused(refused: PactolusError) -> Iterator[str]:
    if isinstance(refused, InputInvalid):
        for one in refused.violations:
            yield from folded(f"{one.field}: {one.description}", "- ")
    else:
        yield from folded(str(refused), "- ")


def _details(shown: "Shown") -> Iterator[str]:
    for name, value in sorted(shown.details.items()):
        yield from folded(f"{name}: {value if isinstance(value, str) else json.dumps(value)}", "- ")


def _traced(decision: Decision) -> Iterator[str]:
    """Every fact and every rule, those that decided nothing too."""
    trace = decision.trace
    yield from section("Facts as the rules saw them, and where they were read", _facts(trace.facts))
    for truth, title in (
        ("true", "Rules that fired"),
        ("unknown", "Rules that could not be decided"),
        ("false", "Rules that did not fire"),
    ):
        yield from section(title, _rules([rule for rule in trace.rules if rule.truth == truth]))


def _facts(facts: Iterable[FactTrace]) -> Iterator[str]:
    for fact in facts:
        yield from folded(f"{fact.fact}: {fact.shown} [{fact.status}]", "= ")
        for source in fact.sources:
            version = f" (version {source.version})" if source.version else ""
            yield from folded(f"{source.reference} {source.path}".rstrip() + version, "    ")


def _rules(rules: Iterable[RuleTrace]) -> Iterator[str]:
    for rule in rules:
        head = f"{rule.rule} [{rule.effect}]"
        if rule.truth == "false":
            yield from folded(f"{head}: {on_one_line(rule.explanation)}", f"{MARKS[rule.truth]} ")
        else:
            yield from folded(head, f"{MARKS[rule.truth]} ")
            yield from tree_lines(rule.explanation, 1)


def _in_force(stored: "StoredInput") -> Iterator[str]:
    decided = stored.decided
    numbers = (f"{name} = {value}" for name, value in sorted(decided.parameters.items()))
    others = {f"setting {name}": value for name, value in decided.settings.items() if value}
    lines = [
        *(line for text in numbers for line in folded(text, "- ")),
        *(folded(f"overlay of the site, {decided.overlay_digest}", "- ") if decided.overlay_digest else []),
        *(line for one in decided.approvals for line in folded(_approval(one), "- ")),
        *(line for name, value in sorted(others.items()) for line in folded(f"{name} = {value}", "- ")),
        *folded("software " + ", ".join(f"{n} {v}" for n, v in sorted(decided.versions.items())), "- "),
    ]
    if not stored.earlier_complete:
        lines += folded("not every earlier record of the patient could be looked at", "! ")
    for one in stored.taken:
        lines += folded(f"resources of record {one.index} were taken: {one.reason}", "- ")
    yield from section("In force", lines)


def _approval(one: "RecordedApproval") -> str:
    what = f"{one.of} {one.parameter}".strip()
    return f"sign-off of {what} by {one.by} ({one.role}) on {one.on}, of content {one.digest}"


def _proof(proof: "ProofStatus") -> Iterator[str]:
    yield from _titled("leaf", proof.leaf_hash.hex())
    if proof.fault:
        yield from folded(f"NOT VERIFIED: {proof.fault}", "! ")
    elif proof.size is None:
        yield from folded("not yet signed: no checkpoint covers this record", "- ")
    else:
        yield from _titled("root", f"{proof.root.hex()}, of {proof.size} records")
        yield from folded("inclusion verified: the leaf is in the tree of this signed root", "- ")
        seen = ", ".join(proof.cosigned_by)
        yield from folded(
            f"cosigned by {seen} (keys not verified here)" if seen else "cosigned by nobody", "- "
        )


def _later(shown: "Shown") -> Iterator[str]:
    if shown.taken_back_by is not None:
        yield from folded(f"taken back by record {shown.taken_back_by}", "x ")
    if shown.erased_by is not None:
        yield from folded(f"erased by {_in_short(shown.erased_by)}", "x ")
    looks = [one for one in shown.later if one.place.event == "read"]
    untold = looks[: max(len(looks) - _LOOKS, 0)]
    if untold:
        yield from folded(f"{several(len(untold), 'earlier look')}, which `audit list --about` tells", "- ")
    for one in shown.later:
        if one not in untold:
            yield from folded(_in_short(one.place) + _said(one), "- ")


def _said(one: "Later") -> str:
    """What a feedback says of the suggestion."""
    said = [
        str(one.details[name]) for name in ("action", "option", "code", "display") if one.details.get(name)
    ]
    return f": {', '.join(said)}" if said else ""


def _in_short(one: "ListedRecord") -> str:
    return f"record {one.index}: {one.event} at {one.recorded_at} by {one.client}"


def _sent(stored: "StoredInput") -> Iterator[str]:
    """The bytes as they were sent, each line made harmless, none folded."""
    request = stored.request
    for number, content in enumerate((*request.resources, *filter(None, [request.bundle]))):
        yield ""
        yield f"   Sent ({number})"
        yield from (_harmless(line) for line in content.decode(errors="replace").splitlines())


def _harmless(line: str) -> str:
    """The line with its indent; what is not printable is shown as U+FFFD."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in line)
