"""`pactolus rules test`: the cases of packs, through both engines."""

import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pactolus_adapters.cli.exits import Exit, exit_of
from pactolus_adapters.cli.rules.pack_argument import chosen_folders, packs_argument
from pactolus_adapters.cli.rules.progress import counted
from pactolus_engine.errors import PactolusError

if TYPE_CHECKING:
    from pactolus_adapters.authoring.draft import Draft
    from pactolus_adapters.authoring.judge_cases import JudgedCase

__all__ = ["test"]

_Suite = tuple["Draft", Path, "list[JudgedCase]"]


@click.command(short_help="Run the cases of packs.")
@packs_argument
@click.option(
    "--case", "patterns", multiple=True, metavar="NAME", help="Only cases whose file is named so; * and ?."
)
@click.option("--var-values", "with_values", is_flag=True, help="On failure, every condition and value.")
@click.option("--junit", type=click.Path(dir_okay=False, path_type=Path), help="Write JUnit XML to a file.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def test(
    packs: tuple[str, ...],
    rules: Path | None,
    patterns: tuple[str, ...],
    with_values: bool,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Run every case of each PACK through both engines and tell those that come out otherwise.

    Without PACK: every pack below the rules folder. A failing case is told with its story, its place, what was
    expected, what came out and the rules that decided. A case in which the engines disagree, or that crashes, is a
    failure with its own word.

    \b
    Examples:
      pactolus rules test
      pactolus rules test midas-consolidation --case 't33-*' --var-values

    Exit codes: 0 every case passed; 1 one did not, or there is no case; 2 no case of that name; 4 a pack is refused.
    """
    from pactolus_adapters.authoring.draft import open_draft

    suites: list[_Suite] = []
    worst = Exit.OUTCOME
    for folder in chosen_folders(packs, rules):
        try:
            draft = open_draft(folder)
        except PactolusError as error:
            click.echo(f"error: {error}", err=True)
            worst = max(worst, exit_of(error))
            continue
        suites.append((draft, folder, _judged(draft, patterns)))
    judged = [one for _, _, cases in suites for one in cases]
    if patterns and not judged and suites:
        raise click.BadParameter("no case of that name", param_hint="--case")
    if junit is not None:
        from pactolus_adapters.cli.rules.junit import write_junit

        write_junit(junit, ((draft.pack.id, folder, cases) for draft, folder, cases in suites))
    _tell(suites, with_values=with_values, as_json=as_json)
    found = not judged or not all(one.passed for one in judged)
    sys.exit(max(worst, Exit.FOUND if found else Exit.OUTCOME))


def _judged(draft: "Draft", patterns: tuple[str, ...]) -> "list[JudgedCase]":
    from pactolus_adapters import wiring
    from pactolus_adapters.authoring.judge_cases import chosen, judge

    cases = chosen(draft.cases(), patterns)
    with wiring.open_matcher() if cases else nullcontext() as matcher:
        return list(counted(judge(cases, draft, matcher), len(cases), draft.pack.id)) if matcher else []


def _tell(suites: list[_Suite], *, with_values: bool, as_json: bool) -> None:
    from pactolus_adapters.cli.rules.render_cases import case_data, failure_lines, summary

    if as_json:
        packs: list[dict[str, Any]] = [
            {
                "pack": draft.pack.id,
                "version": draft.pack.version,
                "cases": [case_data(one, draft, folder, with_values=with_values) for one in cases],
            }
            for draft, folder, cases in suites
        ]
        passed = sum(one.passed for _, _, cases in suites for one in cases)
        total = sum(len(cases) for _, _, cases in suites)
        click.echo(json.dumps({"packs": packs, "passed": passed, "failed": total - passed}, indent=2))
        return
    for draft, folder, cases in suites:
        for one in cases:
            if not one.passed:
                click.echo("\n".join([*failure_lines(one, draft, folder, with_values=with_values), ""]))
        click.echo(f"{draft.pack.id} {draft.pack.version}: {summary(cases)}")
