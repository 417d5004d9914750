"""`pactolus rules new`: a pack to begin with."""

from pathlib import Path

import click

from pactolus_adapters.settings import settings_from

__all__ = ["new"]


@click.command(short_help="Begin a pack.")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder to put it in [PACTOLUS_RULES, ./rules].",
)
def new(name: str, into: Path | None) -> None:
    """Make a folder NAME with a pack that loads and whose cases pass, and comments that say what each line does.

    NAME is the id of the pack: lower-case words joined by hyphens. Each file names its JSON Schema in the first line, so
    that an editor with the YAML language server completes and checks it; the schemas lie in `.schema`, which is no part
    of the pack.

    \b
    Example:
      pactolus rules new mrd-after-induction
      pactolus rules test mrd-after-induction
      pactolus rules check mrd-after-induction     # names the placeholder to replace

    Exit codes: 0 made; 2 a bad id, or the folder is there already.
    """
    from pactolus_adapters.authoring.new_pack import NotCreated, new_pack
    from pactolus_adapters.clock import system_clock

    try:
        folder = new_pack(name, into or settings_from().rules, system_clock().date())
    except NotCreated as error:
        raise click.BadParameter(str(error), param_hint="NAME") from error
    click.echo(f"{folder} is a pack. Next:")
    for verb in ("test", "check"):
        click.echo(f"   pactolus rules {verb} {folder}")
