"""`pactolus rules export PACK`: the pack as FHIR R4 knowledge artifacts."""

import json
from pathlib import Path

import click

from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder

__all__ = ["export"]


@click.command(short_help="Write the pack as FHIR R4 PlanDefinition, Library, ActivityDefinitions.")
@pack_argument
@click.option(
    "--into", type=click.Path(path_type=Path), metavar="DIR", help="One file per artifact, in a new folder."
)
@click.option(
    "--bundle", type=click.Path(path_type=Path), metavar="FILE", help="One Bundle of all artifacts."
)
@click.option("--json", "as_json", is_flag=True, help="Tell what was written as one line of JSON.")
def export(pack: str, rules: Path | None, into: Path | None, bundle: Path | None, as_json: bool) -> None:
    """Write PACK as FHIR R4: a PlanDefinition with an action per option and rule, the Library with all files of
    the pack and its 13 source attributes (HTI-1), an ActivityDefinition per request of an option.

    The PlanDefinition has the address that CarePlans of the pack name in instantiatesCanonical; the base is
    that of the setting PACTOLUS_CODE_SYSTEMS. Conditions stay in the rule language and are marked as such.

    \b
    Example:
      pactolus rules export midas-consolidation --into exported
      pactolus rules export midas-consolidation --bundle midas.json

    Exit codes: 0 written; 2 usage, or it cannot be written there; 4 the pack is refused.
    """
    if (into is None) == (bundle is None):
        raise click.UsageError("say where: either --into DIR or --bundle FILE")
    from pactolus_adapters.authoring.export import export_bundle, export_into
    from pactolus_adapters.settings import settings_from

    base = settings_from(rules=rules).code_systems
    folder = pack_folder(pack, rules)
    if into is not None:
        written = export_into(folder, into, local_base=base)
    else:
        assert bundle is not None
        written = export_bundle(folder, bundle, local_base=base)
    if as_json:
        told = {
            "pack": written.pack,
            "version": written.version,
            "artifacts": written.artifacts,
            "written": [str(path) for path in written.written],
        }
        click.echo(json.dumps(told))
        return
    for artifact in written.artifacts:
        click.echo(artifact)
    where = into if into is not None else bundle
    click.echo(f"{written.pack} {written.version}: {len(written.artifacts)} artifacts in {where}", err=True)
