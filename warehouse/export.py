"""Tables as Parquet files. The same rows give the same bytes."""

import hashlib
from pathlib import Path

import duckdb

from warehouse.connection import quoted
from warehouse.facts import ORDERED
from warehouse.files import being_written, put_in_place

EXPORTED = {
    "fact_observation": ORDERED,
    "indicator": "SELECT * FROM indicator ORDER BY indicator",
    "source": "SELECT * FROM source ORDER BY source",
    "landing": "SELECT * FROM landing ORDER BY fetched_at, sha256, source",
    "quarantine": "SELECT * FROM quarantine ORDER BY source, sha256, line NULLS LAST, rule, row",
    "run": "SELECT * FROM run ORDER BY started_at, run_id",
    "assessment": "SELECT * FROM assessment ORDER BY as_of, stored_at, assessment_id",
    "evidence": "SELECT * FROM evidence ORDER BY assessment_id, position",
    "sensitivity_check": "SELECT * FROM sensitivity_check ORDER BY assessment_id, position",
    "replay": "SELECT * FROM replay ORDER BY clock, replay_id, as_of",
    "task_attempt": "SELECT * FROM task_attempt ORDER BY source, sha256, agent, task",
    "marker": "SELECT * FROM marker ORDER BY assessment_id, position",
}
"""What is published as Parquet, by name of the file; facts without restatements."""


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> str:
    """Write the rows of an ordered query, swapped in whole; returns the SHA-256 of the file."""
    with being_written(path) as partial:
        # Row groups of a fixed size in the order of the query: the number of threads must not show.
        connection.execute(
            f"COPY ({query}) TO '{quoted(partial)}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"
        ).fetchall()
        put_in_place(partial, path)
    return sha256_of_file(path)


def sha256_of_file(path: Path) -> str:
    """Hash of the bytes of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
