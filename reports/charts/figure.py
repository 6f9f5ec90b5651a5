"""Figure: a chart in two widths, what it says in words, and every value it shows."""

from dataclasses import dataclass

from reports.charts.style import Chart
from reports.tabular import Table

WIDE, NARROW = 700, 342
"""Pixels; the narrow one is drawn anew for a phone, not scaled down."""


@dataclass(frozen=True)
class Figure:
    """One figure of the page."""

    id: str
    """Name of its files, and its anchor."""
    heading: str
    """What it shows: a finding, or neutral."""
    plotted: str
    """One line on what is plotted, and how to read it."""
    finding: str
    """The picture in a sentence with numbers, for those who do not see it."""
    wide: Chart
    narrow: Chart
    table: Table
    """Every value of the picture, as people read it."""
    data: Table
    """The same unrounded, for a file."""
    key: tuple[str, ...] = ()
    """Marks that it uses and whose meaning is not written at them; ids of marks.KEY."""
    notes: tuple[str, ...] = ()
    """What stands below it."""
