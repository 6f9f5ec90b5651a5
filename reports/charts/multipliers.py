"""Multipliers of people's output by how they are known, and doubling times of the horizon by vintage."""

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from metrics import Indicator
from metrics.untrusted import cut, plain
from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.marks import Mark, key_of
from reports.charts.rows import Reading, Row, chart
from reports.charts.scales import Span
from reports.citing import METHODS, day
from reports.quantities import Value, measured, of
from reports.record import Record
from reports.tabular import Table, table
from scenarios.words import MONTHS, counted, months, times

MULTIPLIERS = ("engineer_output_multiplier", "ai_progress_acceleration")
DOUBLING = "task_horizon_doubling_time"

GROUPS = {
    "rct": "Found by trials",
    "telemetry": "Measured by telemetry",
    "benchmark": "Measured by benchmarks",
    "estimate": "Estimated",
    "survey": "Reported by people of themselves",
    "statement": "Said by publishers",
    "": "How it is known is not stated",
}
"""Methods in the order of how much they bear."""

FACT_COLUMNS = (
    "subject",
    "definition",
    "method",
    "observed_on",
    "known_since",
    "value",
    "value_low",
    "value_high",
    "interval",
    "confidence",
    "citation",
    "citation_url",
)

LOWEST, HIGHEST = 0.5, 16.0
DAYS_A_MONTH = 365.25 / 12
LONGEST_NAME = 70


def multipliers(record: Record) -> Figure | None:
    """How many times as much people do with AI, each value by itself; None where none is public."""
    rows = _known(record, MULTIPLIERS).drop_duplicates(["indicator", "subject", "definition"], keep="last")
    order = {method: place for place, method in enumerate(GROUPS)}
    rows = rows.assign(_order=rows["method"].map(order)).sort_values(
        ["_order", "observed_on", "subject"], kind="stable"
    )
    if rows.empty:
        return None
    shown = [_row(row, GROUPS[str(row.method)]) for row in rows.itertuples(index=False)]
    powers = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
    words = tuple(f"{power:g}" for power in powers)
    reading = Reading(Span(LOWEST, HIGHEST, True, powers, words), 1.0, "no change")
    return Figure(
        id="multipliers",
        heading=_heading(rows),
        plotted="How many times as much people do with AI as without, the newest value of each source and question. "
        "Logarithmic scale: each step doubles. Tasks and questions differ: the values are not to be averaged.",
        finding=_multipliers_said(rows),
        wide=chart(shown, reading, WIDE),
        narrow=chart(shown, reading, NARROW),
        table=_table(rows, record),
        data=facts_data(rows),
        key=key_of([Mark(0, row.value, row.method, row.used) for row in shown]),
    )


def _heading(rows: pd.DataFrame) -> str:
    """Whether people report more than trials found: the middle of each, where both have three values or more."""
    middles = {
        method: float(group["value"].median())
        for method, group in rows.groupby("method")
        if group["value"].notna().sum() >= 3
    }
    if {"rct", "survey"} <= middles.keys() and middles["survey"] > middles["rct"]:
        return "People report larger multipliers than trials found"
    return "Multipliers by method"


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


def doubling(record: Record) -> Figure | None:
    """How fast the task horizon doubled by each published fit; None where none is public."""
    rows = _known(record, (DOUBLING,)).sort_values(["observed_on", "subject"], kind="stable")
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
        heading="Doubling time of the task horizon by fit",
        plotted="Months in which the horizon at 50\N{THIN SPACE}% success doubled, by suite and by the window of the "
        "fit, oldest fit first. Where no line is drawn no interval was published: that is not certainty.",
        finding=f"{counted(len(shown), 'fit')}, from {ends[0]} to {ends[1]}.",
        wide=chart(shown, reading, WIDE),
        narrow=chart(shown, reading, NARROW),
        table=_table(rows, record),
        data=facts_data(rows),
        key=key_of([Mark(0, row.value, row.method, row.used) for row in shown]),
    )


def facts_data(rows: pd.DataFrame) -> Table:
    """Facts as they were published."""
    columns = ("indicator", *FACT_COLUMNS)
    return table(columns, rows[list(columns)].itertuples(index=False))


def _known(record: Record, indicators: Sequence[str]) -> pd.DataFrame:
    rows = record.believed
    found = rows[rows["indicator"].isin(indicators) & rows["indicator"].isin(list(record.catalogue))]
    return found.sort_values(["observed_on", "known_since", "subject"], kind="stable")


def _row(row: Any, group: str) -> Row:
    on = day(row.observed_on)
    name = f"{cut(plain(row.subject or row.definition), LONGEST_NAME)}, {MONTHS[on.month - 1][:3]} {on.year}"
    return Row(group, name, _drawable(of(row)), row.method, row.confidence != "low")


def _drawable(value: Value) -> Value:
    """A bound without the end that is at the edge of the possible."""
    if value.interval != "bound":
        return value
    low = math.nan if not value.low > 0 else value.low
    high = math.nan if math.isinf(value.high) else value.high
    return Value(math.nan, low, high, "bound")


def _table(rows: pd.DataFrame, record: Record) -> Table:
    cells = []
    for row in rows.itertuples(index=False):
        fresh: Any = row
        indicator: Indicator = record.catalogue[fresh.indicator]
        bare = "" if fresh.interval else "no interval published"
        low = "low: not used" if fresh.confidence == "low" else fresh.confidence
        said = (
            fresh.subject,
            fresh.definition,
            day(fresh.observed_on).isoformat(),
            measured(of(fresh), indicator),
            bare,
        )
        cells.append((*said, METHODS.get(fresh.method, fresh.method), low, fresh.citation))
    columns = ("Whose", "What", "Observed", "Value", "Interval", "How it is known", "Confidence", "Source")
    return table(columns, cells)
