"""Tables and the lines of a run, for a terminal: any columns and rows as text.

Numbers stand right, an absent value is a dot, long and dangerous text is cut and spelt out. Nothing heavy is imported:
a listing appears at once.
"""

import math
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from numbers import Real

from reports.untrusted import ascii_only, cut, plain

WIDTH = 88
"""Columns that no line of ours exceeds."""

LONGEST_CELL = 48
GAP = "  "


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    unicode: bool = True,
    limit: int | None = 40,
    longest: int = LONGEST_CELL,
) -> str:
    """The rows under their column names, one line each; a last line counts the rows beyond `limit`.

    Args:
        columns: names, one a column.
        rows: each as long as `columns`; None, NaN and NaT are absent.
        unicode: False writes ASCII only.
        limit: rows shown; None shows all.
        longest: characters a cell may have before it is cut.
    """
    shown = rows[:limit]
    cells = [[_cell(value, unicode, longest) for value in row] for row in shown]
    names = [_cell(name, unicode, longest) for name in columns]
    right = [_is_numeric([row[i] for row in shown]) for i in range(len(names))]
    widths = [max(len(row[i]) for row in [names, *cells]) for i in range(len(names))]
    lines = [_line(row, widths, right) for row in [names, *cells]]
    if len(rows) > len(shown):
        lines.append(f"{'…' if unicode else '...'} {len(rows) - len(shown)} more rows; --json gives all of them")
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = [
        cell.rjust(width) if numeric else cell.ljust(width)
        for cell, width, numeric in zip(cells, widths, right, strict=True)
    ]
    return GAP.join(padded).rstrip()


def _cell(value: object, unicode: bool, longest: int) -> str:
    if absent(value):
        return "·" if unicode else "-"
    text = cut(_text(value), longest, unicode=unicode)
    return text if unicode else ascii_only(text)


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
