"""`pactolus rules explain`: why a pack says what it says of a patient, why nothing else, and what would flip it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.instant import Instant
from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder
from pactolus_adapters.cli.rules.progress import busy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactolus_adapters.authoring.draft import Draft
    from pactolus_adapters.authoring.explain import Explained

__all__ = ["explain"]

_STEPS = 4_000


@click.command(short_help="Why, why not, and the nearest change that flips the answer.")
@pack_argument
@click.argument(
    "files", metavar="[FILE]...", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--case", "cases", multiple=True, metavar="NAME", help="A case of the pack instead of a file.")
@click.option("--at", "at", type=Instant(), help="Evaluation instant, RFC 3339 [now; of a case, its own].")
@click.option(
    "--steps",
    type=click.IntRange(min=1),
    default=_STEPS,
    show_default=True,
    help="Combinations of changes that are evaluated before the search gives up and says so.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document per line.")
def explain(
    pack: str,
    rules: Path | None,
    files: tuple[Path, ...],
    cases: tuple[str, ...],
    at: datetime | None,
    steps: int,
    as_json: bool,
) -> None:
    """Tell why PACK answers as it does for each FILE (FHIR R4 JSON, as `evaluate` takes it).

    Why: the rules that decided, with the parts that settled them, values and sources. Why not: what stood
    against every other outcome and option. Then every smallest set of facts whose change gives another
    answer, each evaluated: a what-if about the rules, never advice. Facts change only where the pack says
    so (`changes` in facts.yaml). Nothing is recorded.

    \b
    Examples:
      pactolus rules explain midas-consolidation examples/negative-ngs.json --at 2026-03-01T09:00:00Z
      pactolus rules explain midas-consolidation --case t05-blood

    Exit codes: 0 explained, whatever the answer; 2 usage; 3 a file is refused; 4 the pack is refused.
    """
    from pactolus_adapters.authoring.draft import open_draft
    from pactolus_adapters.authoring.explain import explained_json
    from pactolus_adapters.cli.rules.render_explain import render_explained

    if not files and not cases:
        raise click.UsageError("expected at least one FILE, or --case NAME")
    draft = open_draft(pack_folder(pack, rules))
    for place, explained in enumerate(_all(draft, files, cases, at, steps)):
        if as_json:
            click.echo(json.dumps(explained_json(explained)))
        else:
            click.echo(("\n" if place else "") + render_explained(explained), nl=False)


def _all(
    draft: "Draft", files: tuple[Path, ...], cases: tuple[str, ...], at: datetime | None, steps: int
) -> "Iterator[Explained]":
    from pactolus_adapters.authoring.explain import explain_case, explain_file, find_case, open_matcher

    found = {name: find_case(draft, name) for name in cases}
    for name, case in found.items():
        if case is None:
            raise click.BadParameter(f"no case `{name}` in the pack", param_hint="--case")
    with open_matcher() as matcher:
        for file in files:
            now = at or datetime.now(UTC).replace(microsecond=0)
            with busy(f"explaining {file}"):
                explained = explain_file(draft, str(file), file.read_bytes(), matcher, now, steps)
            yield explained
        for case in found.values():
            assert case is not None
            with busy(f"explaining {case.place.file}"):
                explained = explain_case(draft, case, matcher, at, steps)
            yield explained
