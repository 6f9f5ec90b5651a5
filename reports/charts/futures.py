"""The three futures: a mark at the default, a tick a check, a band for the middle 80 %, a line from end to end."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.style import SMALL, X2, Chart, Layer, axis, labelled, layer, sized, symbols, text
from reports.charts.words import broad
from reports.colours import LIGHT
from reports.comparison import ranking
from reports.findings import spread, title
from reports.tabular import Table, table
from reports.terminal import MIDDLE
from reports.verdict_tables import futures as futures_table
from scenarios import Assessment
from scenarios.settings import SCENARIOS
from scenarios.words import count_range, counted, counts

ROW = 42
"""Pixels of one future."""

FINEST = 2.5
"""Ticks a unit: two checks closer than a pixel are one line."""


def figure(assessment: Assessment) -> Figure:
    """How well each future fits the record, over all checks."""
    said = "; ".join(f"{title(one)}: {spread(assessment, one)}" for one in ranking(assessment.probabilities))
    return Figure(
        id="futures",
        heading="How well each future fits the record",
        plotted="Large mark: the default. Ticks: the checks, each the same sum with one choice changed. Thick band: "
        "the middle 80\N{THIN SPACE}% of them. Thin line: from the lowest to the highest.",
        finding=f"{said}.",
        wide=_chart(assessment, WIDE),
        narrow=_chart(assessment, NARROW),
        table=futures_table(assessment),
        data=_data(assessment),
    )


def _data(assessment: Assessment) -> Table:
    rows = [("default", "", *(assessment.probabilities[one] for one in SCENARIOS))]
    rows += [(one.kind, one.label, *(one.probabilities[name] for name in SCENARIOS)) for one in assessment.checks]
    return table(("check", "label", *SCENARIOS), rows)


def _chart(assessment: Assessment, width: int) -> Chart:
    order = ranking(assessment.probabilities)
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=_scale(width))
    y = alt.Y("y:Q", scale=alt.Scale(domain=[len(order) * ROW, 0], nice=False), axis=None)
    layers = [one for at, scenario in enumerate(order) for one in _row(assessment, scenario, at, x, y, width)]
    return sized(layers, width, len(order) * ROW, left=6, right=8, bottom=20, top=2)


def _scale(width: int) -> alt.Axis:
    values = [0, 25, 50, 75, 100] if width == WIDE else [0, 50, 100]
    return axis(**labelled(values, [*map(str, values[:-1]), "100 in 100"]), labelFlush=True)


def _row(assessment: Assessment, scenario: str, at: int, x: Any, y: Any, width: int) -> Sequence[Layer]:
    probability = 100 * assessment.probabilities[scenario]
    checks = [100 * check.probabilities[scenario] for check in assessment.checks]
    low, high = min([probability, *checks]), max([probability, *checks])
    first, last = np.quantile([probability, *checks], MIDDLE)
    line, middle = at * ROW + 29, at * ROW + 9
    colour, poor = LIGHT[scenario], assessment.none_fits
    ticks = sorted({round(FINEST * value) / FINEST for value in checks})
    thick, across = (9, 14) if not poor else (6, 10)
    return [
        layer([{"x": low, "x2": high, "y": line}], type="rule", stroke=colour, strokeWidth=1.5).encode(x=x, x2=X2, y=y),
        layer(
            [{"x": first, "x2": last, "y": line}], type="rule", stroke=colour, strokeWidth=thick, opacity=0.28
        ).encode(x=x, x2=X2, y=y),
        layer(
            [{"x": tick, "y": line} for tick in ticks],
            type="tick",
            color=colour,
            height=across,
            thickness=1,
            orient="vertical",
        ).encode(x=x, y=y),
        symbols([{"x": probability, "y": line}], x, y, scenario, 150 if not poor else 70),
        *_words(assessment, scenario, middle, x, y, width),
    ]


def _words(assessment: Assessment, scenario: str, y_at: int, x: Any, y: Any, width: int) -> list[Layer]:
    name = title(scenario) if width == WIDE else title(scenario).split()[0]
    number = f"{counts(assessment.probabilities)[scenario]} in 100"
    n = len(assessment.checks)
    across = f" across {counted(n, 'check')}" if width == WIDE else " in checks"
    bounds = f"{count_range(*assessment.range()[scenario])}{across}" if n else "no checks made"
    faint = assessment.none_fits
    places = _places(name, number)
    return [
        text([{"x": 0, "y": y_at, "text": name}], x, y, color=LIGHT[scenario], fontWeight="bold", fontSize=13),
        text(
            [{"x": 0, "y": y_at, "text": number}],
            x,
            y,
            dx=places[0],
            fontWeight="normal" if faint else "bold",
            fontSize=13,
            color=LIGHT["muted" if faint else "ink"],
        ),
        text([{"x": 0, "y": y_at, "text": bounds}], x, y, dx=places[1], fontSize=SMALL + 1, color=LIGHT["muted"]),
    ]


def _places(name: str, number: str) -> tuple[float, float]:
    """Where number and range begin, behind words of Arial 13 bold."""
    first = broad(name, 13, bold=True) + 12
    return first, first + broad(number, 13, bold=True) + 12
