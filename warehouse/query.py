"""Questions in SQL to the published snapshot: read-only, bounded in time and memory, without access to files."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import duckdb

from metrics.errors import UsageError, WarehouseError
from warehouse.answer import Answer, size_bytes, unlike
from warehouse.connection import snapshot
from warehouse.faults import PUBLISH, explain, first_line, is_damaged, told
from warehouse.home import Home
from warehouse.statements import first_words, statements

T = TypeVar("T")

READING = "desc describe explain from pivot pivot_longer pivot_wider select show summarize table unpivot values with"
"""First words of the statements that read."""

TYPES = [
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    # DuckDB expands a PIVOT into several: it makes a type of the values it finds, for this connection alone.
    duckdb.StatementType.MULTI,
    duckdb.StatementType.CREATE,
    duckdb.StatementType.TRANSACTION,
]
"""What a reading statement consists of."""

NEXT = 'threefutures sql "SHOW TABLES" lists what there is; "DESCRIBE observation" its columns'

ANSWER_MB = 256
"""Most memory that the rows of an answer may hold."""

CHUNK = 200
"""Rows fetched at a time."""

INTERVAL = "INTERVAL"
"""DuckDB's name of a span of time."""


def query(
    home: Home, text: str, *, seconds: float = 60.0, rows: int | None = None, memory_limit: str = "512MB"
) -> Answer:
    """Answer one reading statement from the published snapshot.

    Args:
        home: whose snapshot.
        text: one statement, with or without a semicolon.
        seconds: the query is stopped after so long.
        rows: give so many rows at most, and compute little more; None gives all, up to ANSWER_MB.
        memory_limit: what the query may use, in DuckDB's words; nothing is spilled to disk.

    Raises:
        UsageError: there is not exactly one statement, it does more than read, or it has a fault.
        WarehouseError: nothing is published yet, the snapshot is damaged, or the query took too much time or memory.
    """

    def read(connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, ...], tuple[str, ...], list[tuple[Any, ...]]]:
        result = connection.execute(text)
        names, types = zip(*((name, str(kind)) for name, kind, *_ in result.description), strict=True)
        return names, types, _fetch(_in_words(connection, text, types) if INTERVAL in types else result, rows)

    (names, types, found), seconds_taken, published_at = read_within(home, text, read, seconds, memory_limit)
    complete = rows is None or len(found) <= rows
    return Answer(tuple(unlike(names)), types, found[:rows], complete, seconds_taken, published_at)


def _in_words(connection: duckdb.DuckDBPyConnection, text: str, types: Sequence[str]) -> duckdb.DuckDBPyConnection:
    """The answer with intervals as text: Python's timedelta has no months, and would count 30 days for one."""
    columns = (f"#{at}::VARCHAR" if kind == INTERVAL else f"#{at}" for at, kind in enumerate(types, start=1))
    (statement,) = statements(text)
    return connection.execute(connection.sql(statement).project(", ".join(columns)).sql_query())


def read_within(
    home: Home, text: str, read: Callable[[duckdb.DuckDBPyConnection], T], seconds: float, memory_limit: str
) -> tuple[T, float, datetime]:
    """What `read` makes of a reading statement, the seconds it took, and when the snapshot was published.

    Raises:
        UsageError, WarehouseError: as `query`.
    """
    with snapshot(home, memory_limit=memory_limit) as connection, _explained(home, seconds, memory_limit):
        started = time.perf_counter()
        _check_reads(connection, text)
        with _stopped_after(connection, seconds):
            found = _beside(connection, lambda: read(connection))
        published_at = datetime.fromtimestamp(home.snapshot.stat().st_mtime, UTC)
        return found, time.perf_counter() - started, published_at


def _beside(connection: duckdb.DuckDBPyConnection, work: Callable[[], T]) -> T:
    """Do it in another thread: the main one, waiting inside DuckDB 2, would not hear of Ctrl-C."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(work)
        try:
            return future.result()
        except KeyboardInterrupt:
            while not future.done():
                connection.interrupt()
                wait([future], timeout=0.1)
            raise


def _fetch(result: duckdb.DuckDBPyConnection, rows: int | None) -> list[tuple[Any, ...]]:
    """All rows, or one more than were asked for."""
    found: list[tuple[Any, ...]] = []
    size = 0
    while more := result.fetchmany(CHUNK if rows is None else min(CHUNK, rows + 1 - len(found))):
        found += more
        size += sum(map(size_bytes, more))
        if size > ANSWER_MB * 1024**2:
            raise WarehouseError(
                f"sql: the answer is larger than {ANSWER_MB} MB",
                found=f"{len(found):,} rows so far",
                next="aggregate, or ask for fewer rows or columns; for whole tables read published/*.parquet",
            )
    return found


def _check_reads(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    types = [statement.type for statement in connection.extract_statements(text)]
    words = first_words(text)
    if len(words) != 1:
        raise UsageError("sql: one statement is answered at a time", found=f"{len(words)} statements", next=NEXT)
    if words[0] not in READING.split():
        raise _refusal(words[0])
    for kind in types:
        if kind not in TYPES:
            raise _refusal(kind.name)


def _refusal(kind: str) -> UsageError:
    return UsageError(
        "sql: the published warehouse is only read",
        found=f"a statement of type {told(kind.upper())}",
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
def _explained(home: Home, seconds: float, memory_limit: str) -> Iterator[None]:
    """Faults of a query in three lines."""
    try:
        yield
    except duckdb.InterruptException as error:
        raise WarehouseError(
            f"sql: the query took longer than {seconds:g} s and was stopped",
            found="no answer yet",
            next="ask for less: a WHERE, a smaller join, fewer days",
        ) from error
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise WarehouseError(
            f"sql: the query needs more memory than {memory_limit}",
            found=told(str(error).partition("\n")[0]) or "no more memory",
            next="ask for fewer rows or columns, or aggregate first",
        ) from error
    except duckdb.PermissionException as error:
        raise UsageError(
            "sql: files and settings are out of reach of a query",
            found=first_line(error),
            next=NEXT,
        ) from error
    except duckdb.Error as error:
        raise _fault(error, home) from error


def _fault(error: duckdb.Error, home: Home) -> UsageError | WarehouseError:
    if is_damaged(error) and not isinstance(error, duckdb.InternalException):
        return explain(error, home.snapshot, mend=PUBLISH)
    if match := re.search(r'Cannot execute statement of type "(\w+)" .* read-only mode', str(error)):
        return _refusal(match[1])
    return UsageError("sql: the query has a fault", found=_where(error), next=NEXT)


def _where(error: duckdb.Error) -> str:
    """What DuckDB says, then the line and the words its caret points at."""
    said, _, excerpt = str(error).partition("\nLINE ")
    shown = told(said)
    line, _, rest = excerpt.partition(": ")
    words, _, caret = rest.partition("\n")
    at = caret.find("^") - len(f"LINE {line}: ")
    return f"{shown} (line {line}, at: {told(words[at:], 40)})" if at >= 0 else shown
