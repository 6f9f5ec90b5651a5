"""The next value of a series: when it is expected, what each future expects of it, and the series with it.

A value that is only thought of is measured as the last one was: by the same method, of the same organisation, and with
an interval as wide on the series' axis. Its evidence is computed by evidence.py from the longer series, so that a
prediction is what the same value will do once it is published.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from metrics.series import Series
from scenarios.axis import coordinate, value_at
from scenarios.prediction import ERROR_NODES, log_share_below, standard_error
from scenarios.settings import settings
from scenarios.span import WHOLE, Part

Array = npt.NDArray[np.float64]

FIRST_STEPS = 9
"""Coordinates tried first, around the last value."""

EDGES = 21
"""Coordinates between which the probability of a value is worked out."""

BEYOND = 0.001
"""Probability that is left out on either side, whichever future holds."""

MOST_WIDENINGS = 12
"""Times the range may be widened by a step to either side."""

FURTHEST_LOGIT = 12.0
"""Where a share is as good as 0 or 1."""


class Expected(NamedTuple):
    """When the next value is due."""

    on: date
    usual_days: int
    """Median gap between the values."""
    overdue: bool
    """Whether the usual gap has passed without a value."""


class Outlook(NamedTuple):
    """What each future expects of the next value."""

    edges: Array
    """Coordinates in order, from the record on where there is one, shape (edges,); progress is up."""
    below: Array
    """Probability of a value no further than each edge, shape (futures, edges)."""

    @property
    def cells(self) -> Array:
        """Middles between edges, shape (edges - 1,)."""
        return np.asarray((self.edges[1:] + self.edges[:-1]) / 2)

    def mass(self, weight: Array) -> Array:
        """Probability of each cell in a mixture of the futures, shape (edges - 1,)."""
        return np.asarray(np.diff(weight @ self.below))

    def quantile(self, weight: Array, share: float) -> float:
        """Coordinate below which a share of the mixture lies, of what lies between the edges."""
        total = np.concatenate([[0.0], np.cumsum(self.mass(weight))])
        return float(np.interp(share * total[-1], total, self.edges))


def expected(series: Series, as_of: date) -> Expected:
    """The last date and the median gap, but not before `as_of`."""
    usual = max(1, round(float(np.median(np.diff(series.observed_on).astype(int)))))
    due = series.observed_on[-1].astype(date) + timedelta(days=usual)
    return Expected(max(due, as_of), usual, due < as_of)


def extended(series: Series, on: date, value: float) -> Series:
    """The series with one more value, measured as its last one was."""
    low, high, interval = _interval(series, value)
    certified = series.indicator.certified_to
    if certified is not None and value > certified:
        value, low, high, interval = np.nan, certified, np.nan, "bound"
    return replace(
        series,
        observed_on=np.append(series.observed_on, np.datetime64(on, "D")),
        known_since=np.append(series.known_since, np.datetime64(on, "D")),
        value=np.append(series.value, value),
        value_low=np.append(series.value_low, low),
        value_high=np.append(series.value_high, high),
        interval=np.array([*series.interval, interval], dtype=str),
        method=np.array([*series.method, series.method[-1]], dtype=str),
        subjects=np.append(series.subjects, series.subjects[-1]),
        citation=np.array([*series.citation, ""], dtype=str),
    )


def record_place(series: Series) -> float:
    """The coordinate beyond which a value enters; minus infinity where every value does."""
    if series.indicator.series != "frontier":
        return -np.inf
    ends = (series.value[-1], series.value_low[-1], series.value_high[-1])
    level = coordinate(series.indicator, ends)
    return float(level[0] if np.isfinite(level[0]) else np.nanmin(level[1:]))


def can_enter(series: Series) -> bool:
    """Whether any value could: a frontier at what its publisher vouches for takes no further one."""
    certified = series.indicator.certified_to
    return certified is None or record_place(series) < float(coordinate(series.indicator, certified))


def outlook(series: Series, on: date, part: Part = WHOLE, shapes: str = "resemblance") -> Outlook:
    """What each future expects of the value that is measured on a date, given the values before.

    Args:
        series: the values before.
        on: the date.
        part: of the time its record covers, with the new value; by default the series is the record.
        shapes: "resemblance" or "mechanism" (NamedPrior.shapes).
    """
    ahead, record = _Ahead(extended(series, on, np.nan), part, shapes), record_place(series)
    low, high = _limits(ahead)
    if record >= high:
        # No future expects a record: what one would mean is still to be said.
        high = record + (high - low) / 2
    edges = np.linspace(max(low, record), high, EDGES)
    error = standard_error(extended(series, on, _latest(series)), -1)
    nodes = ERROR_NODES if error else ((0.0, 1.0),)
    below = ahead.below(np.concatenate([edges - node * error for node, _ in nodes]))
    shifted = [share * one for (_, share), one in zip(nodes, np.split(below, len(nodes), axis=1), strict=True)]
    return Outlook(edges, np.maximum.accumulate(np.sum(shifted, axis=0), axis=1))


class _Ahead(NamedTuple):
    """A series with a next value that is not known yet."""

    series: Series
    part: Part
    shapes: str

    def below(self, place: Array) -> Array:
        """Distribution functions of the futures at coordinates, shape (futures, places)."""
        anywhere, *found = log_share_below(self.series, np.append(np.nan, place), self.part, self.shapes)
        return np.asarray(np.clip(np.exp(np.array(found) - anywhere), 0.0, 1.0).T)


def _limits(ahead: _Ahead) -> tuple[float, float]:
    """Coordinates beyond which no future expects more than BEYOND; the first range is widened until it is so."""
    indicator = ahead.series.indicator
    known = coordinate(indicator, _known(ahead.series))
    end = FURTHEST_LOGIT if indicator.scale == "logit" else np.inf
    half = 1.5 * float(np.ptp(known)) or 1.0
    place = np.clip(np.linspace(known[-1] - half, known[-1] + half, FIRST_STEPS), -end, end)
    step, below = float(place[-1] - place[-2]), ahead.below(place)
    for _ in range(MOST_WIDENINGS):
        too_high, too_low = bool(below[:, 0].max() > BEYOND), bool(below[:, -1].min() < 1 - BEYOND)
        more = [place[0] - step] * too_high + [place[-1] + step] * too_low
        more = [one for one in more if abs(one) < end]
        if not more:
            break
        order = np.argsort(np.concatenate([place, more]), kind="stable")
        below = np.hstack([below, ahead.below(np.array(sorted(more)))])[:, order]
        place = np.concatenate([place, sorted(more)])[order]
    low = np.flatnonzero(below.max(axis=0) <= BEYOND)
    high = np.flatnonzero(below.min(axis=0) >= 1 - BEYOND)
    return float(place[low[-1] if low.size else 0]), float(place[high[0] if high.size else -1])


def _known(series: Series) -> Array:
    """The exact values, or the known ends of bounds where there are none."""
    exact = series.value[np.isfinite(series.value)]
    ends = np.fmax(series.value_low, series.value_high)
    return exact if exact.size else ends[np.isfinite(ends)]


def _latest(series: Series) -> float:
    return float(_known(series)[-1])


def _interval(series: Series, value: float) -> tuple[float, float, str]:
    """Ends around a value, as wide on the axis as those of the last value that has a published interval."""
    widths = settings().link.widths
    for at in range(series.n - 1, -1, -1):
        ends = np.array([series.value_low[at], series.value_high[at]])
        if str(series.interval[at]) in widths and np.isfinite([*ends, series.value[at]]).all():
            shift = coordinate(series.indicator, ends) - coordinate(series.indicator, series.value[at])
            low, high = value_at(series.indicator, coordinate(series.indicator, value) + shift)
            return float(low), float(high), str(series.interval[at])
    return np.nan, np.nan, ""
