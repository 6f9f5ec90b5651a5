"""Who may open the databases, and how: one writer at a time on the live file, any number of readers on the snapshot."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path

import duckdb

from metrics.errors import BusyError, WarehouseError
from warehouse.faults import PUBLISH, explain, explained, is_damaged, is_locked, os_explained
from warehouse.files import being_written, partial_of, put_in_place, sweep
from warehouse.home import Home
from warehouse.lock import holder, say_who, try_lock

SCHEMA = Path(__file__).with_name("schema.sql")
VIEWS = Path(__file__).with_name("views.sql")

# 2.0 writes a format by default that 1.5 cannot open. No extension is ever fetched, and no variable of the calling
# code is taken for a table.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}

POLL_SECONDS = 0.05
LIVE_WAIT_SECONDS = 10.0
"""The writer holds the live file for seconds; someone who looks into it by hand may hold it as long."""


@cache
def schema_sha256() -> str:
    """Hash of the schema this code was written for."""
    return hashlib.sha256(SCHEMA.read_bytes() + VIEWS.read_bytes()).hexdigest()


@contextmanager
def writer(
    home: Home, *, command: str, wait_seconds: float = 60.0, on_wait: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Be the one process that writes; another one waits.

    The kernel releases the lock when its holder ends, however that happens.

    Args:
        home: where to write.
        command: what was typed, told to those who wait.
        wait_seconds: how long to wait for another writer.
        on_wait: called once, with who holds the lock, when there is somebody to wait for.

    Raises:
        BusyError: another process still held the lock after `wait_seconds`.
        WarehouseError: the folder cannot be written to.
    """
    home.prepare()
    with ExitStack() as held:
        with os_explained(home.lock):
            lock = held.enter_context(home.lock.open("a+", encoding="utf-8"))
            _acquire(lock.fileno(), home, wait_seconds, on_wait)
            say_who(lock, command)
            sweep(home.root, home.published, home.reports, *home.reports.glob("*/"), *home.landing.glob("*/"))
        yield


def _acquire(descriptor: int, home: Home, wait_seconds: float, on_wait: Callable[[str], None] | None) -> None:
    deadline = time.monotonic() + wait_seconds
    told = on_wait is None
    while not try_lock(descriptor):
        if time.monotonic() >= deadline:
            raise BusyError(
                f"{home.root}: another process is writing",
                found=holder(home.lock),
                next="wait until it is done, or stop it, and run again",
            )
        if on_wait is not None and not told:
            on_wait(f"waiting for {holder(home.lock)}")
            told = True
        time.sleep(POLL_SECONDS)


@contextmanager
def live(home: Home, *, wait_seconds: float = LIVE_WAIT_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
    """The live database, or the lake in its place, open for reading and writing; made when there is none.

    Hold it for seconds: meanwhile no other process can open it, not even to read.

    Raises:
        WarehouseError: the file is no database, is of another schema, or the disk is full.
        BusyError: another process held the file for `wait_seconds`.
    """
    if home.lake:
        from warehouse.lake import open_lake  # noqa: PLC0415 - it stands on this module

        with open_lake(home.lake, wait_seconds=wait_seconds) as connection:
            yield connection
        return
    with explained(home.live):
        connection = _open_live(home.live, wait_seconds)
        try:
            _check_schema(connection, home.live)
            yield connection
        finally:
            connection.close()


def _open_live(path: Path, wait_seconds: float) -> duckdb.DuckDBPyConnection:
    if not _exists(path):
        _create(path)
    deadline = time.monotonic() + wait_seconds
    # What a killed process spilled is swept with the rest.
    spill = {"temp_directory": str(partial_of(path.with_name(f"{path.name}.tmp")))}
    while True:
        try:
            return duckdb.connect(path, config={**SETTINGS, **spill})
        except duckdb.IOException as error:
            if not is_locked(error) or time.monotonic() >= deadline:
                raise
        time.sleep(POLL_SECONDS)


def _exists(path: Path) -> bool:
    with os_explained(path):
        return path.exists()


def _create(path: Path) -> None:
    """A database with the schema and no row; it appears whole, so that a killed process leaves none without tables."""
    with os_explained(path), being_written(path) as partial:
        create(partial)
        put_in_place(partial, path)


def create(path: Path) -> None:
    """Write a new database with the schema and no row."""
    with duckdb.connect(path, config=SETTINGS) as connection:
        connection.execute("BEGIN")
        connection.execute(SCHEMA.read_text("utf-8"))
        connection.execute(VIEWS.read_text("utf-8"))
        connection.execute("INSERT INTO about VALUES (?)", [schema_sha256()])
        _inherit_comments(connection)
        connection.execute("COMMIT")
        connection.execute("CHECKPOINT")  # closing says nothing of a disk too full to take in the log


def _inherit_comments(connection: duckdb.DuckDBPyConnection) -> None:
    """Give a column without comment the one of the first column of its name."""
    columns = connection.execute(
        """SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal
        ORDER BY table_oid, column_index"""
    ).fetchall()
    meanings: dict[str, str] = {}
    for _, column, comment in columns:
        if comment is not None:
            meanings.setdefault(column, comment)
    for table, column, comment in columns:
        if comment is None and column in meanings:
            describe(connection, f'COLUMN "{table}"."{column}"', meanings[column])


def describe(connection: duckdb.DuckDBPyConnection, what: str, comment: str) -> None:
    """COMMENT ON takes no parameter: the text is quoted here."""
    quoted = comment.replace("'", "''")
    connection.execute(f"COMMENT ON {what} IS '{quoted}'")


def _check_schema(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    if schema_of(connection) != schema_sha256():
        raise WarehouseError(
            f"{path}: the database was made by another version of threefutures",
            found="another schema.sql",
            next="threefutures rebuild makes it anew from the landing files; nothing is lost",
        )


def schema_of(connection: duckdb.DuckDBPyConnection) -> str:
    """Hash of the schema a database was made for; empty if it is none of ours."""
    try:
        rows = connection.execute("SELECT schema_sha256 FROM about").fetchall()
    except duckdb.CatalogException:
        return ""
    return str(rows[0][0]) if rows else ""


def is_current(home: Home) -> bool:
    """Whether the live database can be used as it is: nothing was ever published, or it has the schema.

    A file that is no readable database is not current either; `rebuild` mends both.

    Raises:
        BusyError: another process holds the file.
        WarehouseError: it cannot be opened for a reason that a rebuild does not mend.
    """
    if home.lake:
        with live(home):
            return True
    if not _exists(home.live):
        # A live file that went missing is no fresh start: publishing an empty one would bury what was published.
        return not _exists(home.snapshot)
    try:
        with closing(_open_live(home.live, LIVE_WAIT_SECONDS)) as connection:
            return schema_of(connection) == schema_sha256()
    except duckdb.Error as error:
        if is_damaged(error):
            return False
        raise explain(error, home.live) from error


@contextmanager
def snapshot(
    home: Home, *, memory_limit: str = "1GB", threads: int = 2, folder: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published database, open for reading; a later publication does not disturb it.

    Files can neither be read nor written through it, but for those in `folder`, and its settings cannot be changed.

    Raises:
        WarehouseError: nothing is published yet, or the file is no database.
    """
    if not _exists(home.snapshot):
        raise WarehouseError(
            f"{home.snapshot}: nothing is published yet",
            found="no such file",
            next="threefutures run",
        )
    with explained(home.snapshot, mend=PUBLISH):
        # Attached to a database in memory of its own: connections to one path share an instance within a process,
        # and would go on seeing the snapshot that was there when the first of them opened it.
        connection = duckdb.connect(config={**SETTINGS, "memory_limit": memory_limit, "threads": threads})
        try:
            connection.execute(f"ATTACH '{quoted(home.snapshot)}' AS threefutures (READ_ONLY)")
            connection.execute("USE threefutures")
            connection.execute("SET temp_directory = ''")
            if folder is not None:
                connection.execute(f"SET allowed_directories = ['{quoted(folder)}']")
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            yield connection
        finally:
            connection.close()


def quoted(path: Path) -> str:
    """A path inside an SQL string."""
    return str(path).replace("'", "''")
