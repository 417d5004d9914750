"""`pactolus audit prove`: the file that proves to a stranger that a record stands in the log."""

from pathlib import Path

import click

from pactolus_adapters.cli.audit.files import content_of, write_new
from pactolus_adapters.cli.options import data_option

__all__ = ["prove"]

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command(short_help="Write the proof that a record stands in the log.")
@click.argument("index", type=click.IntRange(min=0))
@click.option(
    "--out", metavar="FILE", type=_FILE, help="Where the proof goes, new: say 7.tlog-proof [printed]."
)
@click.option("--leaf", metavar="FILE", type=_FILE, help="Write the record's public part there too; new.")
@click.option(
    "--checkpoint",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Prove against this checkpoint of the log [the latest].",
)
@data_option
def prove(
    index: int,
    out: Path | None,
    leaf: Path | None,
    checkpoint: Path | None,
    data: Path | None,
    database: str | None,
) -> None:
    """Write the proof that the record INDEX stands in the log, as a C2SP tlog-proof file.

    It proves, to whoever has the log's public key from somebody they trust, that this public part of a record was in
    the log when the checkpoint was signed. It shows no patient data, and not that the answer was right.

    \b
    Examples:
      pactolus audit prove 7 --out 7.tlog-proof --leaf 7.leaf
      pactolus audit check-proof 7.tlog-proof --leaf 7.leaf --key "$(pactolus audit verifier-key)"

    Exit codes: 0 it is proved; 2 usage, or no checkpoint is over it yet; 3 there is no such record; 5 the store
    cannot be read.
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.trail.prove import prove as proved

    note = content_of(checkpoint) if checkpoint else b""
    with wiring.open_trail(settings_from(data=data, database=database)) as trail:
        proof = proved(trail, index, note=note)
    if leaf is not None:
        write_new(leaf, proof.leaf)
    if out is None:
        click.echo(proof.file(), nl=False)
        return
    write_new(out, proof.file())
    click.echo(f"proved: record {index}, in a log of {proof.size} records; {out}")
