"""Tables and the lines of a run, for a terminal: any columns and rows as text.

Numbers stand right, an absent value is a dot, long and dangerous text is cut and spelt out. Nothing heavy is imported:
a listing appears at once.
"""

import io
import math
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from numbers import Real
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from metrics.untrusted import cut, plain
from reports.untrusted import ascii_only

WIDTH = 88
"""Columns that no line of ours exceeds."""

LONGEST_CELL = 48
LONGEST_ROW = 400
"""Characters of a refused row, or of the reason, that are shown."""

LONGEST_NAME = 20
"""Room that a value is given however narrow the terminal is."""

GAP = "  "
ENDLESS = 100_000
"""Width of a table that nothing limits."""


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    unicode: bool = True,
    limit: int | None = 40,
    longest: int = LONGEST_CELL,
    width: int | None = None,
) -> str:
    """The rows under their column names, one line each; a last line counts the rows beyond `limit`.

    Args:
        columns: names, one a column.
        rows: each as long as `columns`; None, NaN and NaT are absent.
        unicode: False writes ASCII only.
        limit: rows shown; None shows all.
        longest: characters a cell may have before it is cut.
        width: columns a line may have; None is no limit.
    """
    shown = rows[:limit]
    grid = Table(box=None, pad_edge=False, padding=(0, len(GAP), 0, 0), header_style="")
    for i, name in enumerate(columns):
        numeric = _is_numeric([row[i] for row in shown])
        # Columns of text give way when the line is too long; a number and what a row is called by are shown whole.
        whole = numeric or i == 0
        grid.add_column(_cell(name, unicode, longest), justify="right" if numeric else "left", no_wrap=whole)
    for row in shown:
        grid.add_row(*(_cell(value, unicode, longest) for value in row))
    lines = _drawn(grid, width)
    lines += _beyond(len(rows) - len(shown), unicode)
    return "\n".join(lines if unicode else map(ascii_only, lines))


def table_or_blocks(
    columns: Sequence[str], rows: Sequence[Sequence[object]], *, unicode: bool = True, width: int | None = None
) -> str:
    """A table of all rows, or, where its headings do not fit into the width, a block a row: one line a column."""
    drawn = table(columns, rows, unicode=unicode, limit=None, width=width)
    heading = drawn.partition("\n")[0]
    names = [_cell(name, unicode, LONGEST_CELL).plain for name in columns]
    if width is None or all((name if unicode else ascii_only(name)) in heading for name in names):
        return drawn
    room = width - max(map(len, names)) - 2 * len(GAP)
    blocks = [_block(names, row, unicode, max(room, LONGEST_NAME)) for row in rows]
    return "\n\n".join(block if unicode else ascii_only(block) for block in blocks)


def _block(names: Sequence[str], row: Sequence[object], unicode: bool, room: int) -> str:
    longest = max(map(len, names))
    cells = (_cell(value, unicode, room).plain for value in row)
    return "\n".join(f"{GAP}{name:<{longest}}{GAP}{cell}".rstrip() for name, cell in zip(names, cells, strict=True))


def refusals(rows: Sequence[Mapping[Any, object]], *, unicode: bool = True, limit: int = 40) -> str:
    """Refused rows: where each stands and why it was refused, and below it the row as it came.

    Args:
        rows: with source, line, rule, reason and row.
        unicode: False writes ASCII only.
        limit: rows shown; a last line counts the others.
    """
    lines = []
    for row in rows[:limit]:
        place = row["source"] if absent(row["line"]) else f"{row['source']}, line {row['line']}"
        told = cut(plain(f"{place}: {row['reason']} ({row['rule']})"), LONGEST_ROW, unicode=unicode)
        came = cut(plain(row["row"]), LONGEST_ROW, unicode=unicode)
        lines += textwrap.wrap(told, WIDTH, subsequent_indent="  ")
        lines += textwrap.wrap(came, WIDTH, initial_indent="    ", subsequent_indent="    ")
    lines += _beyond(len(rows) - limit, unicode)
    return "\n".join(lines if unicode else map(ascii_only, lines))


def held_back(files: Sequence[Mapping[Any, Any]], *, unicode: bool = True) -> str:
    """Files of which nothing is kept until somebody has looked: why, since when, and how each is taken.

    Args:
        files: with source, sha256, rule, reason and held_at.
        unicode: False writes ASCII only.
    """
    lines = []
    for file in files:
        told = f"{file['source']}, held back since {file['held_at']:%Y-%m-%d}: {file['reason']} ({file['rule']})"
        lines += textwrap.wrap(cut(plain(told), LONGEST_ROW, unicode=unicode), WIDTH, subsequent_indent="  ")
        lines.append(f"    threefutures ingest {file['source']} --accept {file['sha256'][:12]}")
    return "\n".join(lines if unicode else map(ascii_only, lines))


def _beyond(n: int, unicode: bool) -> list[str]:
    rows = "1 more row; --json gives it too" if n == 1 else f"{n} more rows; --json gives all of them"
    return [f"{'…' if unicode else '...'} {rows}"] if n > 0 else []


def _drawn(grid: Table, width: int | None) -> list[str]:
    sheet = io.StringIO()
    Console(file=sheet, width=width or ENDLESS, color_system=None, force_terminal=False).print(grid)
    return [line.rstrip() for line in sheet.getvalue().splitlines()]


def _cell(value: object, unicode: bool, longest: int) -> Text:
    absence = "·" if unicode else "-"
    text = absence if absent(value) else cut(_text(value), longest, unicode=unicode)
    return Text(text, no_wrap=True, overflow="ellipsis")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return plain(value)


def _number(value: float) -> str:
    """At most six significant digits, never in exponents between a millionth and a billion."""
    if value and not 1e-6 <= abs(value) < 1e9:
        return f"{value:.4g}"
    decimals = max(0, 5 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def absent(value: object) -> bool:
    """True for None, NaN, NaT and pandas' NA."""
    missing = value is None or type(value).__name__ in ("NaTType", "NAType")
    return missing or (isinstance(value, float) and math.isnan(value))


def _is_numeric(values: Sequence[object]) -> bool:
    present = [value for value in values if not absent(value)]
    return bool(present) and all(isinstance(value, Real | Decimal) and not isinstance(value, bool) for value in present)


def step(name: str, text: str, seconds: float) -> str:
    """A line of a run: what was done, what came of it, how long it took."""
    shown = cut(plain(text), WIDTH - 20)
    return f"{name:<9} {shown:<{WIDTH - 20}}{seconds:>6.1f} s"


def finding_lines(check: str, status: str, said: str, following: str = "") -> list[str]:
    """What was found of one thing, and below it what to do next."""
    start = f"{status:<6}{check:<10}"
    texts = [plain(said), *([f"next   {plain(following)}"] if following else [])]
    indent = " " * len(start)
    return [
        line
        for text, first in zip(texts, (start, indent), strict=False)
        for line in textwrap.wrap(
            text, WIDTH, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
    ]
