"""`pactolus replay`: recorded decisions evaluated again, as recorded or under another pack."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from pactolus_adapters.cli.audit.operator import operator
from pactolus_adapters.cli.instant import Instant
from pactolus_adapters.cli.options import house_options, overlays_option, releases_options
from pactolus_adapters.cli.replay.asked import check_of_a_source, folders_of_packs
from pactolus_adapters.cli.replay.exit_of import exit_of_summary
from pactolus_adapters.cli.replay.progress import replay_bar
from pactolus_adapters.cli.replay.render_summary import render_summary
from pactolus_adapters.replay.installed import check_installed

if TYPE_CHECKING:
    from datetime import datetime

    from pactolus_adapters.replay.run import Finished, How
    from pactolus_adapters.settings import Settings
    from pactolus_adapters.wiring.replay import Wanted

__all__ = ["replay"]

RUNNERS = ("pool", "inline", "spark")

_SIGNALLED: Final = 128
"""What a shell adds to the number of a signal that ended a command."""


@click.command(short_help="Evaluate recorded decisions again, and explain every difference.")
@click.argument("source", required=False, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--key",
    default="",
    metavar="VKEY",
    help="Public key of the log that an export is of, from whom you trust [its own].",
)
@click.option(
    "--pack",
    default="",
    metavar="ID[@VERSION]",
    help="Evaluate under this pack [each record under the pack that decided it].",
)
@click.option(
    "--of", default="", metavar="ID", help="Only records that this pack decided [the id of --pack, or all]."
)
@click.option(
    "--packs",
    multiple=True,
    callback=folders_of_packs,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of further packs, a candidate or those that decided once; may be repeated, the first that has one wins.",
)
@click.option("--from", "first", type=click.IntRange(min=0), default=0, help="First record [0].")
@click.option(
    "--to",
    "end",
    type=click.IntRange(min=0),
    default=0,
    help="The record after the last [the end of the log].",
)
@click.option("--at", type=Instant(), help="Evaluation instant for what was never evaluated [now].")
@click.option("--runner", type=click.Choice(RUNNERS), default=RUNNERS[0], help="Where it runs [pool].")
@click.option(
    "--workers", type=click.IntRange(min=0), default=0, help="Workers at once [one for each processor]."
)
@click.option(
    "--spark-master", default="", metavar="URL", help="Master of --runner spark [threads of this machine]."
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the report: new, or one of a replay to go on with [below --data].",
)
@click.option("--reason", default="", help="Why it is made; recorded, and must not name a patient.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON.")
@house_options
@overlays_option
@releases_options
def replay(
    source: Path | None,
    key: str,
    pack: str,
    of: str,
    packs: tuple[Path, ...],
    first: int,
    end: int,
    at: "datetime | None",
    runner: str,
    workers: int,
    spark_master: str,
    report: Path | None,
    reason: str,
    as_json: bool,
    data: Path | None,
    database: str | None,
    rules: Path | None,
    overlays: Path | None,
    releases: Path | None,
    trust: tuple[Path, ...],
) -> None:
    """Evaluate recorded decisions again from their stored requests, at their recorded instants.

    SOURCE is a Parquet export of an audit log, or what was never evaluated: a folder of FHIR Bulk Data NDJSON, or
    of Bundles; without it the audit log itself is read, a snapshot. A log in SQLite that a server holds is
    replayed by that server (`AuditService.StartReplay`).

    Without --pack each record goes through the pack that decided it, and must come out byte for byte. With
    --pack the answers are compared: which outcomes, options and texts would have been others, by which rule, and why.
    That it is made, and the root of its report, are recorded in the audit log. A run that was ended goes on
    when the same command is given with the same --report.

    \b
    Examples:
      pactolus replay
      pactolus replay --pack midas-consolidation@1.1.0 --packs ./candidate --report impact --reason "threshold"
      pactolus replay records.parquet --runner spark --spark-master 'local[4]'
      pactolus replay cohort/post-induction --at 2026-03-01T09:00:00Z --json

    Exit codes: 0 all is identical; 1 something could not be compared; 2 usage; 3 invalid input; 4 pack refused;
    5 the audit store is unavailable; 10 there are differences; 130 and 143: ended by Ctrl-C or SIGTERM, to be gone on with.
    """
    check_of_a_source(source, key=bool(key), at=at is not None)
    check_installed()
    from pactolus_adapters.settings import settings_from
    from pactolus_adapters.wiring import replay as wiring

    settings = settings_from(
        data=data, database=database, rules=rules, overlays=overlays, releases=releases, trust=trust or None
    )
    wanted = wiring.Wanted(source, key, pack, of, packs, first, end, at, reason=reason)
    how = wiring.how(runner, workers, spark_master)
    folder = report or wiring.new_folder(settings)
    finished = _replayed(settings, wanted, how, folder)
    click.echo(_text(finished, folder, as_json=as_json))
    sys.exit(exit_of_summary(finished.summary))


def _replayed(settings: "Settings", wanted: "Wanted", how: "How", folder: Path) -> "Finished":
    """Begins the replay or goes on with it, to its end."""
    from pactolus_adapters.replay import run
    from pactolus_adapters.replay.folder import ReplayFolder
    from pactolus_adapters.wiring import replay as wiring

    record = wiring.recorder(settings, wanted, operator())
    with wiring.prepared(settings, wanted, folder) as prepared, ReplayFolder(folder).held():
        order = prepared.order
        for note in prepared.notes:
            click.echo(f"note: {note}", err=True)
        state = run.begin(order, record)
        records = order.spec.end - order.spec.first
        with _resumable(folder, is_done=state.finished is not None):
            with replay_bar(run.records_done(order), records) as tell:
                ran = run.run_parts(order, how, prepared.open_worker, tell)
            return run.finish(order, state, ran, record)


def _text(finished: "Finished", folder: Path, *, as_json: bool) -> str:
    if as_json:
        from pactolus_adapters.replay.report.summary import written_summary

        return written_summary(finished.summary).rstrip("\n")
    return f"{render_summary(finished.summary, folder)}\nrecorded record {finished.recorded}"


@contextmanager
def _resumable(folder: Path, *, is_done: bool) -> Iterator[None]:
    """Says how to go on when the work is ended early, also by who asks the process to end; those have exit codes as
    shells give them. `is_done`: an earlier run came to the end, so that nothing is left to go on with.

    Raises `ReplayFolderUnfit` where a disk takes no more.
    """
    from pactolus_adapters.replay.folder import not_written

    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    except BaseException as ended:
        if not is_done:
            click.echo(
                f"the replay is not done; the same command with --report {folder} goes on with it", err=True
            )
        if isinstance(ended, KeyboardInterrupt):
            sys.exit(_SIGNALLED + signal.SIGINT)
        if isinstance(ended, OSError):
            raise not_written(folder, ended) from ended
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, _frame: object) -> None:
    """Ends the process in order, so that what it opened and started is closed and ended."""
    sys.exit(_SIGNALLED + number)
