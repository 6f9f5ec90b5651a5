"""From a series in its own unit to the scale on which growth adds up.

Logs of quantities, logits of shares, and indices divided by their spread; more progress is always up. Which shape the
points follow is not asked here; which of them are outliers is, once and for all futures together.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dgesv
from scipy.special import expit

from metrics.indicator import Indicator
from metrics.series import MINIMUM_DATES, Series
from scenarios.settings import settings

Array = npt.NDArray[np.float64]

HUBER_AT = 1.345
"""Huber's constant: 95 % efficient where nothing is wrong (Huber 1981)."""
HUBER_ROUNDS = 25
HUBER_SETTLED = 1e-6
"""Weights that change by less stay as they are."""
NORMAL_MAD = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""


@dataclass(frozen=True)
class Points:
    """A series as the model sees it: exact values first, censored ones last.

    Positions run from 0 (first date) to 1 (last date).
    """

    u: Array
    """Of the exact values, shape (n,), as are z, error and inflation."""
    z: Array
    error: Array
    """Published standard error, 0 where none was published."""
    inflation: Array
    """Variance factor of outliers, at least 1."""
    method: npt.NDArray[np.str_]
    censored_u: Array
    """Of the censored values, shape (c,), as are low and high; an open end is infinite."""
    low: Array
    high: Array
    censored_method: npt.NDArray[np.str_]
    log_jacobian: float
    """ln |dz/dvalue|, summed: makes ceilings comparable."""

    @property
    def middle(self) -> float:
        """Where the start of the path is expected: the median value, or that of the bounds when all are censored."""
        if self.z.size:
            return _median(self.z)
        bounds = np.concatenate([self.low, self.high])
        return float(np.median(bounds[np.isfinite(bounds)])) if np.isfinite(bounds).any() else 0.0


def thinned(series: Series) -> Series:
    """At most `thinned_to` values, evenly spaced in rank, with the first and the last."""
    most = settings().record.thinned_to
    if series.n <= most:
        return series
    keep = np.zeros(series.n, dtype=bool)
    keep[np.round(np.linspace(0, series.n - 1, most)).astype(int)] = True
    return series.only(keep)


def points(series: Series, ceiling: float = 1.0) -> Points | None:
    """The series on its link, or None if a value, or all that a bound leaves, lies above the ceiling.

    Args:
        series: at least two dates.
        ceiling: where a bounded score ends, as a share of the way from its lower to its upper bound.
    """
    scale = Scale(series, ceiling)
    days = series.observed_on.astype("datetime64[D]").astype(float)
    u = (days - days[0]) / (days[-1] - days[0])
    value = central(series)
    exact = np.isfinite(value)
    reached = np.where(exact, value, series.value_low if scale.sign > 0 else series.value_high)
    if scale.is_exceeded(reached):
        return None
    z = scale.linked(value[exact])
    smooth, inflation = _outliers(u[exact], z)
    ends = scale.ends(series.value_low, series.value_high)
    error = _errors(z, smooth, ends[0][exact], ends[1][exact], series.interval[exact])
    if series.indicator.series == "frontier" and exact[0] and len(z) > MINIMUM_DATES:
        error[0] = np.hypot(error[0], settings().link.first_value_error * np.ptp(z))
    low, high = ends[0][~exact], ends[1][~exact]
    return Points(
        u[exact],
        z,
        error,
        inflation,
        series.method[exact],
        u[~exact],
        np.where(np.isnan(low), -np.inf, low),
        np.where(np.isnan(high), np.inf, high),
        series.method[~exact],
        scale.log_jacobian(value[exact]),
    )


class Scale:
    """The link function of one series."""

    def __init__(self, series: Series, ceiling: float) -> None:
        self.indicator: Indicator = series.indicator
        self.sign = -1.0 if self.indicator.direction == "down" else 1.0
        self.ceiling = ceiling
        self.spread = _spread(central(series)) if self.indicator.scale == "linear" else 1.0

    def linked(self, value: Array) -> Array:
        """Progress is up; NaN stays NaN."""
        if self.indicator.scale == "logit":
            share = np.clip(self._share(value), settings().link.clip_low, settings().link.clip_high)
            return np.asarray(np.log(share / (1 - share)))
        if self.indicator.scale == "log":
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.asarray(self.sign * np.log(value))
        return self.sign * value / self.spread

    def unlinked(self, z: Array) -> Array:
        """Values in the indicator's unit, the inverse of `linked` without its clipping."""
        if self.indicator.scale == "logit":
            share = self.ceiling * expit(z)
            width = self.indicator.upper - self.indicator.lower
            return np.asarray(self.indicator.lower + width * (1 - share if self.sign < 0 else share))
        return np.asarray(np.exp(self.sign * z)) if self.indicator.scale == "log" else self.sign * z * self.spread

    def ends(self, low: Array, high: Array) -> tuple[Array, Array]:
        """Linked ends of intervals; one so near to the scale's own that it says no more is open (infinite)."""
        first, last = (high, low) if self.sign < 0 else (low, high)
        return self._end(first, -np.inf), self._end(last, np.inf)

    def _end(self, value: Array, opened: float) -> Array:
        linked = self.linked(value)
        if self.indicator.scale == "logit":
            share, clip = self._share(value), settings().link
            outside = share <= clip.clip_low if opened < 0 else share >= clip.clip_high
            return np.where(outside, opened, linked)
        return linked

    def is_exceeded(self, value: Array) -> bool:
        return self.indicator.scale == "logit" and bool((self._share(value) > 1).any())

    def log_jacobian(self, value: Array) -> float:
        if self.indicator.scale != "logit":
            return 0.0
        share = np.clip(self._share(value), settings().link.clip_low, settings().link.clip_high)
        return float(-np.log(share * (1 - share) * self.ceiling).sum())

    def _share(self, value: Array) -> Array:
        width = self.indicator.upper - self.indicator.lower
        share = (value - self.indicator.lower) / width
        # A share that falls as AI improves is read as its complement, so that the ceiling stays on top.
        return np.asarray((1 - share if self.sign < 0 else share) / self.ceiling)


def central(series: Series) -> Array:
    """The value, or the middle of a bare range; NaN for one of which an end alone is known, or a bound."""
    middle = (series.value_low + series.value_high) / 2
    ranged = np.isnan(series.value) & (series.interval != "bound")
    return np.where(ranged, middle, np.where(series.interval == "bound", np.nan, series.value))


def _spread(value: Array) -> float:
    """Interquartile range in standard deviations, else the standard deviation, else 1: units do not matter."""
    known = value[np.isfinite(value)]
    if known.size < 2:
        return 1.0
    quartile = float(np.subtract(*np.percentile(known, [75, 25]))) / 1.349
    return quartile or float(known.std()) or 1.0


def _outliers(u: Array, z: Array) -> tuple[Array, Array]:
    """A robust cubic through the points, and each point's variance factor; no smoother for a few points."""
    constants = settings().link
    if len(z) < constants.outlier_minimum:
        return z, np.ones(len(z))
    basis = np.vander(2 * u - 1, 4)
    weight = np.ones(len(z))
    for _ in range(HUBER_ROUNDS):
        weighted = basis.T * weight
        # LAPACK's solver itself: for four unknowns numpy's checks take ten times as long as the answer.
        smooth = basis @ dgesv(weighted @ basis, weighted @ z)[2]
        residual = np.abs(z - smooth)
        scale = max(NORMAL_MAD * _median(residual), constants.outlier_floor)
        before, weight = weight, np.minimum(1.0, HUBER_AT * scale / np.maximum(residual, 1e-12))
        if (np.abs(weight - before) < HUBER_SETTLED).all():
            break
    return smooth, np.maximum(1.0, residual / (constants.outlier_at * scale)) ** 2


def _median(value: Array) -> float:
    """np.median of a few finite values, without its overhead."""
    ordered = np.sort(value)
    return float((ordered[(len(value) - 1) // 2] + ordered[len(value) // 2]) / 2)


def _errors(z: Array, smooth: Array, low: Array, high: Array, interval: npt.NDArray[np.str_]) -> Array:
    """Standard errors from published intervals; the side towards the smoother counts, both where there is none."""
    width = np.array([settings().link.widths.get(str(kind), np.nan) for kind in interval])
    down, up = (2 * np.where(np.isfinite(side), np.abs(side - z), np.nan) / width for side in (low, high))
    both = np.where(np.isnan(down), up, np.where(np.isnan(up), down, (down + up) / 2))
    side = np.where(smooth < z, down, np.where(smooth > z, up, both))
    return np.asarray(np.nan_to_num(np.where(np.isnan(side), both, side), nan=0.0))
