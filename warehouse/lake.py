"""The warehouse on DuckLake, for several machines that write: the same tables, asked the same way as the live database.

Needs the extra `ducklake`. What it costs, and what it does not do: docs/decisions/0007-more-than-one-machine.md.
"""

import importlib.util
import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb

from metrics.errors import BusyError, WarehouseError
from warehouse.connection import (
    POLL_SECONDS,
    SCHEMA,
    SETTINGS,
    VIEWS,
    quoted,
    schema_of,
    schema_sha256,
)
from warehouse.facts import transaction
from warehouse.faults import first_line
from warehouse.home import Lake

EXTENSIONS = ("postgres_scanner", "ducklake")

TURN = 3_141_593
"""Number of the lock within the catalogue's database."""

_UNKNOWN = (
    # A lake has no keys, and checks nothing.
    (re.compile(r",\s*PRIMARY KEY \([^)]*\)|\s+PRIMARY KEY"), ""),
    (re.compile(r"\s+CHECK \((?:[^()]|\([^()]*\))*\)"), ""),
    # Its Parquet files would keep 128 bits as a floating-point number.
    (re.compile(r"\bkey_id UHUGEINT\b"), "key_id VARCHAR"),
    (re.compile(r"\bhex\(key_id\)"), "hex(key_id::UHUGEINT)"),
)
"""What is written otherwise for a lake."""

_PASSWORD = re.compile(r"(password\s*=\s*)('[^']*'|\S+)|(://[^:/@\s]*:)[^@\s]*(?=@)")


@contextmanager
def open_lake(lake: Lake, *, wait_seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake as the database `live`, made when there is none; nobody else writes to it meanwhile.

    DuckLake lets several write at once, but what a file adds depends on what is known: they are kept one after another.
    A lock of PostgreSQL sees to it, and is free again when its holder ends, on whichever machine.

    Raises:
        WarehouseError: the extra is not installed, the catalogue cannot be reached, or is of another schema.
        BusyError: another process held it for `wait_seconds`.
    """
    place = f"'ducklake:postgres:{_text(lake.catalogue)}' AS live (DATA_PATH '{_text(lake.data)}')"
    with _explained(lake), _turn(lake, wait_seconds), closing(_connection(place)) as connection:
        connection.execute("USE live")
        _prepare(connection)
        yield connection


def _connection(attached: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config=SETTINGS)
    for name in EXTENSIONS:
        connection.execute(f"LOAD '{quoted(_extension(name))}'")
    connection.execute(f"ATTACH {attached}")
    return connection


def _extension(name: str) -> Path:
    """Where the package of an extension has its file: nothing is fetched when it is loaded."""
    package = importlib.util.find_spec(f"duckdb_extension_{name}")
    for folder in (package.submodule_search_locations or ()) if package else ():
        file = Path(folder) / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
        if file.is_file():
            return file
    raise WarehouseError(
        f"the DuckDB extension {name} is not installed for DuckDB {duckdb.__version__}",
        found="no package of it",
        next='install the extra in an environment of its own: pip install ".[ducklake]"',
    )


@contextmanager
def _turn(lake: Lake, wait_seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + wait_seconds
    # One transaction is one session of PostgreSQL, which holds the lock until it ends.
    catalogue = f"'{_text(lake.catalogue)}' AS turns (TYPE postgres)"
    with closing(_connection(catalogue)) as connection, transaction(connection):
        while not _try_turn(connection):
            if time.monotonic() >= deadline:
                raise BusyError(
                    "the lake: another process is writing",
                    found=f"it held the lake for {wait_seconds:.0f} seconds",
                    next="wait until it is done, and run again",
                )
            time.sleep(POLL_SECONDS)
        yield


def _try_turn(connection: duckdb.DuckDBPyConnection) -> bool:
    question = f"SELECT pg_try_advisory_xact_lock({TURN}) AS mine"
    ((mine,),) = connection.execute("SELECT mine FROM postgres_query('turns', ?)", [question]).fetchall()
    return bool(mine)


def _prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables and views of the schema, if there are none."""
    made_for = schema_of(connection)
    if made_for == schema_sha256():
        return
    if made_for:
        raise WarehouseError(
            "the lake was made by another version of threefutures",
            found="another schema.sql",
            next="make a new catalogue and folder, and ingest again on each machine; nothing of the old one is lost",
        )
    with transaction(connection):
        for path in (SCHEMA, VIEWS):
            for statement in connection.extract_statements(_for_a_lake(path.read_text("utf-8"))):
                if statement.type != duckdb.StatementType.ALTER:  # COMMENT ON; the published snapshot has them
                    connection.execute(statement)
        connection.execute("INSERT INTO about VALUES (?)", [schema_sha256()])


def _for_a_lake(schema: str) -> str:
    for pattern, instead in _UNKNOWN:
        schema = pattern.sub(instead, schema)
    return schema


@contextmanager
def _explained(lake: Lake) -> Iterator[None]:
    """What DuckDB says may repeat how it was told to connect."""
    try:
        yield
    except duckdb.Error as error:
        said = _PASSWORD.sub(r"\1\3***", first_line(error).replace(lake.catalogue, "the catalogue"))
        raise WarehouseError(
            "the lake refused",
            found=said,
            next="see that the catalogue's server answers; what was kept before is intact",
        ) from None


def _text(text: str) -> str:
    return text.replace("'", "''")
