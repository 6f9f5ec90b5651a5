"""The share of code written by AI: one panel a definition and subject, never joined and never averaged."""

import math
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from metrics.untrusted import plain
from reports.charts.calendar import year
from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.marks import Mark, drawn, key_of
from reports.charts.rows import Reading, Row
from reports.charts.rows import chart as rows_chart
from reports.charts.scales import Span
from reports.charts.style import SMALL, Chart, axis, finished, labelled, layer, text
from reports.charts.style import panel as panel_of
from reports.charts.words import shortened
from reports.citing import METHODS, References, day
from reports.colours import LIGHT
from reports.published_values import code_share_heading, code_shares, values_data, values_table
from reports.quantities import Value, of
from reports.record import Record
from scenarios.words import MONTHS, THIN_SPACE, counted, share

LINE_FROM = 3
"""Values from which a line is drawn: two are no trend."""
CLOUD_FROM = 40
"""Values from which points are small and unjoined: a line would hide them."""
PERCENT = tuple(f"{part}{THIN_SPACE}%" for part in (0, 25, 50, 75, 100))


class _Panel(NamedTuple):
    definition: str
    subject: str
    marks: tuple[Mark, ...]
    newest: str


def panels(record: Record, references: References) -> Figure | None:
    """What was published more than once; None where nothing was."""
    rows = code_shares(record)
    found = [_panel(group) for group in _groups(rows) if _dates(group) > 1]
    if not found:
        return None
    first = math.floor(min(mark.at for panel in found for mark in panel.marks))
    last = math.ceil(max(mark.at for panel in found for mark in panel.marks))
    return Figure(
        id="code-share",
        heading=code_share_heading(rows),
        plotted="Share of code written by AI where it was published more than once, one panel a definition and "
        "subject. Same axes, never joined and never averaged; a line from three values on.",
        finding=f"{counted(len(found), 'panel')}; the newest values: "
        f"{'; '.join(f'{plain(panel.subject)} {panel.newest}' for panel in found)}.",
        wide=_chart(found, first, last, WIDE),
        narrow=_chart(found, first, last, NARROW),
        table=values_table(rows, record, references),
        data=values_data(rows, record),
        key=key_of([mark for panel in found for mark in panel.marks], faint="doubtful"),
    )


def once(record: Record, references: References) -> Figure | None:
    """What was published once, row by row; None where nothing was."""
    rows = code_shares(record)
    single = [group for group in _groups(rows) if _dates(group) == 1]
    if not single:
        return None
    alone = pd.concat([group.tail(1) for group in single]).sort_values(["method", "observed_on", "subject"])
    shown = [_row(row) for row in alone.itertuples(index=False)]
    reading = Reading(Span(0.0, 1.0, False, (0.0, 0.25, 0.5, 0.75, 1.0), PERCENT))
    return Figure(
        id="code-share-once",
        heading="Shares of code that were published once",
        plotted="One value of each definition and subject, by how it is known. Definitions differ: rows are not to be "
        "compared with each other.",
        finding=f"{counted(len(shown), 'value')} by {counted(alone['definition'].nunique(), 'definition')}.",
        wide=rows_chart(shown, reading, WIDE),
        narrow=rows_chart(shown, reading, NARROW),
        table=values_table(alone, record, references),
        data=values_data(alone, record),
        key=key_of([Mark(0, row.value, row.method, row.used) for row in shown], faint="doubtful"),
    )


def _groups(rows: pd.DataFrame) -> list[pd.DataFrame]:
    groups = [group for _, group in rows.groupby(["definition", "subject", "method"], sort=True)]
    return sorted(groups, key=lambda group: -_dates(group))


def _dates(rows: pd.DataFrame) -> int:
    return len(set(rows["observed_on"]))


def _panel(rows: pd.DataFrame) -> _Panel:
    marks = tuple(
        Mark(year(row.observed_on), _bound(of(row)), str(row.method), bool(row.confidence != "low"))
        for row in rows.itertuples(index=False)
    )
    newest = marks[-1].value
    known = next(one for one in (newest.value, newest.low, newest.high) if not math.isnan(one))
    before = {"high": "at least ", "low": "at most ", "": ""}[marks[-1].open_side]
    return _Panel(str(rows["definition"].iloc[0]), str(rows["subject"].iloc[0]), marks, f"{before}{share(known)}")


def _bound(value: Value) -> Value:
    if value.interval != "bound":
        return value
    low = math.nan if not value.low > 0 else value.low
    high = math.nan if not value.high < 1 else value.high
    return Value(math.nan, low, high, "bound")


def _row(row: Any) -> Row:
    on = day(row.observed_on)
    name = f"{plain(row.subject)}, {MONTHS[on.month - 1][:3]} {on.year}"
    group = METHODS.get(row.method, row.method)
    return Row(f"{group[:1].upper()}{group[1:]}", name, _bound(of(row)), row.method, row.confidence != "low")


def _chart(found: list[_Panel], first: float, last: float, width: int) -> Chart:
    across = 3 if width == WIDE else 1
    room = {3: 188, 1: 248}[across]
    panels_drawn = [_one(panel, first, last, room, is_left=at % across == 0) for at, panel in enumerate(found)]
    grid = {"concat": panels_drawn, "columns": across, "spacing": {"row": 60, "column": 20}, "bounds": "flush"}
    return finished(grid | {"padding": {"left": 44, "top": 34, "right": 4, "bottom": 4}})


def _one(panel: _Panel, first: float, last: float, width: int, *, is_left: bool) -> Chart:
    years = [float(one) for one in range(int(first), int(last) + 1)]
    kept = years[:: 2 if len(years) > 4 else 1]
    dates = axis(**labelled(kept, [f"{one:.0f}" for one in kept]), grid=False)
    x = alt.X("x:Q", scale=alt.Scale(domain=[first, last], nice=False), axis=dates)
    steps = axis(**labelled([0.0, 0.5, 1.0], [PERCENT[0], PERCENT[2], PERCENT[4]] if is_left else ["", "", ""]))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=steps)
    exact = [mark for mark in panel.marks if math.isfinite(mark.value.value)]
    joined = exact if LINE_FROM <= len(exact) < CLOUD_FROM else []
    line = [{"x": mark.at, "y": mark.value.value} for mark in joined]
    style = {"stroke": LIGHT["rule"], "strokeWidth": 1, "strokeDash": [2, 2]}
    corner = [{"x": first, "y": 1, "text": shortened(plain(panel.subject), width * 0.95, 12)}]
    below = [{"x": first, "y": 1, "text": shortened(plain(panel.definition), width, SMALL)}]
    layers = [
        *([layer(line, type="line", **style).encode(x=x, y=y)] if line else []),
        *drawn(panel.marks, x, y, upright=True, size=45 if len(panel.marks) < CLOUD_FROM else 14),
        text(corner, x, y, dy=-25, fontWeight="bold"),
        text(below, x, y, dy=-11, fontSize=SMALL, color=LIGHT["muted"]),
    ]
    return panel_of(layers, width, 96)
