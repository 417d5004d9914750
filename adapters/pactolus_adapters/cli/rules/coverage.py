"""`pactolus rules coverage`: what the cases of a pack do not show of it."""

import json
import sys
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder
from pactolus_adapters.cli.rules.places import opened, place_text
from pactolus_adapters.cli.rules.progress import counted
from pactolus_adapters.cli.terminal import several

if TYPE_CHECKING:
    from pactolus_adapters.authoring.draft import Draft
    from pactolus_engine.coverage import Coverage, Goal, Item, Share

__all__ = ["coverage"]


def _percent(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        percent = Decimal(value)
    except InvalidOperation:
        percent = Decimal(-1)
    if not 0 <= percent <= 100:
        raise click.BadParameter("expected a number from 0 to 100")
    return percent


@click.command(short_help="Tell what the cases of a pack do not show.")
@pack_argument
@click.option("--require", metavar="PERCENT", callback=_percent, help="Exit 1 when a kind is below.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document, with what was seen and where.")
def coverage(pack: str, rules: Path | None, require: Decimal | None, as_json: bool) -> None:
    """Tell what the cases of PACK do not show of it: gaps, with the place of the rule, and percentages.

    Looked at are each rule and each condition in it, true, false and unknown, and each threshold, with a value
    surely below, at and surely above. What no patient can show is left out. docs/authoring/coverage.md says exactly
    what counts.

    \b
    Example:
      pactolus rules coverage midas-consolidation --require 95

    Exit codes: 0 told, and each kind is as high as required; 1 one is below; 2 usage; 4 the pack is refused.
    """
    from pactolus_adapters.authoring.cover import counted_cases, new_tally
    from pactolus_adapters.authoring.draft import open_draft

    folder = pack_folder(pack, rules)
    draft = open_draft(folder)
    tally = new_tally(draft)
    cases = sum(1 for _ in counted(counted_cases(draft, tally), len(draft.cases()), draft.pack.id))
    found = tally.coverage()
    if as_json:
        click.echo(json.dumps(_data(found, draft, folder, cases), indent=2))
    else:
        click.echo("\n".join(_lines(found, draft, folder, cases)))
    sys.exit(Exit.FOUND if require is not None and _is_below(found, require) else Exit.OUTCOME)


def _shares(found: "Coverage") -> "dict[str, Share]":
    from pactolus_engine.coverage import Kind

    return {**{f"{kind.value}s": found.share(kind) for kind in Kind}, "all": found.share()}


def _is_below(found: "Coverage", require: Decimal) -> bool:
    return any(share.seen * 100 < require * share.asked for share in _shares(found).values())


def _written(share: "Share") -> str:
    whole, rest = divmod(share.permille, 10)
    return f"{whole}.{rest}"


def _lines(found: "Coverage", draft: "Draft", folder: Path, cases: int) -> Iterator[str]:
    rows = [(place_text(folder, item.place), item.kind.value, item.text, _never(item)) for item in found.gaps]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    for place, kind, text, lacking in rows:
        yield f"{place.ljust(widths[0])}  {kind.ljust(widths[1])}  {lacking}: {text}"
    if rows:
        yield ""
    yield f"{draft.pack.id} {draft.pack.version}: looked at with {several(cases, 'case')}"
    for name, share in _shares(found).items():
        yield f"  {name.ljust(10)}  {_written(share).rjust(5)} %  {share.seen} of {share.asked}"
    left_out = [goal for item in found.items for goal in item.goals if not goal.counts]
    waived = sum(bool(goal.waived) for goal in left_out)
    yield f"  left out: {len(left_out) - waived} that no patient can show, {waived} waived"


def _never(item: "Item") -> str:
    return "never " + ", ".join(goal.sight for goal in item.lacking)


def _data(found: "Coverage", draft: "Draft", folder: Path, cases: int) -> dict[str, Any]:
    return {
        "pack": draft.pack.id,
        "version": draft.pack.version,
        "cases": cases,
        "shares": {
            name: {"seen": share.seen, "asked": share.asked, "percent": _written(share)}
            for name, share in _shares(found).items()
        },
        "items": [
            {
                "kind": item.kind.value,
                "rule": item.rule,
                "file": opened(folder, item.place.file),
                "line": item.place.line,
                "text": item.text,
                "goals": [_goal(goal) for goal in item.goals],
            }
            for item in found.items
        ],
    }


def _goal(goal: "Goal") -> dict[str, Any]:
    told = {"sight": goal.sight, "code": goal.code, "lacking": goal.is_lacking}
    more = {"seenIn": goal.seen_in, "impossible": goal.impossible, "waived": goal.waived}
    return told | {key: text for key, text in more.items() if text}
