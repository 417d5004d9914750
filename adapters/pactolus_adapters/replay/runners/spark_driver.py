"""The driver of Spark, in a process of its own, where its environment, its Java machine and its chatter stay.

It sends None when Spark has started, or the error; then it takes jobs and answers each in the same way, until it
gets None.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any, Final

from pactolus_adapters.replay.ports import OpenWorker
from pactolus_adapters.replay.runners.carried import CarriedError, ReplayStopped, RunnerUnavailable
from pactolus_adapters.replay.runners.spark_task import do_partitions
from pactolus_adapters.replay.spec import Partition

__all__ = ["MOST_FAILURES", "SparkJob", "drive"]

MOST_FAILURES: Final = 8
"""So often may a task lose its executor before Spark gives up; what it had finished is not done again."""
_RECORDS_PER_TASK: Final = 250_000
"""Some 15 seconds of work, beside some 3 to open a worker; a task that is lost repeats at most one partition."""
_QUICK_START: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java only hands out references here: compiling it well takes longer than the work, on the cores that do the replay."""


@dataclass(frozen=True, slots=True)
class SparkJob:
    """What to run. `tasks`: at least so many; 0: as many as Spark runs at once."""

    open_worker: OpenWorker
    todo: tuple[Partition, ...]
    folder: Path
    tasks: int = 0


def drive(pipe: "Connection[Any, Any]", master: str) -> None:
    """Starts Spark and serves `pipe`; see above."""
    with tempfile.TemporaryFile() as chatter:
        for descriptor in (1, 2):
            os.dup2(chatter.fileno(), descriptor)
        try:
            with _context(master, chatter) as context:
                pipe.send(None)
                while (job := pipe.recv()) is not None:
                    pipe.send(_answer(context, job))
        except Exception as error:  # noqa: BLE001 - whoever started this raises it again
            pipe.send(CarriedError.of(error))


def _answer(context: Any, job: SparkJob) -> CarriedError | None:
    from py4j.protocol import Py4JError

    todo = sorted(job.todo, key=lambda partition: partition.number)
    work = partial(do_partitions, job.open_worker, job.folder.absolute())
    try:
        failed = context.parallelize(todo, _tasks(context, job)).mapPartitions(work).collect()
    except Py4JError as error:
        return CarriedError.of(
            ReplayStopped(
                f"Spark gave up: {_reason(error)}; what is done stays done, and the same replay, started again, "
                "goes on from here"
            )
        )
    except Exception as error:  # noqa: BLE001 - whoever started the replay raises it again
        return CarriedError.of(error)
    return failed[0] if failed else None


def _tasks(context: Any, job: SparkJob) -> int:
    records = sum(partition.end - partition.first for partition in job.todo)
    wished = max(job.tasks or context.defaultParallelism, records // _RECORDS_PER_TASK)
    return min(wished, len(job.todo))


@contextmanager
def _context(master: str, chatter: IO[bytes]) -> Iterator[Any]:
    """A started Spark, and its Java machine, which is gone afterwards."""
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext

    local = master.startswith("local")
    _set_environment(local)
    settings = SparkConf().setMaster(_enduring(master)).setAppName("pactolus replay")
    settings.setAll(list(_settings(local).items()))
    with _java_machine(master, settings, chatter) as gateway:
        try:
            context = SparkContext(conf=settings, gateway=gateway)
        except Py4JError as error:
            raise _unavailable(master, _reason(error)) from error
        try:
            yield context
        finally:
            context.stop()


@contextmanager
def _java_machine(master: str, settings: Any, chatter: IO[bytes]) -> Iterator[Any]:
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway

    try:
        gateway = launch_gateway(settings)
    except (PySparkException, OSError) as error:
        raise _unavailable(master, _complaint(chatter) or str(error)) from error
    try:
        yield gateway
    finally:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()


def _set_environment(local: bool) -> None:
    """Which Python runs the workers: on this machine the one that runs now, elsewhere as the operator says."""
    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):
        if local or name not in os.environ:
            os.environ[name] = sys.executable
    if local:
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"


def _settings(local: bool) -> dict[str, str]:
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.task.maxFailures": str(MOST_FAILURES),
    }
    if local:
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.defaultJavaOptions": _QUICK_START,
            "spark.executor.defaultJavaOptions": _QUICK_START,
        }
    if roots := _source_roots():
        settings["spark.executorEnv.PYTHONPATH"] = os.pathsep.join(roots)
    return settings


def _source_roots() -> list[str]:
    """The folders that this process imports from and that belong to no installation, as in a clone."""
    installed = (sys.prefix, sys.base_prefix)
    roots = (os.path.abspath(entry) for entry in sys.path if os.path.isdir(entry))
    return [root for root in roots if not root.startswith(installed)]


def _enduring(master: str) -> str:
    """`local[N]` gives up at the first failure, whatever the settings say; `local[N,F]` does not."""
    threads = re.fullmatch(r"local(?:\[(\d+|\*)\])?", master)
    return f"local[{threads.group(1) or 1},{MOST_FAILURES}]" if threads else master


def _unavailable(master: str, reason: str) -> RunnerUnavailable:
    return RunnerUnavailable(
        f"Spark at `{master}` did not start: {reason.rstrip('.')}; name another master, or choose the runner "
        "`pool`"
    )


def _complaint(chatter: IO[bytes]) -> str:
    """Why a Java machine ended before anybody could speak to it, which is only in what it printed."""
    chatter.seek(0)
    printed = chatter.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in printed if re.search("error|exception", line, re.IGNORECASE)), "")


def _reason(error: Exception) -> str:
    """What Java says, in one line: what all else came from; of a Python trace the last line, else the first."""
    said = getattr(error, "java_exception", None)
    while said is not None and (cause := said.getCause()) is not None:
        said = cause
    text = str(said.getMessage() if said is not None else error)
    if re.search("stopped SparkContext|SparkContext (was|has been) shut ?down", text):
        return "its master cannot be reached, or has ended the connection"
    raised = re.findall(r"^(?:\w+\.)*\w+Error: .*", text, re.MULTILINE)
    return (raised[-1] if raised else text.strip().splitlines()[0]).rstrip(".")
