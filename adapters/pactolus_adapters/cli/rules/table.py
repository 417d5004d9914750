"""`pactolus rules table`: the rules as decision tables that a clinician can read."""

import shutil
from pathlib import Path

import click

from pactolus_adapters.cli.rules.pack_argument import pack_argument, pack_folder

__all__ = ["table"]

_EFFECTS = ("conflict", "hold", "exclude", "offer", "block", "conclude", "caveat")
_LEAST_WIDTH = 100


@click.command(short_help="The rules as decision tables.")
@pack_argument
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "markdown", "html"]),
    default="terminal",
    show_default=True,
    help="How the tables are written.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write into FILE instead of to standard output.",
)
@click.option("--rule", "only_rules", multiple=True, metavar="ID", help="This rule alone; may be repeated.")
@click.option(
    "--effect",
    "effects",
    multiple=True,
    type=click.Choice(_EFFECTS),
    help="Rules of this effect alone; may be repeated.",
)
def table(
    pack: str,
    rules: Path | None,
    form: str,
    output: Path | None,
    only_rules: tuple[str, ...],
    effects: tuple[str, ...],
) -> None:
    """Show the rules of PACK as decision tables, grouped in the order in which they decide.

    A row is one way in which a rule comes true: all its cells hold together. A column is a fact; `-` means that
    the rule does not look at it. Definitions are put in, parameters stand with their values.

    \b
    Examples:
      pactolus rules table midas-consolidation --effect exclude
      pactolus rules table midas-consolidation --format html --output midas.html

    Exit codes: 0 shown; 2 usage; 4 the pack is refused.
    """
    from pactolus_adapters.authoring.draft import open_draft
    from pactolus_adapters.cli.rules.render_table import render_markdown, render_terminal
    from pactolus_adapters.cli.rules.render_table_html import render_html
    from pactolus_engine.pack.model import Effect
    from pactolus_engine.tables import table_of

    compiled = open_draft(pack_folder(pack, rules)).compiled
    known = {*compiled.conditions, *compiled.pack.rules_off}
    for rule in only_rules:
        if rule not in known:
            raise click.BadParameter(f"no acting rule `{rule}` in the pack", param_hint="--rule")
    shown = table_of(compiled, only_rules, [Effect(one) for one in effects])
    if form == "html":
        text = render_html(shown)
    elif form == "markdown":
        text = render_markdown(shown)
    else:
        width = max(_LEAST_WIDTH, shutil.get_terminal_size((_LEAST_WIDTH, 0)).columns)
        text = render_terminal(shown, width)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
