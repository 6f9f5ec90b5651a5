"""What a statement answers: rows as Python has them, as JSON, and as CSV. How it is asked stands in query.py."""

import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

FORMULA = "^ *[=+\\-@\t\r\n＝＋－＠]"
"""What a spreadsheet takes for a formula, or cuts to one; the wide signs count in East Asian ones. Also read by RE2."""

INFINITE = ("9999-12-31", "9999-12-31T23:59:59.999999", "0001-01-01", "0001-01-01T00:00:00")
"""What DuckDB's infinite days and instants are in Python."""

QUOTE, EMPTY = '"', '""'


class Answer(NamedTuple):
    """Rows of one statement."""

    columns: tuple[str, ...]
    """No two alike: a second n is n_1."""
    types: tuple[str, ...]
    """DuckDB's names: VARCHAR, DOUBLE, DATE."""
    rows: list[tuple[Any, ...]]
    complete: bool
    """Whether these are all rows."""
    seconds: float
    published_at: datetime
    """When the snapshot was published (UTC)."""

    def records(self) -> list[dict[str, Any]]:
        """The rows as JSON objects, times in ISO 8601; NaN and infinity, which JSON has no word for, are null."""
        return [{name: plain(value) for name, value in zip(self.columns, row, strict=True)} for row in self.rows]

    def csv(self) -> str:
        """The rows as CSV under their names; no text in it is a formula, and what is absent is empty."""
        lines = [[_quoted(harmless(name)) for name in self.columns]]
        lines += [[_csv_cell(value) for value in row] for row in self.rows]
        # A line of one absent value would be an empty one, which readers skip.
        return "".join(f"{','.join(line) or EMPTY}\n" for line in lines)


def unlike(names: Sequence[str]) -> Iterator[str]:
    """The names, those that were there before with a number behind them."""
    given: set[str] = set()
    for name in names:
        unique, times = name, 0
        while unique in given or (times and unique in names):
            times += 1
            unique = f"{name}_{times}"
        given.add(unique)
        yield unique


def plain(value: Any) -> Any:
    """A value of DuckDB in dicts, lists, text, numbers, booleans and None."""
    if value is None or isinstance(value, bool | int | str | float):
        return None if isinstance(value, float) and not math.isfinite(value) else value
    if isinstance(value, date):
        return _iso(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and not _decimals(value) else float(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def _iso(value: date) -> str | None:
    """A day or instant as ISO 8601; None for an infinite one."""
    text = value.isoformat()
    return None if text.partition("+")[0] in INFINITE else text


def harmless(text: str) -> str:
    """The text, behind a single quote if a spreadsheet would run it as a formula."""
    return f"'{text}" if re.match(FORMULA, text) else text


def _csv_cell(value: Any) -> str:
    """Numbers and days as they are, however they begin; everything else is text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return str(value) if _iso(value) else ""
    if isinstance(value, int | float):
        return str(value)
    nested = isinstance(value, Mapping | list | tuple)
    return _quoted(harmless(json.dumps(plain(value), ensure_ascii=False) if nested else str(plain(value))))


def _quoted(text: str) -> str:
    """The text as a field; empty text stands in quotes, which tells it from what is absent."""
    return text if text and not re.search('[",\r\n]', text) else f'"{text.replace(QUOTE, EMPTY)}"'


def _decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _key(key: Any) -> str:
    """A key of a MAP, which may be of any type."""
    return str(key).lower() if isinstance(key, bool) else str(plain(key))


def size_bytes(value: Any) -> int:
    """What a value holds in memory, with all that is in it."""
    if isinstance(value, list | tuple):
        return sys.getsizeof(value) + sum(map(size_bytes, value))
    if isinstance(value, Mapping):
        return sys.getsizeof(value) + sum(size_bytes(key) + size_bytes(item) for key, item in value.items())
    return sys.getsizeof(value)
