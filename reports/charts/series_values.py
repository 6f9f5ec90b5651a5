"""Everything that the chart of one series is drawn from: its values, what was known beside them, and the paths."""

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from metrics.series import Series
from reports.charts.calendar import year
from reports.charts.marks import Mark
from reports.charts.scales import Span, span
from reports.citing import day
from reports.quantities import at, of
from reports.record import Record
from scenarios import Assessment
from scenarios.paths import Paths, fitted
from scenarios.span import span_of

NEAR_END = 0.07
"""Share of an axis that an arrow needs."""

MOST_UNUSED = 60


class Shown(NamedTuple):
    """Everything one chart is drawn from."""

    series: Series
    marks: tuple[Mark, ...]
    unused: tuple[Mark, ...]
    before: tuple[tuple[float, float], ...]
    """Place and value of what was revised since."""
    paths: Paths
    span: Span


def gathered(series: Series, assessment: Assessment, record: Record) -> Shown:
    """The values of a series on a date, with the paths of the futures and an axis for all of them."""
    marks = tuple(
        Mark(year(series.observed_on[position]), at(series, position), str(series.method[position]))
        for position in range(series.n)
    )
    unused = tuple(_unused(series, record))
    before = tuple(_before(series, record))
    paths = fitted(series, span_of(assessment.series).part(series), assessment.prior.shapes)
    scale = span(series.indicator, _extent(marks, unused, paths))
    return Shown(series, tuple(_closed(mark, scale) for mark in marks), unused, before, paths, scale)


def _closed(mark: Mark, scale: Span) -> Mark:
    """A bound whose open side ends with the axis right away is drawn as the range between the two."""
    value = mark.value
    if mark.open_side == "low" and not scale.log and scale.share(value.high) < NEAR_END:
        return mark._replace(value=value._replace(low=scale.low))
    if mark.open_side == "high" and not scale.log and scale.share(value.low) > 1 - NEAR_END:
        return mark._replace(value=value._replace(high=scale.high))
    return mark


def _extent(marks: Sequence[Mark], unused: Sequence[Mark], paths: Paths) -> Iterator[float]:
    for mark in (*marks, *unused):
        yield from (mark.value.value, mark.value.low, mark.value.high)
    for path in paths.by_scenario.values():
        yield from map(float, path.middle)


def _unused(series: Series, record: Record) -> Iterator[Mark]:
    """What is known of a frontier and is no record: the values that it passes over."""
    if series.indicator.series != "frontier":
        return
    rows = record.believed[record.believed["indicator"] == series.indicator.id]
    rows = rows[(rows["definition"] == series.definition) & ~rows["subject"].isin(series.indicator.left_out_subjects)]
    rows = rows[rows["observed_on"] >= pd.Timestamp(series.observed_on[0])]
    used = set(zip(series.observed_on.astype(str), series.subjects, strict=True))
    for row in list(rows.itertuples(index=False))[:MOST_UNUSED]:
        fresh: Any = row
        if (str(day(fresh.observed_on)), fresh.subject) not in used and math.isfinite(fresh.value):
            bare = of(fresh)._replace(low=math.nan, high=math.nan, interval="")
            yield Mark(year(fresh.observed_on), bare, fresh.method, used=False)


def _before(series: Series, record: Record) -> Iterator[tuple[float, float]]:
    """The value that each revised point had just before."""
    rows = record.facts[
        (record.facts["indicator"] == series.indicator.id) & (record.facts["definition"] == series.definition)
    ]
    told = {
        key: group.sort_values("known_since")
        for key, group in rows.groupby(["observed_on", "subject"], sort=False)
        if len(group) > 1
    }
    for position in range(series.n):
        vintages = told.get((pd.Timestamp(series.observed_on[position]), series.subjects[position]))
        if vintages is None:
            continue
        before = vintages.loc[vintages["known_since"] < pd.Timestamp(series.known_since[position]), "value"]
        if len(before) and np.isfinite(before.iloc[-1]) and before.iloc[-1] != series.value[position]:
            yield year(series.observed_on[position]), float(before.iloc[-1])
