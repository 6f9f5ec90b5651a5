"""The window sweep: each future against the first date of the record."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import altair as alt

from reports.charts.calendar import ticks, year
from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.style import DASHES, SMALL, Chart, Layer, axis, labelled, layer, sized, spread, symbols, text
from reports.colours import LIGHT
from reports.comparison import ranking
from reports.findings import checks_heading, title
from reports.verdict_tables import check_data, check_table
from scenarios import Assessment
from scenarios.assessment import Check
from scenarios.settings import SCENARIOS, settings
from scenarios.words import count_range, counted, full_date

BEFORE = 0.13
"""Share of the span by which the whole record stands before the earliest window."""


BEYOND = 0.1
"""Years by which the axis and its rule go beyond the first and the last window."""


class _Window(NamedTuple):
    at: float
    check: Check


def figure(assessment: Assessment) -> Figure | None:
    """How the verdict changes with the first date; None where no window was tried."""
    windows = _windows(assessment.window_sweep)
    if not windows:
        return None
    leader = ranking(assessment.probabilities)[0]
    start = f" The default is {full_date(assessment.first_date)}." if assessment.first_date else ""
    ranges = ", ".join(
        f"{title(one)} {count_range(min(values), max(values))} in 100"
        for one in ranking(assessment.probabilities)
        for values in [[window.check.probabilities[one] for window in windows]]
    )
    return Figure(
        id="windows",
        heading=checks_heading(assessment.window_sweep, leader, neutral="Window sweep", what="The first date"),
        plotted=f"Each future out of 100, if the record is read from another first date on.{start}",
        finding=f"Over {counted(len(windows), 'first date')}: {ranges}.",
        wide=_chart(windows, WIDE),
        narrow=_chart(windows, NARROW),
        table=check_table(assessment.window_sweep, "First date"),
        data=check_data(assessment.window_sweep),
    )


def _windows(checks: Sequence[Check]) -> list[_Window]:
    """In order of date; the whole record, which has none, before the first."""
    dated = sorted(
        (_Window(year(first), check) for check in checks if (first := check.detail.get("first_date"))),
        key=lambda one: one.at,
    )
    start, end = (dated[0].at, dated[-1].at) if dated else (year(date(2000, 1, 1)), year(date(2001, 1, 1)))
    return [
        _Window(start - BEFORE * (end - start), check) for check in checks if not check.detail.get("first_date")
    ] + dated


def _chart(windows: Sequence[_Window], width: int) -> Chart:
    first, last = windows[0].at, windows[-1].at
    whole = not windows[0].check.detail.get("first_date")
    height = 220
    span = alt.Scale(domain=[first - BEYOND, last + BEYOND], nice=False)
    x = alt.X("x:Q", scale=span, axis=_dates(windows, whole, width))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=axis(values=[0, 25, 50, 75, 100], format="d"))
    names = settings().verdict.names_at * 100
    layers = [
        layer([{"y": names}], type="rule", stroke=LIGHT["rule"], strokeDash=[2, 3]).encode(y=y),
        *(one for scenario in SCENARIOS for one in _future(windows, scenario, whole, x, y)),
        *_names(windows, height, x, y),
    ]
    return sized(layers, width, height, left=32, right=96, bottom=24, top=8)


def _dates(windows: Sequence[_Window], whole: bool, width: int) -> alt.Axis:
    dated = windows[whole:]
    places, words = ticks(dated[0].at, dated[-1].at, 8 if width == WIDE else 4) if dated else ([], [])
    if whole:
        places, words = [windows[0].at, *places], ["whole record" if width == WIDE else "all", *words]
    return axis(**labelled(places, words), grid=False, labelBound=False)


def _future(windows: Sequence[_Window], scenario: str, whole: bool, x: alt.X, y: alt.Y) -> list[Layer]:
    rows = [{"x": one.at, "y": 100 * one.check.probabilities[scenario]} for one in windows]
    line = {"stroke": LIGHT[scenario], "strokeDash": DASHES[scenario], "strokeWidth": 1.8}
    # The whole record is no date: a line to it would draw a slope that nobody measured.
    return [
        layer(rows[whole:], type="line", **line).encode(x=x, y=y),
        symbols(rows, x, y, scenario, 50),
    ]


def _names(windows: Sequence[_Window], height: int, x: alt.X, y: alt.Y) -> list[Layer]:
    last, names_at = windows[-1], settings().verdict.names_at
    ends = [height * (1 - share) for share in (*(last.check.probabilities[one] for one in SCENARIOS), names_at)]
    moved = spread(ends, 15)
    rule = [{"x": last.at + BEYOND, "y": 100 * names_at, "text": f"{100 * names_at:.0f} names one"}]
    return [
        text(rule, x, y, dx=4, dy=moved[-1] - ends[-1], color=LIGHT["muted"], fontSize=SMALL),
        *_labels(last, dict(zip(SCENARIOS, zip(ends, moved, strict=False), strict=False)), x, y),
    ]


def _labels(last: _Window, places: Mapping[str, tuple[float, float]], x: alt.X, y: alt.Y) -> list[Layer]:
    return [
        text(
            [{"x": last.at, "y": 100 * last.check.probabilities[one], "text": title(one).split()[0]}],
            x,
            y,
            dx=10,
            dy=place - end,
            color=LIGHT[one],
            fontWeight="bold",
        )
        for one, (end, place) in places.items()
    ]
