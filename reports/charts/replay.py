"""What would have been said before: a ribbon of verdicts over three step lines, from the facts public on each date."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

import altair as alt

from reports.changes import verdict_label
from reports.charts.calendar import ticks, year
from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.style import SMALL, X2, Y2, Chart, Layer, axis, labelled, layer, sized, text
from reports.charts.words import broad
from reports.colours import LIGHT
from reports.comparison import ranking
from reports.findings import title
from reports.record import Document
from reports.replayed import ends, heading, notes, rows
from reports.tabular import Table, table
from scenarios import Assessment
from scenarios.settings import SCENARIOS
from scenarios.words import counts, full_date

RIBBON, PANEL, GAP = 20, 40, 16
"""Heights in pixels."""

LEFT, RIGHT = 34, 52
"""Margins in pixels."""

HATCH = 8
"""Pixels between the lines over what has no verdict."""

SHORT = {
    "names": "{}",
    "leans": "leans {}",
    "cannot_tell": "cannot tell",
    "none_fits": "none fits",
    "too_little": "too few",
}


class _Stretch(NamedTuple):
    """Dates in a row with the same verdict."""

    first: float
    last: float
    kind: str
    words: str


def figure(replay: Document, assessment: Assessment) -> Figure:
    """The verdict on each date of a replay (its to_dict())."""
    steps = replay["steps"]
    return Figure(
        id="replay",
        heading=heading(steps),
        plotted=_plotted(replay),
        finding=_finding(steps),
        wide=_chart(steps, WIDE),
        narrow=_chart(steps, NARROW),
        table=rows(steps),
        data=_data(steps),
        notes=tuple(notes(replay, assessment)),
    )


def _plotted(replay: Document) -> str:
    clock = (
        "With hindsight: every value counts from the day it describes."
        if replay["hindsight"]
        else "What we would have said before, from the facts public on each date."
    )
    return f"{clock} Out of 100; band: any one series left out. Hatched: too few series for a verdict."


def _finding(steps: Sequence[Document]) -> str:
    said = [
        f"{full_date(date.fromisoformat(step['as_of']))}: {verdict_label(step['verdict'])}"
        for at, step in enumerate(steps)
        if at in (0, len(steps) - 1) or verdict_label(step["verdict"]) != verdict_label(steps[at - 1]["verdict"])
    ]
    return f"{'; '.join(said)}."


def _data(steps: Sequence[Document]) -> Table:
    rows = [
        (step["as_of"], step["verdict"]["kind"], one, step["probabilities"][one], *ends(step, one), step["n_series"])
        for step in steps
        for one in SCENARIOS
    ]
    columns = ("as_of", "verdict", "future", "probability", "low_one_series_out", "high_one_series_out", "series")
    return table(columns, rows)


def _chart(steps: Sequence[Document], width: int) -> Chart:
    places = [year(step["as_of"]) for step in steps]
    # What is said on a date holds until the next: the last one is drawn as long as a usual step.
    end = places[-1] + (0.0 if len(places) == 1 else min(places[-1] - places[-2], 1 / 12))
    order = ranking(steps[-1]["probabilities"])
    height = RIBBON + len(order) * (PANEL + GAP)
    months, words = ticks(places[0], places[-1], 6 if width == WIDE else 3)
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[places[0], max(end, places[0] + 0.05)], nice=False),
        axis=axis(**labelled(months, words), grid=False),
    )
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    spans = _stretches(steps, places, end)
    newest, right = spans[-1], RIGHT
    if not _fits(newest, newest.words, width - LEFT - right, end - places[0]):
        right = max(RIGHT, int(broad(newest.words, SMALL)) + 12)
    pixels = (width - LEFT - right) / max(end - places[0], 0.05)
    layers = _ribbon(spans, width - LEFT - right, end - places[0], x, y)
    for at, scenario in enumerate(order):
        top = RIBBON + GAP + at * (PANEL + GAP)
        layers += [*_hatched(spans, top, pixels, x, y), *_panel(steps, places, end, scenario, top, width, x, y)]
    return sized(layers, width, height, left=LEFT, right=right, top=2, bottom=22)


def _stretches(steps: Sequence[Document], places: Sequence[float], end: float) -> list[_Stretch]:
    until = [*places[1:], end]
    found = []
    for label, members in groupby(range(len(steps)), key=lambda at: verdict_label(steps[at]["verdict"])):
        inside = list(members)
        verdict = steps[inside[0]]["verdict"]
        name = title(verdict["scenario"]).split()[0].lower() if verdict["scenario"] else ""
        words = label if verdict["kind"] == "too_little" else SHORT[verdict["kind"]].format(name)
        found.append(_Stretch(places[inside[0]], until[inside[-1]], verdict["kind"], words))
    return found


def _ribbon(spans: Sequence[_Stretch], inner: float, length: float, x: alt.X, y: alt.Y) -> list[Layer]:
    boxes = [{"x": one.first, "x2": one.last, "y": 2, "y2": RIBBON - 2} for one in spans]
    edge = {"stroke": LIGHT["paper"], "strokeWidth": 2}
    named = []
    for one in spans:
        fitting = [words for words in (one.words, SHORT[one.kind]) if _fits(one, words, inner, length)]
        if fitting:
            named.append({"x": (one.first + one.last) / 2, "y": RIBBON / 2, "text": fitting[0]})
    layers = [
        layer(boxes, type="rect", fill=LIGHT["shade"], opacity=1, **edge).encode(x=x, x2=X2, y=y, y2=Y2),
        text(named, x, y, align="center", fontSize=SMALL, fontStyle="italic"),
    ]
    if spans[-1].words in [row["text"] for row in named[-1:]]:
        return layers
    # What is said today must not be the one word without room.
    today = [{"x": spans[-1].last, "y": RIBBON / 2, "text": spans[-1].words}]
    return [*layers, text(today, x, y, dx=5, fontSize=SMALL, fontStyle="italic")]


def _fits(stretch: _Stretch, words: str, inner: float, length: float) -> bool:
    """Whether words that are no pattern have room in a stretch of the ribbon."""
    room = (stretch.last - stretch.first) / length * inner if length else inner
    return "{" not in words and broad(words, SMALL) + 8 <= room


def _hatched(spans: Sequence[_Stretch], top: float, pixels: float, x: alt.X, y: alt.Y) -> list[Layer]:
    """Slanted lines over the stretches of a panel in which there is no verdict.

    Args:
        spans: stretches of dates.
        top: of the panel.
        pixels: of a year.
        x: the horizontal place.
        y: the vertical one.
    """
    rows = []
    for one in spans:
        room = (one.last - one.first) * pixels if one.kind == "too_little" else 0.0
        for start in range(HATCH - PANEL, int(room), HATCH):
            first, last = max(start, 0), min(start + PANEL, room)
            rows.append(
                {
                    "x": one.first + first / pixels,
                    "x2": one.first + last / pixels,
                    "y": top + PANEL - (first - start),
                    "y2": top + PANEL - (last - start),
                }
            )
    line = {"stroke": LIGHT["grid"], "strokeWidth": 1}
    return [layer(rows, type="rule", **line).encode(x=x, x2=X2, y=y, y2=Y2)] if rows else []


def _panel(
    steps: Sequence[Document],
    places: Sequence[float],
    end: float,
    scenario: str,
    top: float,
    width: int,
    x: Any,
    y: Any,
) -> list[Layer]:
    def level(probability: float) -> float:
        return top + PANEL * (1 - probability)

    known = [at for at, step in enumerate(steps) if step["verdict"]["kind"] != "too_little"]
    until = [*places[1:], end]
    line, band = [], []
    for at in known:
        low, high = ends(steps[at], scenario)
        for place in (places[at], until[at]):
            line.append({"x": place, "y": level(steps[at]["probabilities"][scenario])})
            band.append({"x": place, "y": level(low), "y2": level(high)})
    grid = [{"y": level(share)} for share in (0.0, 0.5, 1.0)]
    ends_of_scale = ((0.0, "0"), (1.0, "100")) if top == RIBBON + GAP else ()
    scale = [{"x": places[0], "y": level(share), "text": words} for share, words in ends_of_scale]
    colour = LIGHT[scenario]
    layers = [
        layer(grid, type="rule", stroke=LIGHT["grid"]).encode(y=y),
        text(scale, x, y, align="right", dx=-7, fontSize=SMALL, color=LIGHT["muted"]),
    ]
    if not known:
        return layers
    last = steps[known[-1]]
    now = [{"x": end, "y": level(last["probabilities"][scenario]), "text": counts(last["probabilities"])[scenario]}]
    name = title(scenario) if width == WIDE else title(scenario).split()[0]
    return [
        *layers,
        layer(band, type="area", fill=colour, opacity=0.2).encode(x=x, y=y, y2=Y2),
        layer(line, type="line", stroke=colour, strokeWidth=2).encode(x=x, y=y),
        text(
            [{"x": places[0], "y": top - 7, "text": name}],
            x,
            y,
            dx=2,
            color=colour,
            fontWeight="bold",
            fontSize=SMALL + 1,
        ),
        text(now, x, y, dx=5, color=colour, fontWeight="bold"),
    ]
