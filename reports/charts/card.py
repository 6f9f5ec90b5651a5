"""The picture for sharing: sentence, three ranges and date together, so that no crop leaves a bare number."""

import textwrap
from typing import Any

import altair as alt
import numpy as np

from reports.charts.drawing import png
from reports.charts.style import X2, Y2, Chart, Layer, layer, sized, symbols, text
from reports.charts.words import broad
from reports.colours import LIGHT
from reports.comparison import ranking
from reports.findings import headline, known_until, spread, title, verdict_title
from reports.terminal import MIDDLE
from scenarios import Assessment

WIDTH, HEIGHT = 1200, 630
LEFT, RIGHT = 60, 1140
FIRST, STEP = 310, 96
"""Where the first future stands, and how far the next is from it."""


def picture(assessment: Assessment) -> bytes:
    """The card as PNG; without probabilities where too little is known."""
    return png(chart(assessment), scale=1)


def chart(assessment: Assessment) -> Chart:
    """The card as a chart."""
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, WIDTH], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[HEIGHT, 0], nice=False), axis=None)
    layers = [
        layer([{"x": 0, "x2": WIDTH, "y": 0, "y2": HEIGHT}], type="rect", fill=LIGHT["paper"], opacity=1).encode(
            x=x, x2=X2, y=y, y2=Y2
        )
    ]
    layers += _words(assessment, x, y)
    if assessment.verdict.kind != "too_little":
        for at, scenario in enumerate(ranking(assessment.probabilities)):
            layers += _future(assessment, scenario, FIRST + at * STEP, x, y)
    return sized(layers, WIDTH, HEIGHT)


def _words(assessment: Assessment, x: Any, y: Any) -> list[Layer]:
    lines = textwrap.wrap(headline(assessment), 46)[:3]
    top = {"x": LEFT, "y": 60, "text": "threefutures: is AI starting to build itself?"}
    verdict = f"Verdict: {verdict_title(assessment).lower()}. {known_until(assessment)}. Not a forecast."
    return [
        text([top], x, y, fontSize=24, color=LIGHT["muted"]),
        text(
            [{"x": LEFT, "y": 120 + 54 * at, "text": line} for at, line in enumerate(lines)],
            x,
            y,
            fontSize=44,
            fontWeight="bold",
        ),
        text([{"x": LEFT, "y": HEIGHT - 36, "text": verdict}], x, y, fontSize=22, color=LIGHT["muted"]),
    ]


def _future(assessment: Assessment, scenario: str, top: int, x: Any, y: Any) -> list[Layer]:
    def place(probability: float) -> float:
        return LEFT + probability * (RIGHT - LEFT)

    every = [assessment.probabilities[scenario], *(check.probabilities[scenario] for check in assessment.checks)]
    first, last = np.quantile(every, MIDDLE)
    colour, name = LIGHT[scenario], title(scenario)
    line = [{"x": place(min(every)), "x2": place(max(every)), "y": top + 34}]
    band = [{"x": place(float(first)), "x2": place(float(last)), "y": top + 34}]
    said = spread(assessment, scenario)
    return [
        layer(line, type="rule", stroke=colour, strokeWidth=3).encode(x=x, x2=X2, y=y),
        layer(band, type="rule", stroke=colour, strokeWidth=18, opacity=0.28).encode(x=x, x2=X2, y=y),
        symbols([{"x": place(every[0]), "y": top + 34}], x, y, scenario, 420),
        text([{"x": LEFT, "y": top, "text": name}], x, y, fontSize=26, fontWeight="bold", color=colour),
        text([{"x": LEFT + broad(name, 26, bold=True) + 20, "y": top, "text": said}], x, y, fontSize=26),
    ]
