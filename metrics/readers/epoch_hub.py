"""Epoch AI's benchmarking hub: one zip archive of CSV tables, or one of the tables alone.

Tables are told by their columns: between April and September 2026 the capability index moved to another folder, under
another name, and from one row a variant of a model to one row a model.
"""

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from metrics.errors import DataError
from metrics.readers.archive import Member, members
from metrics.readers.content import ZIP, one_line, text_of
from metrics.table import read_table

COLUMNS = ("indicator", "subject", "release_date", "value", "low", "high", "detail", "line", "row")
"""One row a model with a score, all as published: texts, "" where absent, and `line` of its table. A score is in the
indicator's unit: shares are fractions even where the column says "(%)"."""


class Layout(NamedTuple):
    """A table of the hub and what its columns are."""

    indicator: str
    subject: str
    release_date: str
    value: str
    low: str = ""
    high: str = ""
    detail: str = ""
    besides: tuple[str, ...] = ()
    """Further columns by which it is known."""

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns without which a table is another one."""
        own = (self.subject, self.release_date, self.value, self.low, self.high, self.detail, *self.besides)
        return tuple(column for column in own if column)


INDEX = "eci_score"

LAYOUTS = (
    # The first that is there counts: an index with intervals, one row a model, before that of all variants.
    Layout(INDEX, "Model", "date", "eci", "eci_ci_low", "eci_ci_high"),
    Layout(INDEX, "Model version", "Release date", "ECI Score"),
    Layout("gdpval_win_or_tie", "Name", "Release date", "Win + tie rate (%)"),
    Layout("posttrainbench", "Name", "Release date", "Average (%)", detail="Scaffold", besides=("Average SD (%)",)),
)
"""What is read of the hub. Its table of METR's horizons is not: METR publishes them, and nobody is asked twice."""


def read_hub(content: bytes, *, name: str) -> pd.DataFrame:
    """The scores in an archive of the hub, or in its table of the capability index: COLUMNS in order of the tables.

    A model without a score is listed by Epoch before it is tested: no row, no zero.

    Raises:
        DataError: the file is neither, cannot be read, has no capability index, or has a table twice.
    """
    found: dict[str, tuple[Layout, Member]] = {}
    for member in _tables(content, name):
        layout = _layout(member.content)
        if layout is None:
            continue
        before = found.get(layout.indicator)
        if before is not None and before[0] is layout:
            raise DataError(
                f"{name}: the table of {layout.indicator} is there twice",
                found=one_line(f"{before[1].name}, {member.name}"),
                next="give the archive as it was published",
            )
        if before is None or LAYOUTS.index(layout) < LAYOUTS.index(before[0]):
            found[layout.indicator] = (layout, member)
    if INDEX not in found:
        raise DataError(
            f"{name}: there is no capability index in it",
            found=f"no table with {' or '.join(layout.value for layout in LAYOUTS if layout.indicator == INDEX)}",
            next="give Epoch's benchmark_data.zip, or its table of the index",
        )
    return pd.concat([_rows(*found[key]) for key in dict.fromkeys(one.indicator for one in LAYOUTS) if key in found])


def _tables(content: bytes, name: str) -> Iterator[Member]:
    if not content.startswith(ZIP):
        yield Member(name, text_of(content, name=name).encode())
        return
    yield from (one for one in members(content, name=name) if one.name.lower().endswith(".csv"))


def _layout(content: bytes) -> Layout | None:
    """What a table is by its header; None where it is none of those that are read."""
    first = content.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace")
    header = next(csv.reader(io.StringIO(first)), [])
    return next((layout for layout in LAYOUTS if set(layout.needed) <= set(header)), None)


def _rows(layout: Layout, member: Member) -> pd.DataFrame:
    table = read_table(member.content, name=one_line(member.name), required=layout.needed, strict=False)
    columns = {column: getattr(layout, column) for column in COLUMNS[1:-2] if getattr(layout, column)}
    named = pd.DataFrame({column: table[given] for column, given in columns.items()}).assign(
        indicator=layout.indicator, line=table["line"], row=table["row"]
    )
    scored = named[named["value"].str.strip() != ""]
    return scored.reindex(columns=list(COLUMNS), fill_value="")
