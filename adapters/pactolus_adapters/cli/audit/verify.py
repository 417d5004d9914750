"""`pactolus audit verify`: whether anything in the audit store was altered, and where first."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pactolus_adapters.cli.audit.files import content_of
from pactolus_adapters.cli.audit.keys_option import key_option, verifiers_of
from pactolus_adapters.cli.audit.progress import slow_bar
from pactolus_adapters.cli.exits import Exit
from pactolus_adapters.cli.options import data_option
from pactolus_adapters.cli.terminal import clean, several

if TYPE_CHECKING:
    from pactolus_adapters.trail.findings import Verification

__all__ = ["verify"]

_RANGES_SHOWN = 20


@click.command(short_help="Verify the log: what was altered, and where first.")
@click.option(
    "--since",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A checkpoint that was kept: the log must have grown from it.",
)
@click.option("--payloads", is_flag=True, help="Open and compare every encrypted payload too.")
@key_option("Public key whose signatures count, in place of the one in the store; also of a witness.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
@data_option
def verify(
    since: Path | None,
    payloads: bool,
    key: tuple[str, ...],
    as_json: bool,
    data: Path | None,
    database: str | None,
) -> None:
    """Verify the whole log anew, record by record, and name the first record that is wrong.

    The store is only read, beside a running service too. Without --payloads, what only the encrypted part
    would show (outcome, rules, request id in the index) is not looked at. Somebody who holds every
    key of the store can rewrite all of it; only --since with a checkpoint kept elsewhere shows that.

    \b
    Examples:
      pactolus audit verify --payloads
      pactolus audit verify --since checkpoint-of-last-year.txt --key "$(cat log.vkey)"

    Exit codes: 0 nothing is wrong; 1 something is; 2 usage; 5 the store cannot be read.
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.trail.verify import verify as verified

    kept = content_of(since) if since else b""
    with (
        wiring.open_trail(settings_from(data=data, database=database)) as trail,
        slow_bar("verifying") as progress,
    ):
        found = verified(trail, since=kept, verifiers=verifiers_of(key), payloads=payloads, progress=progress)
    click.echo(_document(found) if as_json else "\n".join(_lines(found)))
    sys.exit(Exit.OUTCOME if found.is_whole else Exit.FOUND)


def _document(found: "Verification") -> str:
    return json.dumps(
        {
            "isWhole": found.is_whole,
            "findings": [{"index": one.index, "text": one.text} for one in found.findings],
            "records": found.records,
            "erased": found.erased,
            "pruned": found.pruned,
            "keyLost": [index for lost in found.key_lost for index in lost],
            "signed": found.signed,
            "checkpoint": found.checkpoint.decode(),
            "payloadsOpened": found.payloads,
        }
    )


def _lines(found: "Verification") -> Iterator[str]:
    records = several(found.records, "record")
    if found.is_whole:
        yield f"whole: {records}, nothing is wrong"
    else:
        yield f"NOT WHOLE: first bad record {found.findings[0].index} of {records}"
        yield from (f"  {one.index}: {clean(one.text)}" for one in found.findings)
    yield f"signed: the first {several(found.signed, 'record')}, by the checkpoint that they agree with"
    if found.records > found.signed:
        what = "not yet signed" if found.is_whole else "under no checkpoint that they agree with"
        yield f"{what}: {several(found.records - found.signed, 'record')}"
    if found.erased or found.pruned:
        yield f"erased: {found.erased}, pruned: {found.pruned}; a record of the log says so, their proofs stand"
    if found.key_lost:
        yield f"key lost: {several(found.records_lost, 'record')} cannot be read, their proofs stand: {_ranges(found)}"
    yield (
        "payloads: every one that is left was opened"
        if found.payloads
        else "payloads: not opened (--payloads)"
    )


def _ranges(found: "Verification") -> str:
    told = [
        str(lost.start) if len(lost) == 1 else f"{lost.start}-{lost.stop - 1}"
        for lost in found.key_lost[:_RANGES_SHOWN]
    ]
    return ", ".join(told) + (", ... (--json tells all)" if len(found.key_lost) > _RANGES_SHOWN else "")
