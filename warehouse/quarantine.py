"""Rows that were refused, each with its reason and as it came.

Nothing is released here: mend the source or its parser, and rebuild.
"""

# ruff: noqa: S608 -- statements are composed of this project's own names; every value is a parameter.

import duckdb
import pandas as pd
import pyarrow as pa

from metrics.observation import COLUMNS
from warehouse.landing import Landed

REPUBLISHED = "republished without a new date"

QUARANTINE_COLUMNS = ("source", "line", "indicator", "rule", "reason", "row", "sha256")


def _told(table: str) -> str:
    """A value with its interval as text, in SQL."""
    return f"""concat_ws(' ', {table}.value,
        '(' || nullif(concat_ws(' to ', {table}.value_low, {table}.value_high), '') || ')',
        nullif({table}.interval, ''))"""


_CONTRADICTS = f"""
INSERT INTO quarantine BY NAME
SELECT $source AS source, $sha256 AS sha256, NULL AS line, delivered.indicator, '{REPUBLISHED}' AS rule,
    format('{{}}, but {{}} was published on the same day, {{}}', {_told("met")},
        CASE WHEN met.place IS NULL THEN {_told("first_row")} ELSE {_told("stored")} END, met.known_since) AS reason,
    to_json(struct_pack({", ".join(f'"{column}" := delivered."{column}"' for column in COLUMNS)})) AS row
FROM (FROM met WHERE outcome = 'republished') AS met JOIN delivered USING (position)
JOIN met AS first_row ON first_row.position = met.first_position
LEFT JOIN stored ON stored.place = met.place
ORDER BY position
"""


def replace(connection: duckdb.DuckDBPyConnection, landed: Landed, rejected: pd.DataFrame) -> None:
    """Put the refused rows of a file in the place of those that were refused of it before."""
    connection.execute("DELETE FROM quarantine WHERE source = ? AND sha256 = ?", [landed.source, landed.sha256])
    rows = rejected[["line", "indicator", "rule", "reason", "row"]].assign(source=landed.source, sha256=landed.sha256)
    connection.register("refused", pa.Table.from_pandas(rows, preserve_index=False))
    try:
        connection.execute("INSERT INTO quarantine BY NAME SELECT * FROM refused")
    finally:
        connection.unregister("refused")


def add_republished(connection: duckdb.DuckDBPyConnection, landed: Landed) -> None:
    """Refuse the rows that `facts.keep` found to contradict what was known since the same day."""
    connection.execute(_CONTRADICTS, {"source": landed.source, "sha256": landed.sha256})


def quarantined(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Every refused row: QUARANTINE_COLUMNS, in order of source, file and line."""
    columns = ", ".join(f'"{column}"' for column in QUARANTINE_COLUMNS)
    frame = connection.execute(
        f"SELECT {columns} FROM quarantine ORDER BY source, sha256, line NULLS LAST, rule, row"
    ).df()
    return frame.astype({"line": "Int64"} | {column: "str" for column in QUARANTINE_COLUMNS if column != "line"})
