"""The evidence as bars on both sides of a rule: the leader against the second, and against the third.

What is drawn is what enters the sum, so that bars add.
"""

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import altair as alt

from reports.charts.figure import NARROW, WIDE, Figure
from reports.charts.style import SMALL, TEXT, X2, Y2, Chart, Layer, layer, sized, text
from reports.charts.words import broad, fitting
from reports.colours import LIGHT
from reports.comparison import Comparison, against_both
from reports.findings import evidence_heading, series_names
from reports.findings import title as title_of
from reports.tabular import Table, table
from reports.verdict_tables import evidence_table
from scenarios import Assessment
from scenarios.settings import SCENARIOS
from scenarios.words import cluster_name, decibans, odds

ODDS = {0: "even", 10: "10:1", 20: "100:1", 30: "1,000:1", 40: "10,000:1"}
BAR = 11

CAPS = (
    "Cap: the series would say more, and no single series may. Both cap: it says as much as it may against both "
    "futures, and so nothing between them."
)

SCALES = tuple(tenths / 10 for tenths in range(5, 53))
"""Pixels of a deciban that a chart may have."""

ROOM_OF_ODDS = 36
"""Pixels that the odds of a step take on the axis."""

STEP_OF_NARROW = 35
"""Pixels of a row whose name stands above its bar."""


class _Line(NamedTuple):
    """One line of the picture."""

    name: str
    n: str
    values: tuple[float, float] | None
    """Decibans against the second and the third; None for the name of a group."""
    said: tuple[str, str]
    is_sum: bool = False
    indent: int = 0


class _Panel(NamedTuple):
    """Where one comparison is drawn, in pixels."""

    comparison: Comparison
    at: int
    left: float
    right: float
    zero: float
    scale: float
    """Pixels of a deciban."""

    def x(self, value: float) -> float:
        """The place of a value; one beyond the panel is drawn to its edge."""
        return max(self.left, min(self.right, self.zero + value * self.scale))


def figure(assessment: Assessment) -> Figure:
    """What each series says for the leader against the two others."""
    second, third = against_both(assessment)
    sums = [
        f"{title_of(one.leader)} over {title_of(one.other)}: {decibans(one.total)} decibans, {odds(one.total)}"
        for one in (second, third)
    ]
    return Figure(
        id="evidence",
        heading=evidence_heading(assessment),
        plotted="What each series says for the first future against the other, in decibans, labelled as odds: 10 mean "
        "ten times as probable. Behind each name: the number of dated values. Bars add up to the sum.",
        finding=f"{len(assessment.evidence)} series sum to {'; '.join(sums)}.",
        wide=_wide(assessment),
        narrow=_narrow(assessment),
        table=evidence_table(assessment),
        data=_data(assessment),
        notes=(CAPS,),
    )


def _data(assessment: Assessment) -> Table:
    columns = ("indicator", "subject", "definition", "cluster", "n", "weight", "capped", *SCENARIOS)
    return table(columns, assessment.evidence[list(columns)].itertuples(index=False))


def _lines(assessment: Assessment) -> list[_Line]:
    second, third = against_both(assessment)
    evidence = assessment.evidence.reset_index(drop=True)
    names, lines = series_names(evidence), []
    for cluster, members in evidence.groupby("cluster", sort=True).groups.items():
        if len(members) > 1:
            name = cluster_name(str(cluster))
            lines.append(_Line(name[:1].upper() + name[1:], "", None, ("", "")))
        for at in members:
            values = (second.rows[at], third.rows[at])
            said = (_said(second, at), _said(third, at))
            lines.append(_Line(names[at], str(evidence["n"][at]), values, said, indent=12 * (len(members) > 1)))
    if second.prior or third.prior:
        prior = (second.prior, third.prior)
        lines.append(_Line(f"Prior: {assessment.prior.name}", "", prior, (_number(prior[0]), _number(prior[1]))))
    totals = (second.total, third.total)
    said = (f"{_number(totals[0])} ({odds(abs(totals[0]))})", f"{_number(totals[1])} ({odds(abs(totals[1]))})")
    return [*lines, _Line("Sum of all", "", totals, said, is_sum=True)]


def _said(comparison: Comparison, at: int) -> str:
    number, capped = _number(comparison.rows[at]), comparison.capped[at]
    return f"{number} {capped}".strip()


def _number(value: float) -> str:
    return decibans(abs(value)) if abs(value) >= 0.05 else "0"


def _panels(assessment: Assessment, places: Sequence[tuple[float, float]]) -> list[_Panel]:
    """A panel for each comparison, on one scale: the largest on which every number has room behind its bar.

    Args:
        assessment: whose evidence is drawn.
        places: left and right edge of each panel, in pixels.
    """
    told = list(zip(against_both(assessment), places, strict=True))
    lines = _lines(assessment)
    scales = {
        scale: [_extents(comparison, at, lines, scale) for at, (comparison, _) in enumerate(told)] for scale in SCALES
    }
    fitting_scales = [
        scale
        for scale, extents in scales.items()
        if all(below + above <= right - left for (below, above), (left, right) in zip(extents, places, strict=True))
    ]
    scale = max(fitting_scales, default=min(SCALES))
    return [
        _Panel(comparison, at, left, right, left + (right - left) * below / (below + above), scale)
        for at, ((comparison, (left, right)), (below, above)) in enumerate(zip(told, scales[scale], strict=True))
    ]


def _extents(comparison: Comparison, at: int, lines: Sequence[_Line], scale: float) -> tuple[float, float]:
    """Pixels that bars, numbers and headings take on the left and on the right of the rule."""
    below, above = (
        broad(f"{one} \N{BLACK RIGHT-POINTING POINTER}", TEXT, bold=True) + 10
        for one in (comparison.other, comparison.leader)
    )
    for line in lines:
        value = line.values[at] if line.values else math.nan
        room = abs(value) * scale + broad(line.said[at], SMALL, bold=line.is_sum) + 8
        if math.isfinite(value):
            below, above = (max(below, room), above) if value < 0 else (below, max(above, room))
    return below, above


def _wide(assessment: Assessment) -> Chart:
    lines, panels = _lines(assessment), _panels(assessment, ((258, 470), (484, 696)))
    step, top = 21, 52
    # A series without a group must not look like a member of the group above it.
    gaps = accumulate(
        6 * (bool(at and lines[at - 1].indent and not line.indent)) + 8 * line.is_sum for at, line in enumerate(lines)
    )
    places = [top + step * at + gap for at, gap in enumerate(gaps)]
    bottom = places[-1] + 14
    layers = [layer_ for panel in panels for layer_ in _panel(panel, lines, places, 16, bottom)]
    names = [
        {"x": line.indent, "y": y, "text": fitting(line.name, 216 - line.indent, TEXT)}
        for line, y in zip(lines, places, strict=True)
    ]
    counted = [{"x": 246.0, "y": y, "text": line.n} for line, y in zip(lines, places, strict=True) if line.n]
    bold = [line.values is None or line.is_sum for line in lines]
    x, y = _pixels(WIDE, bottom)
    layers += [
        text([row for row, heavy in zip(names, bold, strict=True) if not heavy], x, y),
        text([row for row, heavy in zip(names, bold, strict=True) if heavy], x, y, fontWeight="bold"),
        text(
            [*counted, {"x": 246.0, "y": 28, "text": "values"}],
            x,
            y,
            align="right",
            color=LIGHT["muted"],
            fontSize=SMALL,
        ),
    ]
    return sized(layers, WIDE, int(bottom))


def _narrow(assessment: Assessment) -> Chart:
    lines, layers, top = _lines(assessment), [], 0.0
    bottom = 0.0
    for panel in _panels(assessment, ((4, NARROW - 4), (4, NARROW - 4))):
        places, y_at = [], top + 34
        for line in lines:
            places.append(y_at + (18 if line.values is None else 27))
            y_at += 20 if line.values is None else STEP_OF_NARROW
        bottom = y_at + 8
        layers += _panel(panel, lines, places, top + 12, bottom)
        x, y = _pixels(NARROW, 1)
        named = [
            {
                "x": line.indent,
                "y": place - (0 if line.values is None else 15),
                "text": f"{line.name} ({line.n})" if line.n else line.name,
                "heavy": line.values is None or line.is_sum,
            }
            for line, place in zip(lines, places, strict=True)
        ]
        layers += [
            text([row for row in named if not row["heavy"]], x, y),
            text([row for row in named if row["heavy"]], x, y, fontWeight="bold"),
        ]
        top = bottom + 26
    return sized(_on(layers, NARROW, bottom), NARROW, int(bottom))


def _on(layers: Sequence[Layer], width: int, height: float) -> list[Layer]:
    """The same layers on one scale of pixels."""
    x, y = _pixels(width, height)
    return [one.encode(x=x, y=y) for one in layers]


def _pixels(width: int, height: float) -> tuple[alt.X, alt.Y]:
    return (
        alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None),
        alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None),
    )


def _panel(panel: _Panel, lines: Sequence[_Line], places: Sequence[float], top: float, bottom: float) -> list[Layer]:
    x, y = _pixels(WIDE if panel.right - panel.left < NARROW / 1.5 else NARROW, bottom)
    steps = [step for step in ODDS if step % 20 == 0 or panel.scale * 10 >= ROOM_OF_ODDS]
    shown = [step for step in sorted({*steps, *(-step for step in steps)}) if panel.left < panel.x(step) < panel.right]
    spans = _spans(lines, places, top + 20, bottom)
    grid = [{"x": panel.x(step), "y": first, "y2": last} for step in shown for first, last in spans]
    words = [{"x": panel.x(step), "y": top + 12, "text": ODDS[abs(step)]} for step in shown if _has_room(panel, step)]
    zero = [{"x": panel.x(0), "y": first, "y2": last} for first, last in spans]
    return [
        layer(grid, type="rule", stroke=LIGHT["grid"]).encode(x=x, y=y, y2=Y2),
        *_bars(panel, lines, places, x, y),
        layer(zero, type="rule", stroke=LIGHT["ink"]).encode(x=x, y=y, y2=Y2),
        text(words, x, y, align="center", color=LIGHT["muted"], fontSize=SMALL),
        *_sides(panel, top, x, y),
        *_sum_rule(panel, places, x, y),
        *_numbers(panel, lines, places, x, y),
    ]


def _has_room(panel: _Panel, step: int) -> bool:
    """Whether the odds at a step stay within the panel."""
    half = broad(ODDS[abs(step)], SMALL) / 2
    return panel.left <= panel.x(step) - half and panel.x(step) + half <= panel.right


def _spans(lines: Sequence[_Line], places: Sequence[float], top: float, bottom: float) -> list[tuple[float, float]]:
    """Where vertical rules run: through, or beside each bar alone where names stand above the bars."""
    if places[-1] - places[-2] < STEP_OF_NARROW:
        return [(top, bottom)]
    return [(place - 8, place + 8) for line, place in zip(lines, places, strict=True) if line.values]


def _sum_rule(panel: _Panel, places: Sequence[float], x: alt.X, y: alt.Y) -> list[Layer]:
    above = places[-1] - (14 if places[-1] - places[-2] < STEP_OF_NARROW else 26)
    return [
        layer([{"x": panel.left, "x2": panel.right, "y": above}], type="rule", stroke=LIGHT["rule"]).encode(
            x=x, x2=X2, y=y
        )
    ]


def _sides(panel: _Panel, top: float, x: alt.X, y: alt.Y) -> list[Layer]:
    """Which future a bar speaks for, by its side."""
    sides = (
        (panel.comparison.other, "right", -6, "\N{BLACK LEFT-POINTING POINTER} {}"),
        (panel.comparison.leader, "left", 6, "{} \N{BLACK RIGHT-POINTING POINTER}"),
    )
    return [
        text(
            [{"x": panel.x(0), "y": top - 6, "text": words.format(scenario)}],
            x,
            y,
            align=align,
            dx=dx,
            color=LIGHT[scenario],
            fontWeight="bold",
        )
        for scenario, align, dx, words in sides
    ]


def _bars(panel: _Panel, lines: Sequence[_Line], places: Sequence[float], x: alt.X, y: alt.Y) -> list[Layer]:
    layers = []
    for scenario, sign in ((panel.comparison.leader, 1), (panel.comparison.other, -1)):
        rows = [
            {"x": panel.x(0), "x2": panel.x(line.values[panel.at]), "y": place}
            for line, place in zip(lines, places, strict=True)
            if line.values and sign * line.values[panel.at] > 0
        ]
        layers.append(layer(rows, type="rule", stroke=LIGHT[scenario], strokeWidth=BAR).encode(x=x, x2=X2, y=y))
    return [one for one in layers if one.rows]


def _numbers(panel: _Panel, lines: Sequence[_Line], places: Sequence[float], x: alt.X, y: alt.Y) -> list[Layer]:
    """Numbers behind their bars, on the side for which a bar speaks."""
    rows: dict[tuple[str, bool], list[dict[str, object]]] = {}
    for line, place in zip(lines, places, strict=True):
        if line.values is None:
            continue
        after = line.values[panel.at] >= 0
        rows.setdefault(("left" if after else "right", line.is_sum), []).append(
            {"x": panel.x(line.values[panel.at]) + (5 if after else -5), "y": place, "text": line.said[panel.at]}
        )
    return [
        text(found, x, y, align=align, fontSize=SMALL, fontWeight="bold" if heavy else "normal")
        for (align, heavy), found in rows.items()
    ]
