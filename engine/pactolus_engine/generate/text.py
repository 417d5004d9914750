"""Cases as text: facts in short form, and the whole file with what the pack says now."""

import json
import re
from collections.abc import Iterable
from collections.abc import Mapping as NameMap
from datetime import UTC, datetime

from pactolus_engine.decision import Decision, Outcome
from pactolus_engine.pack.yaml_source import Mapping, Node, Scalar, Sequence

__all__ = ["MARK", "case_text", "expectation", "flow"]

MARK = "# generated: review the expectation, it is what the pack says, not what is right"
"""The first line of a generated case. A reviewer deletes it."""

_PLAIN = re.compile(r"[A-Za-z0-9.+-][A-Za-z0-9.+_-]*")


def flow(node: Node) -> str:
    """A node on one line, as YAML."""
    match node:
        case Scalar(text, plain):
            return text if plain and _PLAIN.fullmatch(text) else json.dumps(text)
        case Sequence(items):
            return f"[{', '.join(map(flow, items))}]"
        case Mapping(entries):
            return f"{{{', '.join(f'{key}: {flow(entry.value)}' for key, entry in entries.items())}}}"


def case_text(
    title: str,
    remarks: Iterable[str],
    at: datetime,
    overlay: str,
    stated: NameMap[str, Node],
    expect: NameMap[str, str],
) -> str:
    """A case file. `expect`: key → what stands behind it."""
    lines = [MARK, *(f"# {remark}" for remark in remarks), f"name: {json.dumps(title)}"]
    lines.append(f"at: {_instant(at)}")
    if overlay:
        lines.append(f"overlay: {overlay.removeprefix('cases/')}")
    lines += ["facts:", *(f"  {name}: {flow(node)}" for name, node in stated.items())]
    lines += ["expect:", *(f"  {key}: {text}" for key, text in expect.items())]
    return "\n".join(lines) + "\n"


def expectation(decision: Decision, rules: Iterable[str], *, has_options: bool) -> dict[str, str]:
    """What came out, as an expectation; of the rules that the case is about, whether they fired."""
    told = {"outcome": decision.outcome.value}
    if has_options:
        told["options"] = _listed(sorted(option.id for option in decision.options))
    if decision.outcome is Outcome.NEED_DATA:
        told["missing"] = _listed(missing.fact for missing in decision.missing)
    if decision.conclusions:
        pairs = (f"{one.id}: {one.value}" for one in decision.conclusions)
        told["conclusions"] = f"{{{', '.join(pairs)}}}"
    truths = {one.rule: one.truth for one in decision.trace.rules}
    asked = sorted(rule for rule in rules if rule in truths)
    for key, fired in (("fired", True), ("not-fired", False)):
        names = [rule for rule in asked if (truths[rule] == "true") is fired]
        if names:
            told[key] = _listed(names)
    return told


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(names)}]"


def _instant(at: datetime) -> str:
    """RFC 3339 in UTC, with milliseconds where there are any."""
    written = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return written.replace(".000Z", "Z")
