"""Questions in SQL to the published snapshot: read-only, bounded in time and memory, without access to files."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

import duckdb

from metrics.errors import UsageError, WarehouseError
from warehouse.connection import snapshot
from warehouse.home import Home

READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
"""FROM, VALUES, WITH, DESCRIBE, SUMMARIZE and SHOW are SELECT to DuckDB."""

NEXT = 'threefutures sql "SHOW TABLES" lists what there is; "DESCRIBE observation" its columns'


class Answer(NamedTuple):
    """Rows of one statement."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    """DuckDB's names: VARCHAR, DOUBLE, DATE."""
    rows: list[tuple[Any, ...]]
    complete: bool
    """Whether these are all rows."""
    seconds: float
    published_at: datetime
    """When the snapshot was published (UTC)."""


def query(
    home: Home, text: str, *, seconds: float = 60.0, rows: int | None = None, memory_limit: str = "1GB"
) -> Answer:
    """Answer one reading statement from the published snapshot.

    Args:
        home: whose snapshot.
        text: one statement, with or without a semicolon.
        seconds: the query is stopped after so long.
        rows: give so many rows at most; None gives all.
        memory_limit: what the query may use, in DuckDB's words; nothing is spilled to disk.

    Raises:
        UsageError: there is not exactly one statement, it does more than read, or it has a fault.
        WarehouseError: nothing is published yet, or the query took too long or too much memory.
    """
    with snapshot(home, memory_limit=memory_limit) as connection, _told(seconds, memory_limit):
        started = time.perf_counter()
        _check_reads(connection, text)
        with _stopped_after(connection, seconds):
            result = connection.execute(text)
            found = result.fetchall() if rows is None else result.fetchmany(rows + 1)
        columns, types = zip(*((name, str(kind)) for name, kind, *_ in result.description), strict=True)
        published_at = datetime.fromtimestamp(home.snapshot.stat().st_mtime, UTC)
        complete = rows is None or len(found) <= rows
        return Answer(columns, types, found[:rows], complete, time.perf_counter() - started, published_at)


def _check_reads(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    statements = connection.extract_statements(text)
    if len(statements) != 1:
        raise UsageError("sql: one statement is answered at a time", found=f"{len(statements)} statements", next=NEXT)
    if statements[0].type not in READING:
        raise UsageError(
            "sql: the published warehouse is only read",
            found=f"a statement of type {statements[0].type.name}",
            next="write a SELECT; facts come in with threefutures ingest. Nothing was changed",
        )


@contextmanager
def _stopped_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _told(seconds: float, memory_limit: str) -> Iterator[None]:
    """Faults of a query in three lines; DuckDB's caret stays under the word it points at."""
    try:
        yield
    except duckdb.InterruptException as error:
        raise WarehouseError(
            f"sql: the query took longer than {seconds:g} s and was stopped",
            found="no answer yet",
            next="ask for less (WHERE, LIMIT), or allow it more time",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise WarehouseError(
            f"sql: the query needs more memory than {memory_limit}",
            found=str(error).splitlines()[0],
            next="ask for fewer rows or columns, or aggregate first",
        ) from error
    except duckdb.PermissionException as error:
        raise UsageError(
            "sql: files and settings are out of reach of a query",
            found=str(error).splitlines()[0],
            next=NEXT,
        ) from error
    except duckdb.Error as error:
        raise UsageError("sql: the query has a fault", found=_indented(error), next=NEXT) from error


def _indented(error: duckdb.Error) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return "\n         ".join(lines)
