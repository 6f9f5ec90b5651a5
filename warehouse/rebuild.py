"""Facts and quarantine made anew from the landing files: after a changed schema, a mended parser, a broken file.

Results are no cache: they are carried over from the database that is replaced, or from the published one.
"""

# ruff: noqa: S608 -- statements are composed of this project's own names; every value is a parameter.

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import NamedTuple

import duckdb

from metrics.errors import DataError
from metrics.observation import Judgement
from warehouse.connection import SETTINGS, create, quoted
from warehouse.facts import keep
from warehouse.faults import explain, explained, is_locked, os_explained
from warehouse.files import being_written, put_in_place
from warehouse.home import Home
from warehouse.landing import Landed, content_of, landed

Read = Callable[[Landed, bytes], Judgement]
"""Parse and judge the bytes of a landed file; DataError if nothing of it can be loaded."""

Outcome = Mapping[tuple[str, str], DataError | None]
"""Of every landed file, by source and sha256: why nothing of it could be loaded, or None."""

_KEPT_FILES = "SELECT source, sha256 FROM old.landing ORDER BY fetched_at, sha256"

RESULTS = ("run", "assessment", "evidence", "sensitivity_check", "marker", "replay", "alert")


class Rebuilt(NamedTuple):
    """What was made anew."""

    files: int
    facts: int
    """Facts without restatements."""
    quarantined: int
    refused: tuple[DataError, ...]
    """Files of which nothing could be loaded, and of which no database had kept anything before."""
    results_from: Path | None
    """The database that runs and assessments were carried over from, or None: there was none to read."""
    set_aside: Path | None
    """Where the database went that could not be read."""


def rebuild(home: Home, read: Read, *, at: datetime) -> Rebuilt:
    """Make the live database anew and swap it in. Call it as the one writer.

    The same landing files and the same `read` give the same facts, byte for byte in their Parquet export.

    Raises:
        DataError: a file whose rows were kept cannot be read any more; the old database stays, and its facts.
        WarehouseError: a landed file is damaged, or the disk is full; the old database stays.
        BusyError: another process holds the old database.
    """
    with os_explained(home.live), being_written(home.live) as partial:
        rebuilt = _make(home, partial, read, at)
        set_aside = _set_aside(home) if rebuilt.results_from != home.live else None
        put_in_place(partial, home.live)
    return rebuilt._replace(set_aside=set_aside)


def _make(home: Home, path: Path, read: Read, at: datetime) -> Rebuilt:
    """A new database of all that has landed, whole in its one file."""
    with explained(home.live):
        create(path)
        with closing(duckdb.connect(path, config=SETTINGS)) as connection:
            files = landed(home)
            outcome = {(file.source, file.sha256): _reread(connection, home, file, read, at) for file in files}
            results_from = _carry_over(connection, home, outcome)
            facts, quarantined = _count(connection, "fact"), _count(connection, "quarantine")
            connection.execute("CHECKPOINT")
    refused = tuple(filter(None, outcome.values()))
    return Rebuilt(len(files), facts, quarantined, refused, results_from, None)


def _reread(
    connection: duckdb.DuckDBPyConnection, home: Home, file: Landed, read: Read, at: datetime
) -> DataError | None:
    content = content_of(home, file)
    try:
        judgement = read(file, content)
    except DataError as error:
        return error
    keep(connection, file, judgement, at=at)
    return None


def _carry_over(connection: duckdb.DuckDBPyConnection, home: Home, outcome: Outcome) -> Path | None:
    """Copy the results from the first database that can be read."""
    for path, mode in ((home.live, "READ_WRITE"), (home.snapshot, "READ_ONLY")):
        if path.exists() and _copy_results(connection, path, mode, outcome):
            return path
    return None


def _copy_results(connection: duckdb.DuckDBPyConnection, path: Path, mode: str, outcome: Outcome) -> bool:
    try:
        # Opened for writing, the live file takes in its write-ahead log, which must not outlive it.
        connection.execute(f"ATTACH '{quoted(path)}' AS old ({mode})")
    except duckdb.Error as error:
        if is_locked(error):
            raise explain(error, path) from error
        return False
    try:
        _require_none_lost(connection, outcome)
        for table in RESULTS:
            _copy_table(connection, table)
    except duckdb.Error:
        for table in RESULTS:
            connection.execute(f"DELETE FROM {table}")
        return False
    finally:
        connection.execute("DETACH old")
    return True


def _require_none_lost(connection: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
    """A file that never gave a fact takes none away; one that did would, silently."""
    for source, sha256 in connection.execute(_KEPT_FILES).fetchall():
        if (source, sha256) not in outcome:
            raise DataError(
                f"landing/{source}/{sha256}: the file is gone",
                found="facts that came in it, which a rebuild would lose",
                next="restore landing/ from a backup and run it again; nothing was changed",
            )
        if fault := outcome[source, sha256]:
            raise fault


def _copy_table(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Copy what both schemas have: an older one may lack a column, or the table."""
    shared = connection.execute(
        """SELECT column_name FROM duckdb_columns() WHERE table_name = $table AND database_name = 'old'
        INTERSECT
        SELECT column_name FROM duckdb_columns() WHERE table_name = $table AND database_name = current_database()""",
        {"table": table},
    ).fetchall()
    if shared:
        columns = ", ".join(f'"{column}"' for (column,) in sorted(shared))
        connection.execute(f"INSERT INTO {table} BY NAME SELECT {columns} FROM old.{table}")


def _set_aside(home: Home) -> Path | None:
    """Move an unreadable live file, its write-ahead log first: that must never meet the new file."""
    if not home.live.exists():
        return None
    aside = _free_name(home.live.with_name("live.duckdb.unreadable"))
    if _wal(home.live).exists():
        _wal(home.live).replace(_wal(aside))
    home.live.replace(aside)
    return aside


def _free_name(path: Path) -> Path:
    """The name, or with the first number that makes it free: what was set aside before stays."""
    numbered = (path.with_name(f"{path.name}.{number}") for number in count(2))
    return next(name for name in chain([path], numbered) if not name.exists())


def _wal(path: Path) -> Path:
    return path.with_name(path.name + ".wal")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {table}").fetchall()
    return int(rows)
