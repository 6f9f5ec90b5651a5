"""Sources of a user's own: tables of observations, and evaluations.

Their facts have a definition of their own, so that no value of theirs becomes a point of a published series.
"""

import csv
import io
import json
from functools import partial

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from metrics import load_indicators
from metrics.errors import DataError
from metrics.estimated import Origin, estimates
from metrics.own_table import OPTIONAL, REQUIRED, parse_own
from metrics.readers.content import one_line, text_of
from metrics.source import Expected, Source
from metrics.sources.inspect_logs import attempts

TABLE = "table"

PARQUET = b"PAR1"

MOST_ROWS = 5_000_000
"""Rows of a Parquet file, which can say that it has more than any memory holds."""

MOST_BYTES = 256 * 2**20
"""Of its text, as of an archive that is unpacked."""

BATCH_ROWS = 1_000


def own_source(name: str, *, kind: str, private: bool, expected: Expected | None = None) -> Source:
    """A source of the user's own: its files are tables of observations (TABLE), or else attempts at tasks."""
    is_table = kind == TABLE
    return Source(
        name,
        title=f"{'A table' if is_table else 'Evaluations'} of your own: {name}",
        publisher="the user",
        licence="the user's own",
        url="",
        files=(),
        parse=partial(read_rows if is_table else _evaluations, name=name),
        details={} if is_table else {"task_attempt": attempts},
        expected=expected,
        private=private,
    )


def read_rows(content: bytes, *, name: str) -> pd.DataFrame:
    """The rows of a CSV, JSON-lines or Parquet file as raw observations of a source.

    known_since is empty where a row does not say it: whoever lands the file knows.

    Raises:
        DataError: the file is of no such kind, or cannot be read as a table of observations.
    """
    table, is_csv = _table(content, name)
    rows = _parsed(table, name, lines_before=0 if is_csv else 1)
    return rows.assign(source=name, definition=f"as in {name}")


def columns_of(content: bytes, *, name: str) -> tuple[str, ...]:
    """The names of the columns of a file, as they stand in it.

    Raises:
        DataError: the file is of no such kind, or cannot be read.
    """
    table, _ = _table(content, name)
    return tuple(next(csv.reader(io.StringIO(table.decode())), ()))


def _table(content: bytes, name: str) -> tuple[bytes, bool]:
    """A file as CSV, and whether it is one itself."""
    if content.startswith(PARQUET):
        return _parquet(content, name), False
    text = text_of(content, name=name)
    return (_json_lines(text, name), False) if text.lstrip().startswith("{") else (text.encode(), True)


def _evaluations(content: bytes, *, name: str) -> pd.DataFrame:
    origin = Origin(name, f"evaluations {name}", "threefutures, from the user's evaluations", "")
    return estimates(attempts(content), origin)


def _parsed(content: bytes, name: str, *, lines_before: int = 0) -> pd.DataFrame:
    rows = parse_own(content, name=name, catalogue=load_indicators(), dated=False)
    return rows.assign(line=rows["line"] - lines_before)


def _parquet(content: bytes, name: str) -> bytes:
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        if file.metadata.num_rows > MOST_ROWS:
            raise DataError(
                f"{name}: the table has too many rows", found=f"{file.metadata.num_rows:,}", next="add up first"
            )
        return _text_of(file, name)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        raise DataError(
            f"{name}: the Parquet file cannot be read", found=one_line(str(error)), next="write it again"
        ) from error


def _text_of(file: pq.ParquetFile, name: str) -> bytes:
    """A Parquet file as CSV, a bounded number of rows at a time: a cell that is said once may stand in all of them."""
    parts: list[bytes] = []
    size = 0
    for batch in file.iter_batches(BATCH_ROWS):
        text = _as_csv(batch.to_pandas())
        parts.append(text.partition(b"\n")[2] if parts else text)
        size += len(text)
        if size > MOST_BYTES:
            raise DataError(
                f"{name}: the table is too large", found=f"more than {MOST_BYTES:,} bytes of text", next="add up first"
            )
    return b"".join(parts) or _as_csv(file.schema_arrow.empty_table().to_pandas())


def _json_lines(text: str, name: str) -> bytes:
    rows = []
    for line, content in enumerate(text.splitlines(), start=1):
        if not content.strip():
            continue
        try:
            row = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"{name}: line {line} is not JSON", found=one_line(content[:60]), next="write one object a line"
            ) from error
        if not isinstance(row, dict) or any(isinstance(cell, dict | list) for cell in row.values()):
            raise DataError(
                f"{name}: line {line} is not a row", found=one_line(content[:60]), next="write texts and numbers"
            )
        rows.append(row)
    return _as_csv(pd.DataFrame(rows, dtype=object))


def _as_csv(frame: pd.DataFrame) -> bytes:
    known = [column for column in (*REQUIRED, *OPTIONAL) if column in frame.columns]
    others = [column for column in frame.columns if column not in known]
    for column in frame.columns:
        if pd.api.types.is_datetime64_any_dtype(frame[column]):
            frame[column] = frame[column].dt.strftime("%Y-%m-%d")
    return frame[[*known, *others]].to_csv(index=False, lineterminator="\n").encode()
