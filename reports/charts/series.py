"""Each evidence series on its own scale, with the three futures' paths and their 80 % bands.

Paths begin at the first value used and end at the last, never beyond.
"""

import math

import altair as alt

from metrics.series import Series
from metrics.untrusted import cut, plain
from reports.charts.calendar import ticks, year
from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.marks import Mark, drawn, key_of
from reports.charts.scales import is_horizon
from reports.charts.series_values import Shown, gathered
from reports.charts.style import DASHES, SMALL, X2, Y2, Chart, Layer, axis, labelled, layer, sized, spread, text
from reports.charts.words import Box, Label, broad, placed
from reports.citing import day
from reports.colours import LIGHT
from reports.findings import title
from reports.quantities import Value, at
from reports.record import Record
from reports.tabular import Table
from reports.tabular import table as tabulated
from scenarios import Assessment
from scenarios.paths import Path, Paths
from scenarios.settings import SCENARIOS
from scenarios.words import counted, full_date, value_text

CEILING_MINUTES = 960
"""The longest horizon that METR calls reliable: five tasks of its suite are longer than 16 hours (TH1.1)."""


NAMED = {WIDE: 6, NARROW: 3}
LONGEST_NAME = 26


def figure(series: Series, assessment: Assessment, record: Record, *, id: str, heading: str, table: Table) -> Figure:
    """One series, its values, and the path that each future takes through them.

    Args:
        series: of the assessment.
        assessment: on whose date values are believed.
        record: for earlier vintages, and for values that were not used.
        id: of the figure.
        heading: what the series says, by a rule.
        table: its values.
    """
    shown = gathered(series, assessment, record)
    log = " Logarithmic scale." if shown.span.log else ""
    unit = "" if series.indicator.unit in ("share", "minutes") else f" Unit: {series.indicator.unit}."
    return Figure(
        id=id,
        heading=heading,
        plotted=f"{plain(series.indicator.definition)}{unit}{log} Lines: the path each future takes through these "
        "values; shading: its 80\N{THIN SPACE}% band. Paths end at the last value used.",
        finding=_finding(series, shown),
        wide=_chart(shown, WIDE),
        narrow=_chart(shown, NARROW),
        table=table,
        data=_data(shown),
        key=(*key_of([*shown.marks, *shown.unused]), *(["before"] if shown.before else [])),
    )


def _finding(series: Series, shown: Shown) -> str:
    first, last = (_in_words(series, position) for position in (0, series.n - 1))
    ends = ", ".join(
        f"{title(one)} {value_text(float(path.middle[-1]), series.indicator.unit)}"
        for one, path in shown.paths.by_scenario.items()
    )
    return f"{counted(series.n, 'value')}, from {first} to {last}. At the last one the paths are at: {ends}."


def _data(shown: Shown) -> Table:
    """Values as published and paths, one row each."""
    series = shown.series
    names = ("subjects", "value", "value_low", "value_high", "interval", "method", "citation")
    rows: list[tuple[object, ...]] = [
        ("value", series.observed_on[position], *(getattr(series, name)[position] for name in names))
        for position in range(series.n)
    ]
    for one, path in shown.paths.by_scenario.items():
        cells = zip(shown.paths.on, path.middle, path.low, path.high, strict=True)
        rows += [(f"path {one}", on, "", middle, low, high, "80%", "", "") for on, middle, low, high in cells]
    columns = ("kind", "observed_on", "subject", "value", "value_low", "value_high", "interval", "method", "citation")
    return tabulated(columns, rows)


def _in_words(series: Series, position: int) -> str:
    value = at(series, position)
    known = next(one for one in (value.value, value.low, value.high) if not math.isnan(one))
    return f"{value_text(known, series.indicator.unit)} ({full_date(day(series.observed_on[position]))})"


def _chart(shown: Shown, width: int) -> Chart:
    if width == NARROW:
        shown = shown._replace(span=shown.span.short)
    left = max(broad(word, SMALL) for word in shown.span.words) + 10 if shown.span.words else 30
    right, height = 102, 300 if width == WIDE else 260
    first = year(shown.series.observed_on[0])
    last = max(mark.at for mark in (*shown.marks, *shown.unused))
    room = (last - first) * 0.03
    inner = width - left - right
    places, words = ticks(first, last, 6 if width == WIDE else 3)
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[first - room, last + room], nice=False),
        axis=axis(**labelled(places, words), grid=False),
    )
    y = shown.span.y()
    layers = [
        *_ceiling(shown, first - room, last + room, width, x, y),
        *(one for scenario in SCENARIOS for one in _path(shown.paths, scenario, x, y)),
        *_ticks_before(shown, x, y),
        *drawn(shown.unused, x, y, upright=True),
        *drawn(shown.marks, x, y, upright=True, size=55 if shown.series.n < 40 else 22),
        *_names(shown, height, last + room, x, y),
        *_labels(shown, inner, height, first - room, last + room, width, x, y),
    ]
    return sized(layers, width, height, left=int(left), right=right, top=10, bottom=24)


def _ceiling(shown: Shown, first: float, last: float, width: int, x: alt.X, y: alt.Y) -> list[Layer]:
    if not is_horizon(shown.series.indicator) or shown.span.high <= CEILING_MINUTES:
        return []
    rows = [{"x": first, "x2": last, "y": CEILING_MINUTES, "y2": shown.span.high}]
    said = "beyond 16 h the task suite cannot measure" if width == WIDE else "above 16 h: unreliable"
    words = [{"x": first, "y": shown.span.high, "text": said}]
    return [
        layer(rows, type="rect", fill=LIGHT["shade"], opacity=1).encode(x=x, x2=X2, y=y, y2=Y2),
        text(words, x, y, dx=5, dy=9, fontSize=SMALL, fontStyle="italic", color=LIGHT["muted"]),
    ]


def _path(paths: Paths, scenario: str, x: alt.X, y: alt.Y) -> list[Layer]:
    path: Path = paths.by_scenario[scenario]
    places = [year(on) for on in paths.on]
    band = [
        {"x": place, "y": low, "y2": high}
        for place, low, high in zip(places, map(float, path.low), map(float, path.high), strict=True)
    ]
    line = [{"x": place, "y": value} for place, value in zip(places, map(float, path.middle), strict=True)]
    style = {"stroke": LIGHT[scenario], "strokeDash": DASHES[scenario], "strokeWidth": 1.8}
    return [
        layer(band, type="area", fill=LIGHT[scenario], opacity=0.11, clip=True).encode(x=x, y=y, y2=Y2),
        layer(line, type="line", clip=True, **style).encode(x=x, y=y),
    ]


def _ticks_before(shown: Shown, x: alt.X, y: alt.Y) -> list[Layer]:
    rows = [{"x": place, "y": value} for place, value in shown.before]
    mark = {"type": "tick", "color": LIGHT["rule"], "thickness": 1.5, "width": 12, "orient": "horizontal"}
    return [layer(rows, **mark).encode(x=x, y=y)] if rows else []


def _names(shown: Shown, height: int, place: float, x: alt.X, y: alt.Y) -> list[Layer]:
    """The futures' names beside the ends of their paths, at the right edge."""
    values = [float(shown.paths.by_scenario[one].middle[-1]) for one in SCENARIOS]
    ends = [height * (1 - min(1.0, max(0.0, shown.span.share(value)))) for value in values]
    return [
        text(
            [{"x": place, "y": value, "text": title(scenario).split()[0]}],
            x,
            y,
            dx=2,
            dy=moved - end,
            color=LIGHT[scenario],
            fontWeight="bold",
        )
        for scenario, value, end, moved in zip(SCENARIOS, values, ends, spread(ends, 15), strict=True)
    ]


def _labels(
    shown: Shown, inner: float, height: int, first: float, last: float, width: int, x: alt.X, y: alt.Y
) -> list[Layer]:
    """Whose a value is, of those that stand out and have room."""
    if shown.series.indicator.series != "frontier":
        return []
    spots = [_spot(shown, mark, inner, height, first, last) for mark in shown.marks]
    taken = [Box(spot[0] - 5, spot[1] - 5, spot[0] + 5, spot[1] + 5) for spot in spots]
    taken += [
        Box(spot[0] - 3, top, spot[0] + 3, bottom)
        for spot, mark in zip(spots, shown.marks, strict=True)
        if mark.ends
        for bottom, top in [tuple(_y(shown, value, height) for value in (mark.value.low, mark.value.high))]
    ]
    taken += _on_paths(shown, inner, height, first, last)
    names = [cut(plain(subject), LONGEST_NAME) for subject in shown.series.subjects]
    labels = [Label(*spots[position], names[position]) for position in _standing_out(shown) if names[position]]
    fits = placed(labels, taken, size=SMALL, width=inner, height=height)[: NAMED[width]]
    rise = {(spot[0], spot[1]): mark for spot, mark in zip(spots, shown.marks, strict=True)}
    return [
        text(
            [{"x": mark.at, "y": _level(mark), "text": one.label.text}],
            x,
            y,
            align=one.align,
            dx=one.dx,
            dy=one.dy,
            fontSize=SMALL,
            color=LIGHT["muted"],
        )
        for one in fits
        for mark in [rise[one.label.x, one.label.y]]
    ]


def _on_paths(shown: Shown, inner: float, height: int, first: float, last: float) -> list[Box]:
    """Where the futures' lines run."""
    places = [(year(on) - first) / (last - first) * inner for on in shown.paths.on]
    boxes = []
    for path in shown.paths.by_scenario.values():
        levels = [_y(shown, float(value), height) for value in path.middle]
        steps = zip(places, places[1:], levels, levels[1:], strict=False)
        boxes += [Box(left, min(one, other) - 2, right, max(one, other) + 2) for left, right, one, other in steps]
    return boxes


def _standing_out(shown: Shown) -> list[int]:
    """Positions of values: the last, the first, then those with the largest rise before them."""
    n = len(shown.marks)
    levels = [shown.span.share(_level(mark)) for mark in shown.marks]
    steps = sorted(range(1, n - 1), key=lambda at: (-abs(levels[at] - levels[at - 1]), at))
    return [n - 1, 0, *steps]


def _level(mark: Mark) -> float:
    value: Value = mark.value
    if math.isnan(value.value):
        return value.low if not math.isnan(value.low) else value.high
    return value.value


def _y(shown: Shown, value: float, height: int) -> float:
    return height * (1 - min(1.0, max(0.0, shown.span.share(value))))


def _spot(shown: Shown, mark: Mark, inner: float, height: int, first: float, last: float) -> tuple[float, float]:
    return (mark.at - first) / (last - first) * inner, _y(shown, _level(mark), height)
