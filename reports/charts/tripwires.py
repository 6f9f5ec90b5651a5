"""What to measure next: each future's probability against the next value of a series, where that value is expected."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from metrics import Catalogue, Indicator
from metrics.untrusted import plain
from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.scales import Span, span
from reports.charts.style import DASHES, SMALL, X2, Chart, Layer, axis, layer, sized, spread, text
from reports.colours import LIGHT
from reports.findings import title
from reports.next_values import HALF, due, halves, puts
from reports.record import Document
from reports.tabular import table
from scenarios.settings import SCENARIOS
from scenarios.words import count, value_text

SHOWN = 3
"""Series with a picture, the most telling first; all are in the table."""


def figures(wires: Sequence[Document], catalogue: Catalogue) -> tuple[Figure, ...]:
    """A figure for each of the most telling series (wires of Tripwires.to_dict())."""
    return tuple(
        _figure(wire, catalogue[wire["indicator"]], f"next-{at}")
        for at, wire in enumerate(wires[:SHOWN], start=1)
        if wire["indicator"] in catalogue
    )


def _figure(wire: Document, indicator: Indicator, id: str) -> Figure:
    values = [answer["value"] for answer in wire["answers"]]
    scale = span(indicator, values)
    ends = wire["expected"]
    expected = f"{value_text(ends['low'], wire['unit'])} to {value_text(ends['high'], wire['unit'])}"
    rows = [
        (value_text(answer["value"], wire["unit"]), *(count(answer["probabilities"][one]) for one in SCENARIOS))
        for answer in wire["answers"]
    ]
    return Figure(
        id=id,
        heading=f"{plain(wire['title'])}: {due(wire)}",
        plotted="Each future out of 100 against the next value of this series, everything else as it is. Shaded: "
        f"where four fifths of the expectation lie, {expected}.",
        finding=f"{puts(halves(wire), wire['unit']) or 'No future reaches 50 in 100 within reach'}.",
        wide=_chart(wire, scale, WIDE),
        narrow=_chart(wire, scale.short, NARROW),
        table=table(("Next value", *(title(one) for one in SCENARIOS)), rows, right=(0, 1, 2, 3)),
        data=table(
            ("next_value", *SCENARIOS),
            [(answer["value"], *(answer["probabilities"][one] for one in SCENARIOS)) for answer in wire["answers"]],
        ),
    )


def _chart(wire: Document, scale: Span, width: int) -> Chart:
    height = 170
    x: Any = scale.x(grid=False)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=axis(values=[0, 25, 50, 75, 100], format="d"))
    low, high = (min(max(wire["expected"][end], scale.low), scale.high) for end in ("low", "high"))
    shade = [{"x": low, "x2": high}]
    half = [{"y": 100 * HALF}]
    layers = [
        layer(shade, type="rect", fill=LIGHT["shade"], opacity=1).encode(x=x, x2=X2),
        layer(half, type="rule", stroke=LIGHT["rule"], strokeDash=[2, 3]).encode(y=y),
        *(_line(wire["answers"], scenario, x, y) for scenario in SCENARIOS),
        *_names(wire["answers"][-1], height, x, y),
        text(
            [{"x": low, "y": 100, "text": "expected"}],
            x,
            y,
            dx=4,
            dy=8,
            fontSize=SMALL,
            fontStyle="italic",
            color=LIGHT["muted"],
        ),
    ]
    return sized(layers, width, height, left=32, right=102, top=8, bottom=24)


def _line(answers: Sequence[Document], scenario: str, x: Any, y: Any) -> Layer:
    rows = [{"x": answer["value"], "y": 100 * answer["probabilities"][scenario]} for answer in answers]
    style = {"stroke": LIGHT[scenario], "strokeDash": DASHES[scenario], "strokeWidth": 1.8}
    return layer(rows, type="line", **style).encode(x=x, y=y)


def _names(last: Document, height: int, x: Any, y: Any) -> list[Layer]:
    ends = [height * (1 - last["probabilities"][one]) for one in SCENARIOS]
    return [
        text(
            [{"x": last["value"], "y": 100 * last["probabilities"][one], "text": title(one).split()[0]}],
            x,
            y,
            dx=10,
            dy=place - end,
            color=LIGHT[one],
            fontWeight="bold",
        )
        for one, end, place in zip(SCENARIOS, ends, spread(ends, 15), strict=True)
    ]
