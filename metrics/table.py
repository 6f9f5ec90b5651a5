"""A CSV file's bytes -> a frame of text: the batch errors that every table shares, and the line of every row.

What the columns mean, and whether a value is a number, is decided by the reader's caller and by the judge.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from metrics.errors import DataError

if TYPE_CHECKING:
    import _csv

LONGEST_CELL = 2**31 - 1
"""The csv module refuses cells above 131,072 characters unless told; a cell that is too long is one row's fault."""

BATCH = 20_000
"""Rows read at a time."""

OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs"}


class _Batch(NamedTuple):
    rows: list[list[str]]
    lines: list[int]
    """Line of the file where each row starts, counted from 1; a quoted cell may hold several."""


def read_table(
    content: bytes, *, name: str, required: Sequence[str], optional: Sequence[str] = (), strict: bool = True
) -> pd.DataFrame:
    """The rows of a CSV file, all as text exactly as it came.

    Args:
        content: the file, UTF-8 with or without a byte order mark.
        name: what to call the file in errors.
        required: columns that must be there.
        optional: columns that may be; one that is absent comes back as "".
        strict: refuse columns beyond those, where a misspelt one would be lost; else leave them out.

    Returns:
        Columns required and optional, str; `line` (int), where the row starts; `row` (str), a JSON object of
        the row as it came.

    Raises:
        DataError: nothing in it, not text, a web page, columns missing, unknown, doubled or nameless, a row with
            too few or too many cells, an open quote, no rows.
    """
    reader = csv.reader(io.StringIO(_text(content, name), newline=""), strict=True)
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        header = _header(reader, name)
        _check_header(header, name, required, [*optional, *(header if not strict else ())])
        table = pa.concat_tables(_arrow(header, batch) for batch in _batches(reader, len(header), name))
    finally:
        csv.field_size_limit(before)
    frame: pd.DataFrame = table.to_pandas()
    return frame.reindex(columns=[*required, *optional, "line", "row"], fill_value="")


def _text(content: bytes, name: str) -> str:
    if not content.strip():
        raise DataError(
            f"{name}: the table is empty", found=f"{len(content)} bytes", next="give a CSV file with a header"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name}: the table is not UTF-8 text",
            found=f"byte 0x{content[error.start]:02x} on line {_line(content, error.start)}",
            next="save it as UTF-8",
        ) from error
    if (at := content.find(b"\0")) >= 0:
        raise DataError(
            f"{name}: the table is not text",
            found=f"a NUL byte on line {_line(content, at)}",
            next="save it as UTF-8 CSV",
        )
    if text.lstrip().startswith("<"):
        raise DataError(
            f"{name}: the table is a web page or XML, not CSV",
            found=text.lstrip()[:40].splitlines()[0],
            next="download the CSV file itself",
        )
    return text


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _header(reader: "_csv.Reader", name: str) -> list[str]:
    try:
        return next(row for row in reader if row)
    except csv.Error as error:
        raise _unreadable(name, 1, error) from error


def _batches(reader: "_csv.Reader", width: int, name: str) -> Iterator[_Batch]:
    """The rows below the header, some at a time: a million lists at once cost more than the million rows."""
    batch = _Batch([], [])
    start = reader.line_num + 1
    n = 0
    try:
        for row in reader:
            if row:
                if len(row) != width:
                    raise _ragged(name, start, len(row), width)
                n += 1
                batch.rows.append(row)
                batch.lines.append(start)
                if len(batch.rows) == BATCH:
                    yield batch
                    batch = _Batch([], [])
            start = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(name, start, error) from error
    if not n:
        raise DataError(
            f"{name}: the table has no rows",
            found="a header and nothing below it",
            next="write one line an observation",
        )
    if batch.rows:
        yield batch


def _unreadable(name: str, line: int, error: csv.Error) -> DataError:
    return DataError(
        f"{name}: the row on line {line} cannot be read",
        found=str(error),
        next='write a cell with a quote in it "like ""this"""',
    )


def _ragged(name: str, line: int, found: int, expected: int) -> DataError:
    return DataError(
        f"{name}: the row on line {line} has {found} cells",
        found=f"{found} cells where the header has {expected}",
        next="put a cell with a comma in quotes, and write every empty cell",
    )


def _check_header(header: list[str], name: str, required: Sequence[str], optional: Sequence[str]) -> None:
    known = [*required, *optional]
    found = ", ".join(header)
    for delimiter, words in OTHER_DELIMITERS.items():
        if len(header) == 1 and delimiter in header[0]:
            raise DataError(
                f"{name}: the table is separated by {words}", found=repr(header[0][:80]), next="separate by commas"
            )
    for column in header:
        if header.count(column) > 1:
            raise DataError(f"{name}: column {column!r} is there twice", found=found, next="keep one of them")
        if not column.strip():
            raise DataError(
                f"{name}: column {header.index(column) + 1} has no name", found=found, next="name it, or take it out"
            )
    for column in required:
        if column not in header:
            raise DataError(f"{name}: column {column!r} is missing", found=found, next=f"needed: {', '.join(required)}")
    for column in header:
        if column not in known:
            near = get_close_matches(column.strip().lower(), known, n=1)
            raise DataError(
                f"{name}: column {column!r} is not known",
                found=found,
                next=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}",
            )


def _arrow(header: list[str], batch: _Batch) -> pa.Table:
    columns = {
        name: pa.array(cells, pa.large_string())
        for name, cells in zip(header, zip(*batch.rows, strict=True), strict=True)
    }
    return pa.table({**columns, "line": batch.lines, "row": _as_json(columns)})


def _as_json(columns: dict[str, pa.Array]) -> pa.Array:
    """One JSON object a row, joined column by column: a million calls of json.dumps take most of the reading."""
    parts: list[pa.Scalar | pa.Array] = []
    for name, cells in columns.items():
        parts += [
            _text_scalar(("{" if not parts else ", ") + json.dumps(name, ensure_ascii=False) + ": "),
            _quoted(cells),
        ]
    return pc.binary_join_element_wise(*parts, _text_scalar("}"), _text_scalar(""))


def _quoted(cells: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring_regex(cells, r'["\\\x00-\x1f]')).as_py():
        return pa.array([json.dumps(cell, ensure_ascii=False) for cell in cells.to_pylist()], pa.large_string())
    return pc.binary_join_element_wise(_text_scalar('"'), cells, _text_scalar('"'), _text_scalar(""))


def _text_scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())
