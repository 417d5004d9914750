"""`pactolus rules generate`: boundary and MC/DC cases, for review."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder
from pactolus_adapters.cli.rules.progress import counted
from pactolus_adapters.cli.terminal import folded

if TYPE_CHECKING:
    from pactolus_adapters.authoring.draft import Draft
    from pactolus_adapters.authoring.generate_cases import Written
    from pactolus_engine.generate.run import NotShown

__all__ = ["generate"]


@click.command(short_help="Write boundary and MC/DC cases for review.")
@pack_argument
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder to write to [the `cases` folder of the pack].",
)
@click.option("--all", "is_all", is_flag=True, help="Also what the cases of the pack show already.")
@click.option("--dry-run", is_flag=True, help="Tell what would be written, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def generate(
    pack: str, rules: Path | None, into: Path | None, is_all: bool, dry_run: bool, as_json: bool
) -> None:
    """Write the cases that PACK lacks: next to each threshold, and for each condition that decides a rule alone.

    Each case is a passing case of the pack with as few facts as possible stated otherwise, and expects what the pack
    says now: read each against the rule's text, correct it, rename it. A file that is there is never changed. What no
    patient can show is told with the reason. docs/authoring/generate.md says how neighbours and pairs are chosen.

    \b
    Example:
      pactolus rules generate midas-consolidation --into drafts

    Exit codes: 0 all that is lacking was written, or nothing is; 1 something could not be shown within the bound;
    2 usage; 4 the pack is refused; 6 the engines disagree about a case.
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.authoring.draft import open_draft
    from pactolus_adapters.authoring.generate_cases import Written, generated_cases, write_cases

    folder = pack_folder(pack, rules)
    draft = open_draft(folder)
    with wiring.open_matcher() as matcher:
        work = generated_cases(draft, matcher, is_all=is_all)
        found = list(counted(work, None, draft.pack.id))
    made = [one for one in found if isinstance(one, Written)]
    open_ends = [one for one in found if not isinstance(one, Written)]
    target = into or folder / "cases"
    files = [target / one.file for one in made] if dry_run else write_cases(made, target)
    if as_json:
        click.echo(json.dumps(_data(made, open_ends, list(files), target), indent=2))
    else:
        click.echo("\n".join(_lines(draft, made, open_ends, list(files), target, dry_run=dry_run)))
    sys.exit(Exit.FOUND if any(one.is_bound for one in open_ends) else Exit.OUTCOME)


def _lines(
    draft: "Draft",
    made: "list[Written]",
    open_ends: "list[NotShown]",
    files: list[Path],
    target: Path,
    *,
    dry_run: bool,
) -> Iterator[str]:
    for one in made:
        if target / one.file in files:
            yield f"{target / one.file}"
            yield from folded(one.title)
    if open_ends:
        yield "not shown, and why:"
    for end in open_ends:
        yield from folded(f"{end.title}: {end.why}", "- ")
    word = "would be written" if dry_run else "written"
    there = len(made) - len(files)
    if files and not dry_run:
        yield from folded(
            "Each expects what the pack says now: read it against the rule's text, correct it, rename it."
        )
    if files or open_ends:
        yield ""
    counts = f"{len(files)} {word}{f', {there} there already' if there else ''}, {len(open_ends)} not shown"
    yield f"{draft.pack.id} {draft.pack.version}: {counts}"


def _data(
    made: "list[Written]", open_ends: "list[NotShown]", files: list[Path], target: Path
) -> dict[str, Any]:
    return {
        "cases": [
            {"file": str(target / one.file), "shows": one.title, "isNew": target / one.file in files}
            for one in made
        ],
        "notShown": [
            {
                "rule": end.rule,
                "aim": end.title,
                "why": end.why,
                "isBound": end.is_bound,
            }
            for end in open_ends
        ],
    }
