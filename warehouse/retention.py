"""Landed files that are no longer needed: no fact rests on them, none is held back, and none is a source's newest."""

from datetime import datetime, timedelta

import duckdb

from warehouse.connection import live
from warehouse.details import TABLES
from warehouse.facts import transaction
from warehouse.faults import os_explained
from warehouse.fetched import MARK
from warehouse.held import NOTE, is_held
from warehouse.home import Home
from warehouse.landing import Landed, landed

_NEEDED = " UNION ".join(f"SELECT source, sha256 FROM {table}" for table in ("fact_observation", *TABLES))  # noqa: S608


def remove_landed(home: Home, *, days: int, at: datetime) -> list[Landed]:
    """Remove landed files older than `days` on which no fact rests; the caller holds the writer's lock.

    The newest file of each source stays, and every one that is held back. Rows of a removed file in quarantine go with
    it. A rebuild gives the same facts with and without what is removed.
    """
    files = landed(home)
    newest = {file.source: file.sha256 for file in files}
    with live(home) as connection:
        needed = set(connection.execute(_NEEDED).fetchall()) | set(newest.items())
        old = [file for file in files if file.fetched_at < at - timedelta(days=days)]
        old = [file for file in old if (file.source, file.sha256) not in needed]
        old = [file for file in old if not is_held(home, file.source, file.sha256)]
        _forget(connection, old)
    with os_explained(home.landing):
        for file in old:
            path = home.landing / file.source / file.sha256
            # The note first: a file without one has not landed.
            path.with_name(path.name + NOTE).unlink()
            path.unlink(missing_ok=True)
            path.with_name(path.name + MARK).unlink(missing_ok=True)
    return old


def _forget(connection: duckdb.DuckDBPyConnection, files: list[Landed]) -> None:
    with transaction(connection):
        for file in files:
            for table in ("landing", "quarantine"):
                connection.execute(
                    f"DELETE FROM {table} WHERE source = ? AND sha256 = ?",  # noqa: S608 - our own names
                    [file.source, file.sha256],
                )
