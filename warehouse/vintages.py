"""What is kept of a source's publications: whether a file is among them, and what the last one before a day said."""

# ruff: noqa: S608 -- statements are composed of this project's own names; every value is a parameter.

from datetime import date

import duckdb
import pandas as pd

from metrics.observation import COLUMNS, DATES


def is_kept(connection: duckdb.DuckDBPyConnection, source: str, sha256: str) -> bool:
    """Whether what a file says is kept."""
    query = "SELECT count(*) FROM landing WHERE source = ? AND sha256 = ?"
    ((files,),) = connection.execute(query, [source, sha256]).fetchall()
    return bool(files)


def last_publication(connection: duckdb.DuckDBPyConnection, source: str, day: date) -> pd.DataFrame:
    """What a source said in its last publication up to a day, restatements too: observation.COLUMNS."""
    columns = ", ".join(f'"{column}"' for column in COLUMNS)
    query = f"""SELECT {columns} FROM fact_observation AS said
        WHERE source = $source AND known_since = (
            SELECT max(known_since) FROM fact_observation WHERE source = $source AND known_since <= $day)
        QUALIFY batch = max(batch) OVER (PARTITION BY key_id)"""
    frame = connection.execute(query, {"source": source, "day": day}).df()
    return frame.astype(dict.fromkeys(DATES, "datetime64[us]"))
