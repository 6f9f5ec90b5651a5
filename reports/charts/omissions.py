"""The omissions that move a future most: three marks a row, dotted rules at the default."""

from collections.abc import Sequence

import altair as alt

from metrics.untrusted import plain
from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.style import (
    SMALL,
    TEXT,
    X2,
    Y2,
    Chart,
    Layer,
    axis,
    labelled,
    layer,
    sized,
    spread,
    symbols,
    text,
)
from reports.charts.words import fitting
from reports.colours import LIGHT
from reports.comparison import ranking
from reports.findings import checks_heading, title
from reports.verdict_tables import check_data, check_table, influential, move, rest_of_omissions
from scenarios import Assessment
from scenarios.assessment import Check
from scenarios.settings import SCENARIOS
from scenarios.words import count, counts

NAMES = 262
"""Pixels of the names beside a wide chart."""


def figure(assessment: Assessment) -> Figure | None:
    """What leaving out a value or a series does; None where nothing was left out."""
    checks = influential(assessment)
    if not checks:
        return None
    leader = ranking(assessment.probabilities)[0]
    most = checks[0]
    said = ", ".join(f"{title(one)} {counts(most.probabilities)[one]}" for one in ranking(most.probabilities))
    return Figure(
        id="omissions",
        heading=checks_heading(
            assessment.leave_one_out, leader, neutral="What is left out", what="Leaving out a value or a series"
        ),
        plotted="Each future out of 100 without one value or series; the omissions that move a future most. Dotted "
        "rules: with everything kept.",
        finding=f"The largest move, by {count(move(assessment, most))} in 100: {plain(most.label)}: {said} in 100.",
        wide=_chart(assessment, checks, WIDE),
        narrow=_chart(assessment, checks, NARROW),
        table=check_table(checks, "Omission"),
        data=check_data(assessment.leave_one_out),
        notes=(rest_of_omissions(assessment),),
    )


def _chart(assessment: Assessment, checks: Sequence[Check], width: int) -> Chart:
    beside = width == WIDE
    step, left = (24, NAMES) if beside else (38, 6)
    height = step * len(checks)
    values = [0, 25, 50, 75, 100] if beside else [0, 50, 100]
    top_axis = axis(**labelled(values, [*map(str, values[:-1]), "100 in 100"]), labelFlush=True, orient="top")
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, 100], nice=False), axis=top_axis)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    places = [step * at + (step / 2 if beside else step - 11) for at in range(len(checks))]
    layers = [
        *_defaults(assessment, height, width, x, y),
        layer(_spans(checks, places), type="rule", stroke=LIGHT["rule"], strokeWidth=1).encode(x=x, x2=X2, y=y),
        *(symbols(_marks(checks, places, scenario), x, y, scenario) for scenario in SCENARIOS),
        _names(checks, places, width, x, y),
    ]
    return sized(layers, width, height, left=left, right=8, top=24, bottom=38)


def _marks(checks: Sequence[Check], places: Sequence[float], scenario: str) -> list[dict[str, float]]:
    return [{"x": 100 * check.probabilities[scenario], "y": place} for check, place in zip(checks, places, strict=True)]


def _spans(checks: Sequence[Check], places: Sequence[float]) -> list[dict[str, float]]:
    return [
        {"x": 100 * min(check.probabilities.values()), "x2": 100 * max(check.probabilities.values()), "y": place}
        for check, place in zip(checks, places, strict=True)
    ]


def _names(checks: Sequence[Check], places: Sequence[float], width: int, x: alt.X, y: alt.Y) -> Layer:
    words = [plain(check.label).removeprefix("without ") for check in checks]
    if width == WIDE:
        rows = [
            {"x": 0, "y": place, "text": fitting(word, NAMES - 22, TEXT)}
            for word, place in zip(words, places, strict=True)
        ]
        return text(rows, x, y, dx=-NAMES)
    rows = [
        {"x": 0, "y": place - 16, "text": fitting(word, NARROW - 12, TEXT)}
        for word, place in zip(words, places, strict=True)
    ]
    return text(rows, x, y)


def _defaults(assessment: Assessment, height: int, width: int, x: alt.X, y: alt.Y) -> list[Layer]:
    """A dotted rule a future, its name below."""
    inner = (WIDE - NAMES - 8) if width == WIDE else NARROW - 14
    at = {one: 100 * assessment.probabilities[one] for one in SCENARIOS}
    pixels = [at[one] / 100 * inner for one in SCENARIOS]
    moved = spread(pixels, 84)
    shift = max(0.0, max(moved) + 36 - inner)
    return [
        one
        for scenario, pixel, place in zip(SCENARIOS, pixels, moved, strict=True)
        for one in (
            layer(
                [{"x": at[scenario], "y": 0, "y2": height}], type="rule", stroke=LIGHT[scenario], strokeDash=[2, 3]
            ).encode(x=x, y=y, y2=Y2),
            text(
                [{"x": at[scenario], "y": height, "text": title(scenario).split()[0]}],
                x,
                y,
                align="center",
                dx=max(place - shift, 16) - pixel,
                dy=14,
                color=LIGHT[scenario],
                fontWeight="bold",
                fontSize=SMALL,
            ),
        )
    ]
