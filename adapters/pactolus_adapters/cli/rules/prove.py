"""`pactolus rules prove`: what holds of every patient, and a patient wherever something does not."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder
from pactolus_adapters.cli.rules.progress import busy

if TYPE_CHECKING:
    from pactolus_engine.proof.finding import Report

__all__ = ["prove"]


@click.command(short_help="Prove a pack over all patients, unknown included.")
@pack_argument
@click.option(
    "--witness",
    "witness",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a FHIR Bundle for each finding into DIR.",
)
@click.option(
    "--effort",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="A multiple of the steps that the solver may take for one question.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def prove(pack: str, rules: Path | None, witness: Path | None, effort: int, as_json: bool) -> None:
    """Ask what holds of every patient that PACK could meet, known or partly unknown, and prove it.

    Looked for: patients in scope without an answer, findings that contradict each other, rules that never come true,
    never count, say what another one says or change no answer, options that nobody is offered or that are offered
    while a rule against them cannot be told, and whatever `properties.yaml` claims. A finding comes with a patient,
    whom the evaluation itself was seen to answer so.

    \b
    Examples:
      pactolus rules prove midas-consolidation
      pactolus rules prove midas-consolidation --witness witnesses

    Exit codes: 0 all is proved, or what is not is accepted in the pack with a reason; 1 something was found; 2 usage,
    or the solver is not installed; 4 the pack is refused; 7 nothing was found, and something not decided within the
    bound.
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.authoring.draft import open_draft
    from pactolus_adapters.authoring.prove import prove_draft, require_solver, witnesses_of, write_witnesses
    from pactolus_adapters.authoring.witness_folder import made_folder

    require_solver()
    from pactolus_adapters.cli.rules.render_proof import proof_data, proof_text

    folder = pack_folder(pack, rules)
    draft = open_draft(folder)
    if witness is not None:
        made_folder(witness)
    with wiring.open_matcher() as matcher, busy("proving") as now:
        report = prove_draft(draft, matcher, effort=effort, progress=lambda one: now(f"asking about {one}"))
    witnesses = {finding: list(witnesses_of(draft.pack, finding)) for finding in report.findings}
    if witness is not None:
        write_witnesses([one for each in witnesses.values() for one in each], witness)
    if as_json:
        data = proof_data(draft.pack, folder, report, witnesses, witness)
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(proof_text(draft.pack, folder, report, witnesses, witness)))
    sys.exit(_exit(report))


def _exit(report: "Report") -> Exit:
    if report.open_findings:
        return Exit.FOUND
    return Exit.UNDECIDED if report.undecided else Exit.OUTCOME
