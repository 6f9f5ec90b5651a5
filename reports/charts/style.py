"""Colours, shapes and type of every chart, and the few layers that all of them are made of.

Charts are drawn with the light colours (colours.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import altair as alt

from reports.colours import LIGHT

SHAPES = {"stall": "square", "compounding": "circle", "recursive": "triangle-up"}
DASHES = {"stall": [7, 4], "compounding": [1, 0], "recursive": [2, 3]}

FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"
"""Measured in Arial's metrics where it is drawn."""

TEXT, SMALL = 12, 11
"""Sizes in pixels."""

X2, Y2, WORDS = alt.X2("x2:Q"), alt.Y2("y2:Q"), alt.Text("text:N")
"""Encodings of the second end of a span, and of words."""

Row = Mapping[str, Any]

Chart = dict[str, Any]
"""A Vega-Lite specification."""

SCHEMA = alt.SCHEMA_URL


@dataclass(frozen=True)
class Layer:
    """Rows drawn with one mark."""

    rows: Sequence[Row]
    mark: alt.MarkDef
    channels: Mapping[str, Any] = field(default_factory=dict)
    """Altair's encodings by name."""

    def encode(self, **channels: Any) -> "Layer":
        """The layer with more encodings, or others."""
        return replace(self, channels={**self.channels, **channels})

    def specification(self, written: dict[int, Chart]) -> Chart:
        """The layer, its encodings taken from those already written: axes are shared by all layers of a panel."""
        # Put together here: an Altair chart is copied deep, with its data, by every step that builds on it.
        for channel in self.channels.values():
            if id(channel) not in written:
                written[id(channel)] = channel.to_dict(validate=False)
        encoding = {name: written[id(channel)] for name, channel in self.channels.items()}
        mark = self.mark.to_dict(validate=False)
        return {"data": {"values": [dict(row) for row in self.rows]}, "mark": mark, "encoding": encoding}


def layer(rows: Sequence[Row], **mark: Any) -> Layer:
    """One layer: rows drawn with one mark, whose properties are given with its `type`."""
    return Layer(rows, alt.MarkDef(**mark))


def text(rows: Sequence[Row], x: Any, y: Any, **mark: Any) -> Layer:
    """Words at places: rows with x, y and text."""
    properties = {"align": "left", "baseline": "middle", "fontSize": TEXT, "color": LIGHT["ink"]} | mark
    return layer(rows, type="text", **properties).encode(x=x, y=y, text=WORDS)


def symbols(rows: Sequence[Row], x: Any, y: Any, scenario: str, size: int = 70) -> Layer:
    """The mark of a future, with a rim of paper that keeps it apart from what lies below."""
    mark = {"shape": SHAPES[scenario], "size": size, "fill": LIGHT[scenario], "stroke": LIGHT["paper"]}
    return layer(rows, type="point", filled=True, opacity=1, strokeWidth=1, **mark).encode(x=x, y=y)


def labelled(values: Sequence[float], labels: Sequence[str]) -> dict[str, Any]:
    """An axis's ticks with words of ours."""
    words = ", ".join(f"'{label}'" for label in labels)
    places = ", ".join(map(str, values))
    return {"values": list(values), "labelExpr": f"[{words}][indexof([{places}], datum.value)]"}


def axis(**more: Any) -> alt.Axis:
    """An axis as every chart has it: faint lines, words, no ticks and no title."""
    plain = {"title": None, "ticks": False, "domain": False, "gridColor": LIGHT["grid"], "labelColor": LIGHT["muted"]}
    return alt.Axis(**(plain | {"labelFontSize": SMALL, "labelPadding": 6} | more))


def panel(layers: Sequence[Layer], width: float, height: float) -> Chart:
    """Layers drawn in order on the same axes."""
    written: dict[int, Chart] = {}
    return {"layer": [one.specification(written) for one in layers], "width": width, "height": height}


def sized(layers: Sequence[Layer], width: int, height: int, **padding: int) -> Chart:
    """A chart of one panel that is exactly `width` wide, its margins inside."""
    margins = {"left": 0, "right": 0, "top": 0, "bottom": 0} | padding
    inner = width - margins["left"] - margins["right"]
    return finished(panel(layers, inner, height) | {"padding": margins, "autosize": {"type": "none"}})


def finished(chart: Chart) -> Chart:
    """The chart in our type, on no background."""
    config = {
        "font": FONT,
        "background": "transparent",
        "view": {"stroke": None},
        "text": {"font": FONT},
        "axis": {"labelFont": FONT},
    }
    return {"$schema": SCHEMA, "config": config} | chart


def spread(places: Sequence[float], gap: float) -> list[float]:
    """Places moved apart until none is closer to the next than `gap`; their order stays."""
    order = sorted(range(len(places)), key=lambda at: (places[at], at))
    moved = list(places)
    for _ in range(60):
        for one, other in pairwise(order):
            short = gap - (moved[other] - moved[one])
            if short > 1e-9:
                moved[one], moved[other] = moved[one] - short / 2, moved[other] + short / 2
    return moved
