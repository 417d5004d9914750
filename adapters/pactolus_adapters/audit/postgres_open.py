"""Sessions of PostgreSQL for an audit log; one that would not keep what it acknowledges is refused.

Nothing that is raised here holds the password, or a part of the setting that might be one.
"""

from time import monotonic, sleep
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pactolus_engine.errors import AuditUnavailable

__all__ = [
    "check_alone",
    "check_exists",
    "check_schema",
    "hold_log",
    "lock_log",
    "open_reader",
    "open_writer",
]

_DEFAULTS: Final = {
    "application_name": "pactolus",
    "client_encoding": "UTF8",
    "connect_timeout": "5",
    "target_session_attrs": "read-write",
    # A host that vanished without a word is given up after half a minute.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "30000",
}
"""What holds unless the setting `database` says otherwise."""

_OLDEST_SERVER: Final = 140000
_LOCK_SPACE: Final = 0x50414354
_HOLD_SPACE: Final = 0x50414355
"""The first halves of our advisory locks: of who writes just now, and of who has the log open to write. The second is
the table of the log, so that each log has its own."""

# A process that was stopped while it held the lock must not hold up the others for ever.
_SETTLE: Final = """
    SELECT set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') = 'remote_apply'
                                            THEN 'remote_apply' ELSE 'on' END, false),
           set_config('lock_timeout', '15s', false),
           set_config('idle_in_transaction_session_timeout', '60s', false),
           set_config('jit', 'off', false),
           current_setting('server_encoding')
"""
_LOCK: Final = """
    SELECT pg_advisory_xact_lock(%s, 'audit_entry'::regclass::oid::integer)::text,
           current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes')
"""
_HOLD: Final = "SELECT pg_advisory_lock_shared(%s, 'audit_entry'::regclass::oid::integer)::text"
_ALONE: Final = "SELECT pg_try_advisory_lock(%s, 'audit_entry'::regclass::oid::integer)"
_DURABLE: Final = (
    ("synchronous_commit", ("on", "remote_apply")),
    ("fsync", ("on",)),
    ("full_page_writes", ("on",)),
)


_LEAVING_SECONDS: Final = 2.0
"""A session that was closed holds its locks a little longer."""

_LOOK_AGAIN_SECONDS: Final = 0.05


def open_writer(database: str) -> psycopg.Connection:
    """A session that writes. Raises `AuditUnavailable`."""
    connection = _connected(database)
    connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
    return connection


def open_reader(database: str) -> psycopg.Connection:
    """A session that cannot write, each transaction of which sees one state. Raises `AuditUnavailable`."""
    connection = _connected(database)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def lock_log(connection: psycopg.Connection) -> None:
    """Makes this transaction the only one that writes to the log, until it ends.

    What the next statements see is newer than anything the holder before wrote. Raises `AuditUnavailable` when
    PostgreSQL is so set that an acknowledged record may be lost.
    """
    ((_, *found),) = connection.execute(_LOCK, (_LOCK_SPACE,)).fetchall()
    for (setting, accepted), value in zip(_DURABLE, found, strict=True):
        if value not in accepted:
            raise AuditUnavailable(
                f"PostgreSQL is set to `{setting} = {value}`: a power cut could take back what was answered; set "
                f"`{setting} = {accepted[0]}`"
            )


def hold_log(connection: psycopg.Connection) -> None:
    """Says, as long as the session lasts, that somebody has the log open to write; many may."""
    connection.execute(_HOLD, (_HOLD_SPACE,))


def check_alone(connection: psycopg.Connection) -> None:
    """Keeps everybody else from opening the log to write, as long as the session lasts.

    Raises `AuditUnavailable` when somebody has.
    """
    end = monotonic() + _LEAVING_SECONDS
    while connection.execute(_ALONE, (_HOLD_SPACE,)).fetchall() != [(True,)]:
        if monotonic() > end:
            raise AuditUnavailable(
                "other processes have the audit log open to record in it: end them first; nobody may record meanwhile"
            )
        sleep(_LOOK_AGAIN_SECONDS)


def check_exists(version: int) -> None:
    """Raises `AuditUnavailable` when there are no tables (version 0)."""
    if version == 0:
        raise AuditUnavailable(
            "there is no audit store in the database (no table `audit_schema`); name the one that the service "
            "records in"
        )


def check_schema(version: int, wanted: int) -> None:
    """Raises `AuditUnavailable` when there are no tables, or those of another release."""
    check_exists(version)
    if version != wanted:
        raise AuditUnavailable(
            f"the audit store has schema version `{version}`, expected `{wanted}`; start the service once, which "
            "brings it up to date"
        )


def _connected(database: str) -> psycopg.Connection:
    conninfo = _conninfo(database)
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        # `conninfo` was seen to be well formed, and libpq tells no password.
        raise AuditUnavailable(
            "PostgreSQL cannot be reached; check that it runs, and the setting `database`"
        ) from error
    try:
        _settle(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _conninfo(database: str) -> str:
    """The setting with our defaults. Parts that look like a torn password are refused before anybody prints them."""
    try:
        given = conninfo_to_dict(database)
    except psycopg.ProgrammingError:
        raise _unreadable() from None
    if any("@" in str(given.get(part, "")) for part in ("host", "hostaddr", "dbname")):
        raise _unreadable()
    if not all(port.isdigit() for port in str(given.get("port") or "0").split(",")):
        raise _unreadable()
    return make_conninfo(database, **{name: value for name, value in _DEFAULTS.items() if name not in given})


def _unreadable() -> AuditUnavailable:
    return AuditUnavailable(
        "the setting `database` cannot be read; expected `postgresql://user@host/database` or `host=… dbname=…`, "
        "with special characters of a password written as %XX in an address"
    )


def _settle(connection: psycopg.Connection) -> None:
    if connection.info.server_version < _OLDEST_SERVER:
        raise AuditUnavailable("PostgreSQL 14 or later is expected")
    ((*_, encoding),) = connection.execute(_SETTLE).fetchall()
    if encoding != "UTF8":
        raise AuditUnavailable(
            f"the database has the encoding `{encoding}`; expected `UTF8`, make one with `ENCODING 'UTF8'`"
        )
