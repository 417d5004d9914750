"""`pactolus rules check`: the linter of rule packs."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.instant import Instant
from pactolus_adapters.cli.rules.pack_argument import chosen_folders, packs_argument

if TYPE_CHECKING:
    from pactolus_adapters.cli.rules.render_findings import CheckedFolder

__all__ = ["check"]


@click.command(short_help="Lint packs.")
@packs_argument
@click.option("--at", "at", type=Instant(), help="Look at review dates from this instant, RFC 3339 [now].")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "sarif"]), default="text", help="Output [text]."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def check(packs: tuple[str, ...], rules: Path | None, at: datetime | None, form: str, as_json: bool) -> None:
    """Look for what may give a wrong answer, mislead a reader or fail later.

    Without PACK: every pack below the rules folder. Every finding has a stable code with a page in docs/checks, a
    severity by consequence (error, warning, info), a place and advice. A finding that is to stay is waived in the
    pack's `waivers.yaml`, one thing at a time, with a reason.

    \b
    Examples:
      pactolus rules check
      pactolus rules check rules/midas-consolidation --at 2027-07-01T00:00:00Z
      pactolus rules check --format sarif > findings.sarif

    Exit codes: 0 nothing found; 1 something found; 2 usage; 4 a pack is refused by the loader (code C001).
    """
    from pactolus_adapters.authoring.check_folder import check_folder
    from pactolus_adapters.cli.rules.render_findings import CheckedFolder
    from pactolus_adapters.clock import system_clock

    instant = at or system_clock()
    folders = chosen_folders(packs, rules)
    checked = [CheckedFolder(folder, *check_folder(folder, instant)) for folder in folders]
    click.echo(_told(checked, "json" if as_json else form))
    sys.exit(_exit(checked))


def _told(checked: "list[CheckedFolder]", form: str) -> str:
    from pactolus_adapters.cli.rules.render_findings import findings_json, findings_text
    from pactolus_adapters.cli.rules.sarif import sarif_log

    if form == "text":
        return "\n".join(findings_text(checked))
    return json.dumps(findings_json(checked) if form == "json" else sarif_log(checked), indent=2)


def _exit(checked: "list[CheckedFolder]") -> Exit:
    if any(one.is_refused for one in checked):
        return Exit.PACK_INVALID
    return Exit.FOUND if any(one.checked.findings for one in checked) else Exit.OUTCOME
