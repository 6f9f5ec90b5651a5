"""Multipliers of people's output by how they are known, and doubling times of the horizon by vintage."""

import math
from typing import Any

import pandas as pd

from metrics.untrusted import plain
from reports import published_values
from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.marks import Mark, key_of
from reports.charts.rows import Reading, Row, chart
from reports.charts.scales import Span
from reports.citing import References, day
from reports.published_values import DOUBLING_HEADING, GROUPS, multipliers_heading, values_data, values_table
from reports.quantities import DAYS_A_MONTH, Value, of
from reports.record import Record
from scenarios.words import MONTHS, counted, months, times

LOWEST, HIGHEST = 0.5, 16.0


def multipliers(record: Record, references: References) -> Figure | None:
    """How many times as much people do with AI, each value by itself; None where none is public."""
    rows = published_values.multipliers(record)
    if rows.empty:
        return None
    shown = [_row(row, GROUPS[str(row.method)]) for row in rows.itertuples(index=False)]
    powers = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
    words = tuple(f"{power:g}" for power in powers)
    reading = Reading(Span(LOWEST, HIGHEST, True, powers, words), 1.0, "no change")
    return Figure(
        id="multipliers",
        heading=multipliers_heading(rows),
        plotted="How many times as much people do with AI as without, the newest value of each source and question. "
        "Logarithmic scale: each step doubles. Tasks and questions differ: the values are not to be averaged.",
        finding=_multipliers_said(rows),
        wide=chart(shown, reading, WIDE),
        narrow=chart(shown, reading, NARROW),
        table=values_table(rows, record, references),
        data=values_data(rows, record),
        key=key_of([Mark(0, row.value, row.method, row.used) for row in shown], faint="doubtful"),
    )


def _multipliers_said(rows: pd.DataFrame) -> str:
    said = []
    for method, name in GROUPS.items():
        values = rows.loc[rows["method"] == method, "value"].dropna()
        if len(values):
            span = (
                times(values.min())
                if len(values) == 1
                else f"{times(values.min()).split()[0]} to {times(values.max())}"
            )
            said.append(f"{name.lower()}: {counted(len(values), 'value')}, {span}")
    return f"{'; '.join(said)[:1].upper()}{'; '.join(said)[1:]}."


def doubling(record: Record, references: References) -> Figure | None:
    """How fast the task horizon doubled by each published fit; None where none is public."""
    rows = published_values.doubling_times(record)
    if rows.empty:
        return None
    scaled = rows.assign(**{name: rows[name] / DAYS_A_MONTH for name in ("value", "value_low", "value_high")})
    most = max(8.0, 2 * math.ceil(scaled[["value", "value_high"]].max().max() / 2))
    ticks = tuple(float(tick) for tick in range(0, int(most) + 1, 2))
    words = (*(f"{tick:g}" for tick in ticks[:-1]), f"{ticks[-1]:g} months")
    shown = [_row(row, "") for row in scaled.itertuples(index=False)]
    reading = Reading(Span(0.0, most, False, ticks, words))
    ends = [months(float(scaled["value"].min())), months(float(scaled["value"].max()))]
    return Figure(
        id="doubling",
        heading=DOUBLING_HEADING,
        plotted="Months in which the horizon at 50\N{THIN SPACE}% success doubled, by suite and by the window of the "
        "fit, oldest fit first. Where no line is drawn no interval was published: that is not certainty.",
        finding=f"{counted(len(shown), 'fit')}, from {ends[0]} to {ends[1]}.",
        wide=chart(shown, reading, WIDE),
        narrow=chart(shown, reading, NARROW),
        table=values_table(rows, record, references),
        data=values_data(rows, record),
        key=key_of([Mark(0, row.value, row.method, row.used) for row in shown], faint="doubtful"),
    )


def _row(row: Any, group: str) -> Row:
    on = day(row.observed_on)
    name = f"{plain(row.subject or row.definition)}, {MONTHS[on.month - 1][:3]} {on.year}"
    return Row(group, name, _drawable(of(row)), row.method, row.confidence != "low")


def _drawable(value: Value) -> Value:
    """A bound without the end that is at the edge of the possible."""
    if value.interval != "bound":
        return value
    low = math.nan if not value.low > 0 else value.low
    high = math.nan if math.isinf(value.high) else value.high
    return Value(math.nan, low, high, "bound")
