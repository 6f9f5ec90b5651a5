"""Values as rows under one another, by group: for values that are no series and never become one."""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from reports.charts.figure import NARROW, WIDE
from reports.charts.marks import Mark, drawn
from reports.charts.scales import Span
from reports.charts.style import SMALL, TEXT, Y2, Chart, Layer, layer, sized, text
from reports.charts.words import shortened
from reports.colours import LIGHT
from reports.quantities import Value

NAMES = 322
"""Pixels of the names beside a wide chart."""


class Row(NamedTuple):
    """One value with its name."""

    group: str
    name: str
    value: Value
    method: str
    used: bool = True


class Reading(NamedTuple):
    """How the axis is read."""

    span: Span
    rule: float | None = None
    """A value of reference."""
    rule_says: str = ""


def chart(rows: Sequence[Row], reading: Reading, width: int) -> Chart:
    """The rows in the order given, a heading where a group begins.

    Args:
        rows: at least one.
        reading: axis and rule of reference.
        width: of the picture; in the narrow one names stand above their rows.
    """
    beside = width == WIDE
    step = 20 if beside else 36
    places, headings, below = [], [], 4.0
    for at, row in enumerate(rows):
        if row.group and (at == 0 or rows[at - 1].group != row.group):
            below += 8 if at else 0
            headings.append({"y": below + 10, "text": row.group})
            below += 22
        places.append(below + (step / 2 if beside else step - 10))
        below += step
    height = int(below + 6)
    x = reading.span.x()
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    start, left = reading.span.low, NAMES if beside else 6
    marks = [Mark(place, row.value, row.method, row.used) for row, place in zip(rows, places, strict=True)]
    named = [
        {
            "x": start,
            "y": place - (0 if beside else 16),
            "text": shortened(row.name, (NAMES if beside else NARROW) - 18, TEXT),
        }
        for row, place in zip(rows, places, strict=True)
    ]
    layers = [
        *_rule(reading, height, x, y),
        *drawn(marks, x, y, upright=False),
        text(named, x, y, dx=-left + (0 if beside else 6), fontSize=SMALL + (1 if beside else 0)),
    ]
    if headings:
        layers.append(
            text([row | {"x": start} for row in headings], x, y, dx=-left + (0 if beside else 6), fontWeight="bold")
        )
    return sized(layers, width, height, left=left, right=26, top=16 if reading.rule_says else 4, bottom=22)


def _rule(reading: Reading, height: int, x: alt.X, y: alt.Y) -> list[Layer]:
    if reading.rule is None:
        return []
    rows = [{"x": reading.rule, "y": 0, "y2": height, "text": reading.rule_says}]
    return [
        layer(rows, type="rule", stroke=LIGHT["rule"], strokeWidth=1.2).encode(x=x, y=y, y2=Y2),
        text(rows, x, y, dy=-8, align="center", fontSize=SMALL, color=LIGHT["muted"]),
    ]
