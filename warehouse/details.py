"""What estimates were made of: attempts at tasks, commits. Kept beside the facts of the same file, for SQL to ask."""

# ruff: noqa: S608 -- statements are composed of this project's own names; every value is a parameter.

from collections.abc import Mapping

import duckdb
import pandas as pd
import pyarrow as pa

from warehouse.landing import Landed

TABLES = ("task_attempt", "commit_change")
"""Tables of details; each has source, sha256 of the file and known_since beside its own columns."""

WHOLE = {"commit_change": "repo"}
"""Tables of which a file has all rows of something: those of the file before it go. By the column that names it."""


def replace(connection: duckdb.DuckDBPyConnection, landed: Landed, details: Mapping[str, pd.DataFrame]) -> None:
    """Make a file's details those given: kept again, it has what it has now. Call it inside a transaction."""
    file = [landed.source, landed.sha256]
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE source = ? AND sha256 = ?", file)
    for table, rows in details.items():
        connection.register("details", pa.Table.from_pandas(rows, preserve_index=False))
        try:
            if table in WHOLE:
                of = WHOLE[table]
                connection.execute(
                    f"DELETE FROM {table} WHERE source = ? AND {of} IN (SELECT {of} FROM details)", file[:1]
                )
            connection.execute(f"INSERT INTO {table} BY NAME SELECT ? AS source, ? AS sha256, * FROM details", file)
        finally:
            connection.unregister("details")
