"""`pactolus serve`: the gRPC server."""

from pathlib import Path

import click

from pactolus_adapters.cli.options import house_options, overlays_option, releases_options
from pactolus_adapters.cli.terminal import clean
from pactolus_engine.pack.model import Pack

__all__ = ["serve"]


@click.command(short_help="Serve gRPC.")
@click.option("--host", help="Address to listen on [PACTOLUS_HOST, 127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0: any free one [PACTOLUS_PORT, 50051].")
@house_options
@overlays_option
@releases_options
def serve(
    host: str | None,
    port: int | None,
    data: Path | None,
    database: str | None,
    rules: Path | None,
    overlays: Path | None,
    releases: Path | None,
    trust: tuple[Path, ...],
) -> None:
    """Serve EvaluationService, RulePackService and AuditService over gRPC.

    Every pack in the rules folder is read and checked first, with the site's overlay of it: one that is
    refused stops the start, with every mistake at its file:line:column. With --releases the active published
    versions decide, and every signature is verified before the start. With PACTOLUS_WITNESSES checkpoints are
    sent to witnesses; a line that begins `ALARM` says that one refuses this log's history. With PACTOLUS_SHADOW a
    candidate pack is evaluated beside, in a process of its own that no answer waits for. SIGTERM and Ctrl-C finish
    what runs, then stop.
    """
    from pactolus_adapters import wiring
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.wiring.shadow import shadow_beside

    settings = settings_from(
        host=host,
        port=port,
        data=data,
        database=database,
        rules=rules,
        overlays=overlays,
        releases=releases,
        trust=trust or None,
    )
    settings.check_serving()

    def tell(line: str) -> None:
        click.echo(clean(line), err=True)

    with wiring.open_house(settings) as house, shadow_beside(house, tell) as shadow:

        def announce(bound: int) -> None:
            packs = ", ".join(_told(held.pack) for held in house.shelf.all())
            click.echo(f"pactolus serves on {settings.host}:{bound}; packs: {packs}; data: {settings.data}")

        with house.feeding(tell):
            house.serve(announce, shadow.begin, shadow.stop)
    click.echo("pactolus has stopped")


def _told(pack: Pack) -> str:
    overlay = f" with overlay ({pack.overlay.title})" if pack.overlay else ""
    return f"{pack.id} {pack.version}{overlay}"
