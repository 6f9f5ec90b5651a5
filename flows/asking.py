"""One statement, asked and answered where and how it was wished: printed, or written to a file that appears whole.

How it is answered stands in warehouse/query.py, the shell in sql_shell.py.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import click

from flows.console import print_document, say, speaks_unicode, terminal_width
from metrics.errors import UsageError, WarehouseError
from reports.listing import table, table_or_blocks
from warehouse.answer import Answer
from warehouse.files import write_whole
from warehouse.home import Home
from warehouse.query import query

SHOWN = 40
"""Rows of a table that are printed."""

BY_SUFFIX = {".csv": "csv", ".json": "json", ".parquet": "parquet", ".txt": "table"}


class Wish(NamedTuple):
    """How an answer is wanted."""

    form: str = "table"
    """table, csv, json or parquet."""
    output: Path | None = None
    """The file to write, or None to print."""
    every: bool = False
    """Every row of a table."""


def wish(json_flag: str | None, form: str | None, output: Path | None, *, every: bool) -> Wish:
    """How the answer is wanted, by what was typed.

    Raises:
        UsageError: two formats are named, none can be told from the file's name, or Parquet has no file.
    """
    if json_flag and form not in (None, json_flag):
        raise UsageError("sql: --json and --format name two formats", found=f"--format {form}", next="leave one out")
    named = json_flag or form or (BY_SUFFIX.get(output.suffix.lower()) if output else "table")
    if named is None:
        raise UsageError(
            f"sql: {output}: the name does not tell the format",
            found=f"no ending of {', '.join(BY_SUFFIX)}",
            next="add --format table, csv, json or parquet",
        )
    if named == "parquet" and output is None:
        raise UsageError(
            "sql: Parquet is written to a file", found="no -o", next='threefutures sql "FROM fact" -o fact.parquet'
        )
    return Wish(named, output, every)


def ask_in(home: Home, text: str, wanted: Wish) -> None:
    """Ask one statement and answer it as wished; what was done goes to stderr."""
    if wanted.form == "parquet" and wanted.output is not None:
        _write_parquet(home, text, wanted.output)
        return
    limited = wanted.form == "table" and wanted.output is None and not wanted.every
    answer = query(home, text, rows=SHOWN if limited else None)
    if wanted.output is None:
        _print(answer, wanted.form)
    else:
        _write(wanted.output, _text(answer, wanted.form).encode())
    _say(len(answer.rows), answer.complete, answer.seconds, answer.published_at, wanted.output)


def _print(answer: Answer, form: str) -> None:
    if form == "json":
        print_document(_json(answer))
    elif form == "csv":
        click.echo(answer.csv(), nl=False)
    else:
        click.echo(table_or_blocks(answer.columns, answer.rows, unicode=speaks_unicode(), width=terminal_width()))


def _text(answer: Answer, form: str) -> str:
    if form == "json":
        return _json(answer) + "\n"
    return answer.csv() if form == "csv" else table(answer.columns, answer.rows, limit=None) + "\n"


def _json(answer: Answer) -> str:
    return json.dumps(answer.records(), indent=2, ensure_ascii=False, allow_nan=False)


def _write(output: Path, content: bytes) -> None:
    try:
        write_whole(output, content)
    except OSError as error:
        raise _unwritable(output, error) from error


def _write_parquet(home: Home, text: str, output: Path) -> None:
    from warehouse.extract import query_to_parquet

    try:
        extract = query_to_parquet(home, text, output)
    except OSError as error:
        raise _unwritable(output, error) from error
    _say(extract.rows, True, extract.seconds, extract.published_at, output)


def _unwritable(output: Path, error: OSError) -> WarehouseError:
    return WarehouseError(
        f"{output}: the file cannot be written",
        found=os.strerror(error.errno) if error.errno else str(error),
        next="give another file with -o; what was there is intact",
    )


def _say(rows: int, complete: bool, seconds: float, published_at: datetime, output: Path | None) -> None:
    count = "1 row" if rows == 1 else f"{rows:,} rows"
    if not complete:
        count = f"the first {count} (--all prints every row)"
    where = f" in {output}" if output else ""
    say(f"{count}{where}, {seconds:.2f} s, snapshot of {published_at:%Y-%m-%d %H:%M} UTC")
