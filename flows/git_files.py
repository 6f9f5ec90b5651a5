"""What is written of measured histories: monthly.csv, commits.parquet and summary.json, each of them whole."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from metrics.estimators.code_share import ADDED, Month, month_name, months_of
from metrics.estimators.columns import numbers, texts
from warehouse.files import partial_of, put_in_place, write_whole

COMMIT_COLUMNS = ("commit", "month", "kind", "tools", "added", "deleted", "added_source", "author_key")

COMMITS_WRITTEN = pa.schema(
    [(name, pa.int64() if name in ("added", "deleted", "added_source") else pa.string()) for name in COMMIT_COLUMNS]
)

REPEATED = ["month", "kind", "tools", "author_key"]
"""Columns of few different words; a dictionary of hashes would be as large as the hashes."""

ROWS_AT_ONCE = 4_096
"""Rows that are written at a time: a writer holds all of a group's columns at once."""


def write_monthly(target: Path, months: Sequence[Month]) -> None:
    """The months of every repository as CSV; a share of nothing is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Month._fields)
    writer.writerows(months)
    write_whole(target, text.getvalue().encode())


def write_commits(target: Path, commits: Sequence[pa.Table]) -> None:
    """The commits of every repository, one after another; lines are null where objects are missing."""
    being = partial_of(target)
    with pq.ParquetWriter(being, COMMITS_WRITTEN, compression="zstd", use_dictionary=REPEATED) as writer:
        for table in commits:
            for start in range(0, len(table), ROWS_AT_ONCE):
                writer.write_table(commit_rows(table.slice(start, ROWS_AT_ONCE)))
    put_in_place(being, target)


def commit_rows(commits: pa.Table) -> pa.Table:
    """COMMIT_COLUMNS of a table of code_share.COMMITS."""
    months = months_of(numbers(commits["at"]))
    names = {month: month_name(month) for month in set(months.tolist())}
    columns = {
        **{name: commits[name] for name in ("commit", "kind", "tools", "added", "deleted", "author_key")},
        "month": texts(names[month] for month in months.tolist()),
        "added_source": commits[ADDED["source"]],
    }
    return pa.Table.from_arrays([columns[name] for name in COMMIT_COLUMNS], list(COMMIT_COLUMNS))


def write_summary(target: Path, summary: dict[str, Any]) -> None:
    """Everything that is said of the repositories, as summary_text has it."""
    write_whole(target, f"{summary_text(summary)}\n".encode())


def summary_text(summary: dict[str, Any]) -> str:
    """Everything that is said of the repositories as one JSON object."""
    return json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
