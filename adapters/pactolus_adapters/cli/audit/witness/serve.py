"""`pactolus audit witness serve`: the witness as a process of its own."""

from pathlib import Path

import click

from pactolus_adapters.cli.terminal import clean

__all__ = ["serve"]


@click.command(short_help="Cosign checkpoints of logs, over HTTP.")
@click.option(
    "--state", required=True, type=click.Path(path_type=Path), help="Folder of what was seen; made."
)
@click.option(
    "--key", required=True, type=click.Path(path_type=Path), help="Private key file of the witness."
)
@click.option("--name", required=True, help="Name of the witness, as it was given to keygen.")
@click.option("--log", "logs", required=True, multiple=True, metavar="VKEY", help="Public key of a log.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8650, show_default=True, type=click.IntRange(0, 65535), help="0: any free one."
)
@click.option("--plaintext", is_flag=True, help="Listen on an address that others reach, without TLS.")
def serve(
    state: Path, key: Path, name: str, logs: tuple[str, ...], host: str, port: int, plaintext: bool
) -> None:
    """Cosign checkpoints as C2SP tlog-witness says: `POST /add-checkpoint`.

    It needs no audit store and no rules. Each log is named by its public key, `name+id+key`; one that has
    changed its key is named with both. The state folder must never be lost or put back from an older copy: a witness
    that forgets guards nothing. A line that begins `REFUSED` tells of a checkpoint that does not go on from what was
    cosigned before; it is kept in STATE/refused. SIGTERM and Ctrl-C stop it.

    \b
    Example:
      pactolus audit witness serve --state witness --key witness.pem --name witness.example/audit --log 'log.example+…'

    Exit codes: 0 stopped; 2 the key, a log's key, the state folder or the address cannot be used.
    """
    from pactolus_adapters.witness.run import WitnessPlace, check_host, serve_witness

    check_host(host, plaintext)

    def announce(verifier_key: str, bound: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"witness {verifier_key} listens on http://{shown}:{bound}; logs: {len(set(logs))}")

    serve_witness(
        WitnessPlace(name, key, state, logs, host, port),
        announce,
        lambda line: click.echo(clean(line), err=True),
    )
    click.echo("witness has stopped")
