"""What readers open: a copy of the live database and Parquet files beside it, swapped in as one set.

Why it is a copy: docs/decisions/0002-published-snapshot.md.
"""

# ruff: noqa: S608 -- statements are composed of this project's own names; every value is a parameter.

from pathlib import Path
from typing import NamedTuple

import duckdb

from metrics import load_indicators
from metrics.errors import WarehouseError
from warehouse.catalogue import store_catalogue
from warehouse.connection import create, describe, live, quoted
from warehouse.export import EXPORTED, sha256_of_file, write_parquet
from warehouse.faults import INTACT, free_bytes, mount_of, os_explained
from warehouse.files import being_written, put_all_in_place, sweep
from warehouse.home import Home
from warehouse.own import every_source

ROOM = 2
"""Times the size of the live file that must be free: the copy, and the Parquet files beside it."""

STORED = {
    "fact": "indicator, subject, definition, observed_on, known_since, source, method",
    "latest_value": "indicator, definition, method, subject",
}
"""Views that are tables in what is published, each in the order in which it is asked; one may stand on those before."""

SUMS = "SHA256SUMS"
"""Hashes of all files of the set, as `sha256sum --check` reads them: whether they are of one run."""


class Published(NamedTuple):
    """What was published."""

    path: Path
    size: int
    """Bytes of the database."""
    tables: dict[str, int]
    """Rows of each table that is also a Parquet file."""
    sha256: str
    """Hash of the facts' Parquet file: the same facts have the same one."""


def publish(home: Home) -> Published:
    """Publish what the live database holds. Readers of an older snapshot go on reading it.

    Raises:
        WarehouseError: there is not enough free space, or the folder cannot be written to.
    """
    with os_explained(home.published):
        _check_space(home)
        sweep(home.published)
        with being_written(home.published / ".next") as partial:
            partial.mkdir()
            sums, tables = _write(home, partial)
            _write_sums(sums, partial)
            put_all_in_place(partial, home.published)
    return Published(home.snapshot, home.snapshot.stat().st_size, tables, sums["fact_observation.parquet"])


def _write(home: Home, folder: Path) -> tuple[dict[str, str], dict[str, int]]:
    """Write database and Parquet files of one state of the live database; returns their hashes, and rows by table."""
    copy = folder / home.snapshot.name
    with live(home) as connection:
        store_catalogue(connection, load_indicators(), every_source(home))
        _copy(connection, copy, from_lake=home.lake is not None)
        sums = {f"{name}.parquet": _parquet(connection, name, folder) for name in EXPORTED}
        tables = {name: _count(connection, query) for name, query in EXPORTED.items()}
        connection.execute("USE live")
        connection.execute("DETACH snapshot")
    return {**sums, copy.name: sha256_of_file(copy)}, tables


def _write_sums(sums: dict[str, str], folder: Path) -> None:
    lines = [f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _check_space(home: Home) -> None:
    size = home.live.stat().st_size if home.live.exists() else 0
    free = free_bytes(home.published)
    if free < ROOM * size:
        raise WarehouseError(
            f"{home.published}: the disk has no room for a new snapshot",
            found=f"{free // 1024:,} kB free on {mount_of(home.published)}, {ROOM * size // 1024:,} kB needed",
            next=f"free some space and run again; {INTACT}",
        )


def _copy(connection: duckdb.DuckDBPyConnection, path: Path, *, from_lake: bool) -> None:
    """Make a new database with all that is in the live one, and use it.

    Not a copy of the file: what a killed process left in the write-ahead log would be missing.
    """
    if from_lake:
        create(path)  # with the keys and comments that a lake has not
    connection.execute(f"ATTACH '{quoted(path)}' AS snapshot (STORAGE_VERSION 'v1.5.0')")
    if from_lake:
        _copy_tables(connection)
    else:
        connection.execute("COPY FROM DATABASE live TO snapshot")
    connection.execute("USE snapshot")
    for view, order in STORED.items():
        _store(connection, view, order)
    connection.execute("CHECKPOINT snapshot")


def _copy_tables(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'snapshot' AND table_name <> 'about'"
    ).fetchall()
    for (table,) in tables:
        connection.execute(f"INSERT INTO snapshot.{table} BY NAME FROM live.{table}")


def _store(connection: duckdb.DuckDBPyConnection, view: str, order: str) -> None:
    """Make a view a table in the copy: its windows are computed once here instead of in every query."""
    comments = connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = 'snapshot' AND table_name = ?", [view]
    ).fetchall()
    ((comment,),) = connection.execute(
        "SELECT comment FROM duckdb_views() WHERE database_name = 'snapshot' AND view_name = ?", [view]
    ).fetchall()
    connection.execute(f"CREATE TABLE stored AS FROM {view} ORDER BY {order}")
    connection.execute(f"DROP VIEW {view}")
    connection.execute(f"ALTER TABLE stored RENAME TO {view}")
    describe(connection, f"TABLE {view}", comment)
    for column, meaning in comments:
        describe(connection, f'COLUMN {view}."{column}"', meaning)


def _parquet(connection: duckdb.DuckDBPyConnection, name: str, folder: Path) -> str:
    return write_parquet(connection, EXPORTED[name], folder / f"{name}.parquet")


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    ((rows,),) = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()
    return int(rows)
