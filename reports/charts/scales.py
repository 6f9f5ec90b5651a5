"""The axis of an indicator's values: which scale, from where to where, and ticks in its own unit."""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import altair as alt

from metrics import Indicator
from reports.charts.style import axis, labelled
from scenarios.words import THIN_SPACE, duration, plain, two_digits, value_text

CLOCK = {
    1: "1 min",
    4: "4 min",
    15: "15 min",
    60: "1 h",
    240: "4 h",
    480: "8 h, a working day",
    2400: "40 h, a working week",
}
"""Ticks of a task horizon in minutes of human working time: a day is a working day."""

MARGIN = 0.06
"""Share of the range that is left free at both ends."""


class Span(NamedTuple):
    """An axis of values."""

    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]
    words: tuple[str, ...]

    @property
    def short(self) -> "Span":
        """The same with the remarks behind a tick left out, for a narrow chart."""
        return self._replace(words=tuple(word.partition(", ")[0] for word in self.words))

    def share(self, value: float) -> float:
        """How far along the axis a value lies, from 0 to 1."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def y(self, **more: Any) -> alt.Y:
        """As the vertical encoding of a chart."""
        return alt.Y("y:Q", scale=self._scale(), axis=axis(**labelled(self.ticks, self.words), **more))

    def x(self, **more: Any) -> alt.X:
        """As the horizontal encoding of a chart."""
        return alt.X("x:Q", scale=self._scale(), axis=axis(**labelled(self.ticks, self.words), **more))

    def _scale(self) -> alt.Scale:
        return alt.Scale(domain=[self.low, self.high], type="log" if self.log else "linear", nice=False, clamp=True)


def is_horizon(indicator: Indicator) -> bool:
    """Whether values are lengths of tasks in human working time."""
    return indicator.cluster == "horizon" and indicator.unit == "minutes"


def span(indicator: Indicator, values: Iterable[float], most: int = 6) -> Span:
    """An axis on which all values have room: a log one for growth, from end to end for a share."""
    known = [value for value in values if math.isfinite(value)]
    if indicator.scale == "logit":
        return _bounded(indicator)
    low, high = min(known), max(known)
    if indicator.scale == "log" and low > 0:
        factor = max((high / low) ** MARGIN, 1.08)
        return _logarithmic(indicator, low / factor, high * factor, most)
    room = (high - low) * MARGIN or 1.0
    ticks = _even(low - room, high + room, most)
    return Span(low - room, high + room, False, ticks, tuple(plain(tick) for tick in ticks))


def _bounded(indicator: Indicator) -> Span:
    low, high = indicator.lower, indicator.upper
    ticks = tuple(low + (high - low) * part / 4 for part in range(5))
    share = indicator.unit == "share" and (low, high) == (0.0, 1.0)
    words = tuple(f"{round(100 * tick)}{THIN_SPACE}%" if share else plain(tick) for tick in ticks)
    return Span(low, high, False, ticks, words)


def _logarithmic(indicator: Indicator, low: float, high: float, most: int) -> Span:
    if is_horizon(indicator):
        chosen = tuple(float(tick) for tick in CLOCK if low <= tick <= high)
        return Span(low, high, True, chosen, tuple(CLOCK[int(tick)] for tick in chosen))
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in ((1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,)):
        ticks = tuple(step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high)
        if len(ticks) <= most:
            break
    return Span(low, high, True, ticks, tuple(_word(indicator, tick) for tick in ticks))


def _word(indicator: Indicator, value: float) -> str:
    if indicator.unit == "times":
        return plain(value)
    if indicator.unit == "minutes":
        return duration(value)
    return f"{two_digits(value)} months" if indicator.unit == "months" else value_text(value, indicator.unit)


def _even(low: float, high: float, most: int) -> tuple[float, ...]:
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * part for part in (1, 2, 2.5, 5, 10) if power * part >= rough)
    first = math.ceil(low / step)
    return tuple(round(step * at, 10) for at in range(first, math.floor(high / step) + 1))
