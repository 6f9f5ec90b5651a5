"""Values with what is known of their uncertainty, drawn by the same marks in every chart.

Filled: measured. Hollow diamond: stated, self-reported, estimated. A line is an interval, dotted where it is a range as
published; a bar is a range without a value; a short bar with an arrow is a bound, open to the side of the arrow.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from reports.charts.style import X2, Y2, Layer, layer
from reports.colours import LIGHT
from reports.quantities import Value

MEASURED = ("benchmark", "telemetry", "rct", "")
"""Methods by which a value was found; the others state, report or estimate it."""

KEY = {
    "measured": "measured",
    "stated": "stated, self-reported or estimated",
    "interval": "95\N{THIN SPACE}% interval",
    "published": "range as published",
    "bound": "bound: at least, or at most",
    "range": "published as a range alone",
    "before": "value before a revision",
    "unused": "known, not used",
    "doubtful": "of low confidence",
}
"""Words for each mark, in the order in which a key names them."""

ARROW = 18
"""Pixels from a bound to the tip of its arrow."""

Side = Literal["low", "high", ""]


class Mark(NamedTuple):
    """One value and its place along the other axis."""

    at: float
    value: Value
    """In units of the axis."""
    method: str
    used: bool = True

    @property
    def open_side(self) -> Side:
        """Of a bound: the side on which the truth may lie without end."""
        if self.value.interval != "bound":
            return ""
        return "high" if math.isnan(self.value.high) else "low" if math.isnan(self.value.low) else ""

    @property
    def kind(self) -> str:
        """A key of KEY: what its mark stands for."""
        if self.value.interval == "bound" and self.open_side:
            return "bound"
        if math.isnan(self.value.value):
            return "range"
        return "unused" if not self.used else "measured" if self.method in MEASURED else "stated"

    @property
    def ends(self) -> bool:
        """Whether an interval is drawn beside a value."""
        known = not (math.isnan(self.value.low) or math.isnan(self.value.high) or math.isnan(self.value.value))
        return known and self.value.interval != "bound"


def key_of(marks: Iterable[Mark], *, faint: str = "unused") -> tuple[str, ...]:
    """The marks that need explaining.

    Args:
        marks: of a chart.
        faint: the key of KEY that says why some of them are fainter.
    """
    found = set()
    for mark in marks:
        found.add(faint if mark.kind == "unused" else mark.kind)
        if mark.ends:
            found.add("interval" if mark.value.interval.endswith("%") else "published")
    return tuple(name for name in KEY if name in found)


def drawn(marks: Sequence[Mark], x: Any, y: Any, *, upright: bool, size: int = 55) -> list[Layer]:
    """Layers of the marks.

    Args:
        marks: with values within the axis.
        x: encoding of the horizontal place, named x; a second end is x2.
        y: the same for the vertical one.
        upright: whether values run upwards; else to the right.
        size: of a point, square pixels.
    """
    return [
        *_intervals(marks, x, y, upright),
        *_ranges(marks, x, y, upright),
        *_bounds(marks, x, y, upright),
        *_points(marks, x, y, upright, size),
    ]


def _row(mark: Mark, value: float, upright: bool, other: float | None = None) -> dict[str, float]:
    along, across = ("y", "x") if upright else ("x", "y")
    return {across: mark.at, along: value} | ({f"{along}2": other} if other is not None else {})


def _span(rows: list[dict[str, float]], x: Any, y: Any, upright: bool, **style: Any) -> Layer:
    second: dict[str, Any] = {"y2": Y2} if upright else {"x2": X2}
    return layer(rows, type="rule", **style).encode(x=x, y=y, **second)


def _intervals(marks: Sequence[Mark], x: Any, y: Any, upright: bool) -> Iterator[Layer]:
    for dotted in (False, True):
        for used in (True, False):
            rows = [
                _row(mark, mark.value.low, upright, mark.value.high)
                for mark in marks
                if mark.ends and mark.used == used and mark.value.interval.endswith("%") != dotted
            ]
            style = {"strokeDash": [1.5, 2.5]} if dotted else {}
            if rows:
                yield _span(rows, x, y, upright, stroke=_ink(used), strokeWidth=1.2, **style)


def _ranges(marks: Sequence[Mark], x: Any, y: Any, upright: bool) -> Iterator[Layer]:
    for used in (True, False):
        rows = [
            _row(mark, mark.value.low, upright, mark.value.high)
            for mark in marks
            if mark.kind == "range" and mark.used == used
        ]
        if rows:
            yield _span(rows, x, y, upright, stroke=_ink(used), strokeWidth=6, opacity=0.55)


def _bounds(marks: Sequence[Mark], x: Any, y: Any, upright: bool) -> Iterator[Layer]:
    for used in (True, False):
        for side, sign in (("high", 1), ("low", -1)):
            found = [mark for mark in marks if mark.kind == "bound" and (mark.open_side, mark.used) == (side, used)]
            ends = [mark.value.low if side == "high" else mark.value.high for mark in found]
            rows = [_row(mark, end, upright, end) for mark, end in zip(found, ends, strict=True)]
            if rows:
                yield from _arrows(rows, sign, x, y, upright, _ink(used))


def _arrows(rows: list[dict[str, float]], sign: int, x: Any, y: Any, upright: bool, colour: str) -> Iterator[Layer]:
    """A short bar at each bound, and an arrow to the open side: 1 towards more, -1 towards less."""
    axis, other = ("y", "width") if upright else ("x", "height")
    outward = ARROW * sign * (-1 if upright else 1)
    angle = (0 if sign > 0 else 180) + (0 if upright else 90)
    shaft: dict[str, Any] = {f"{axis}2Offset": outward}
    tip: dict[str, Any] = {f"{axis}Offset": outward, "shape": "triangle", "size": 28, "angle": angle}
    bar: dict[str, Any] = {"orient": "horizontal" if upright else "vertical", "thickness": 1.6, other: 9}
    yield _span(rows, x, y, upright, stroke=colour, strokeWidth=1.2, **shaft)
    yield layer(rows, type="point", filled=True, opacity=1, color=colour, **tip).encode(x=x, y=y)
    yield layer(rows, type="tick", color=colour, **bar).encode(x=x, y=y)


def _ink(used: bool) -> str:
    return LIGHT["ink" if used else "rule"]


def _points(marks: Sequence[Mark], x: Any, y: Any, upright: bool, size: int) -> Iterator[Layer]:
    ink, paper, grey = LIGHT["ink"], LIGHT["paper"], LIGHT["rule"]
    styles: dict[str, dict[str, Any]] = {
        "unused": {"shape": "circle", "fill": paper, "stroke": grey, "strokeWidth": 1.2, "size": size * 0.55},
        "measured": {"shape": "circle", "fill": ink, "stroke": paper, "strokeWidth": 0.8, "size": size},
        "stated": {"shape": "diamond", "fill": paper, "stroke": ink, "strokeWidth": 1.4, "size": size * 1.1},
    }
    for kind, style in styles.items():
        rows = [_row(mark, mark.value.value, upright) for mark in marks if mark.kind == kind]
        if rows:
            yield layer(rows, type="point", filled=True, opacity=1, **style).encode(x=x, y=y)
