"""log p(series | future), in closed form (docs/method.md, section 4).

    z_j = a + L f_k(u_j) + delta_method(j) + e_j

with a normal, L half-normal, e normal with an independent and a wandering part. Every shape is whitened at once
(whitening.py); a and L are integrated exactly, and noise and shapes are summed out. No sampler, so the same series
gives the same number.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from metrics.indicator import Indicator
from metrics.series import Series
from scenarios.link import Points, points, thinned
from scenarios.mechanism import log_ratio_weight, mechanism_library
from scenarios.settings import SCENARIOS, settings
from scenarios.shapes import Library, library, seen
from scenarios.span import WHOLE, Part
from scenarios.whitening import Noise, Whitened, whitened

Array = npt.NDArray[np.float64]

Weight = Callable[[Array, Array, Part], Array]
"""Log weights of shapes from alpha and precision of the growth, and the part that is seen."""

LOG_TWO_PI = float(np.log(2 * np.pi))


class Fit(NamedTuple):
    """The one path, of any future, that goes best with the exact values of a series."""

    linked: Points
    path: Array
    """Over the record, at shapes.NODES."""
    part: Part
    """Of the record that the points see."""


class Evidence(NamedTuple):
    """What one series says."""

    log_likelihood: Array
    """log p(series | future), natural, shape (futures,)."""
    fit: Fit | None = None
    """None: its values lie above every ceiling."""


class Misfit(NamedTuple):
    """Residuals of a path."""

    rms: float
    """Root mean square over the range of the values."""
    autocorrelation: float
    """At lag 1."""

    @property
    def is_large(self) -> bool:
        """Large and persistent: no path describes the series."""
        rule = settings().verdict
        return self.rms >= rule.misfit_rms and self.autocorrelation >= rule.misfit_autocorrelation


class Growth(NamedTuple):
    """Normal factor of the growth L, before it is cut off at zero; shape (grid, shapes)."""

    start: Array
    """Precision of the start a, given L, shape (grid,)."""
    precision: Array
    pull: Array
    """Precision times mean."""

    @property
    def alpha(self) -> Array:
        return self.pull / np.sqrt(self.precision)

    def moments(self) -> tuple[Array, Array]:
        """Mean and variance of L given the exact values, L >= 0."""
        alpha = self.alpha
        hazard = np.exp(-0.5 * alpha**2 - 0.5 * LOG_TWO_PI - log_ndtr(alpha))
        mean = (alpha + hazard) / np.sqrt(self.precision)
        return mean, np.clip(1 - hazard * (hazard + alpha), 1e-9, 1.0) / self.precision


@cache
def noise() -> Noise:
    """Noise levels and shares of wandering with their prior weights."""
    constants = settings().skeleton
    levels = np.geomspace(constants.noise_low, constants.noise_high, constants.noise_points)
    log_level = -0.5 * (np.log(levels / constants.noise_middle) / constants.noise_spread) ** 2
    log_level -= log_sum(log_level, 0)
    log_wander = np.log(np.array(constants.wander_weights) / sum(constants.wander_weights))
    return Noise(
        np.repeat(levels, len(log_wander)),
        np.tile(np.array(constants.wander), len(levels)),
        (log_level[:, None] + log_wander).ravel(),
    )


def evidence(series: Series, part: Part = WHOLE, shapes: str = "resemblance") -> Evidence:
    """What a series of at least two dates says about each future.

    Args:
        series: its values.
        part: of the time its record covers; by default the series is the record.
        shapes: "resemblance" or "mechanism" (NamedPrior.shapes).
    """
    known = library_of(shapes)
    thin = thinned(series)
    grid, log_prior = ceilings_of(series.indicator)
    best, fit = -np.inf, None
    terms = np.full((len(grid), len(SCENARIOS)), -np.inf)
    for row, ceiling in enumerate(grid):
        linked = points(thin, ceiling)
        if linked is None:
            continue
        joint = log_joint(linked, part, known) + linked.log_jacobian
        terms[row] = log_sum(log_sum(joint, 0) + known.log_weight, 1)
        top = float((terms[row] + log_prior[row]).max())
        if fit is None or top > best:
            weighed = joint.max(axis=0) + known.log_weight.max(axis=0)
            best, fit = top, Fit(linked, known.path[int(weighed.argmax())], part)
    return Evidence(log_sum(terms + log_prior, 0) if fit else np.zeros(len(SCENARIOS)), fit)


def log_evidence(
    linked: Points, path: Array, noise_grid: Noise, part: Part = WHOLE, weight: Weight | None = None
) -> Array:
    """log p(points | noise, path) with start and growth integrated out, shape (grid, shapes).

    Censored values enter with the probability of their interval under the prediction from the exact ones; several of
    them as if independent given those, which is exact for one.

    Args:
        linked: the points.
        path: paths over the record on the nodes of shapes.NODES, shape (shapes, nodes).
        noise_grid: shape (grid,).
        part: of the record that the points see.
        weight: log weight of each shape that depends on how much the points have grown.
    """
    exact, censored = log_terms(linked, path, noise_grid, part, weight)
    return exact + sum(censored)


def log_terms(
    linked: Points, path: Array, noise_grid: Noise, part: Part = WHOLE, weight: Weight | None = None
) -> tuple[Array, list[Array]]:
    """As log_evidence: that of the exact values, and what each censored one adds; all of shape (grid, shapes)."""
    constants = settings().skeleton
    paths = seen(path, np.concatenate([linked.u, linked.censored_u]), part)
    n = len(linked.z)
    white, growth = given(linked, paths[:, :n], noise_grid)
    start = growth.start
    common = -0.5 * (n * LOG_TWO_PI + white.log_determinant + white.zz - white.zo**2 / start)
    common -= 0.5 * np.log(constants.start_sd**2 * start)
    cut = np.log(2 / constants.growth_sd) + 0.5 * growth.alpha**2 + log_ndtr(growth.alpha)
    total = common[:, None] + cut - 0.5 * np.log(growth.precision)
    if weight is not None:
        total = total + weight(growth.alpha, growth.precision, part)
    moments = growth.moments() if len(linked.low) else (total, total)
    return total, [_censored(linked, c, white, paths[:, n + c], growth, moments) for c in range(len(linked.low))]


def given(linked: Points, path: Array, noise_grid: Noise) -> tuple[Whitened, Growth]:
    """What the exact values say of the start and the growth of each path.

    Args:
        linked: the points.
        path: at their positions, shape (shapes, n).
        noise_grid: shape (grid,).
    """
    constants = settings().skeleton
    white = whitened(linked, path, noise_grid)
    start = white.oo + constants.start_sd**-2
    growth = Growth(
        start,
        white.ff - white.of**2 / start[:, None] + constants.growth_sd**-2,
        white.zf - white.of * (white.zo / start)[:, None],
    )
    return white, growth


def library_of(shapes: str) -> Library:
    """The shapes and their weights by the name a prior has for them (NamedPrior.shapes)."""
    return mechanism_library() if shapes == "mechanism" else library()


def log_joint(linked: Points, part: Part, known: Library) -> Array:
    """log p(points, noise | shape), shape (grid, shapes)."""
    exact, censored = joint_terms(linked, part, known)
    return exact + sum(censored)


def joint_terms(linked: Points, part: Part, known: Library) -> tuple[Array, list[Array]]:
    """As log_joint: that of the exact values, and what each censored one adds; all of shape (grid, shapes)."""
    weight = log_ratio_weight if known is mechanism_library() else None
    exact, censored = log_terms(linked, known.path, noise(), part, weight)
    return exact + noise().log_weight[:, None], censored


def ceilings_of(indicator: Indicator) -> tuple[tuple[float, ...], Array]:
    """Ceilings to sum over, and their log weights, shape (ceilings, futures)."""
    if indicator.scale != "logit":
        return (1.0,), np.zeros((1, len(SCENARIOS)))
    table = next(found for found in settings().ceilings if not found.indicators or indicator.id in found.indicators)
    weight = np.array([table.stall, table.compounding, table.recursive]).T
    with np.errstate(divide="ignore"):
        return table.grid, np.log(weight / weight.sum(axis=0))


def _censored(
    linked: Points, c: int, white: Whitened, path: Array, growth: Growth, moments: tuple[Array, Array]
) -> Array:
    """log P(low <= z_c <= high | exact values), shape (grid, shapes); normal with the truncated moments of L."""
    free = 1 - white.oc[:, c]
    slope = path - white.fc[:, :, c] - (free / growth.start)[:, None] * white.of
    level = linked.middle + white.zc[:, c] + free * white.zo / growth.start
    mean_growth, growth_variance = moments
    spread = np.sqrt((white.spread[:, c] + free**2 / growth.start)[:, None] + slope**2 * growth_variance)
    mean = level[:, None] + slope * mean_growth
    return log_between((linked.low[c] - mean) / spread, (linked.high[c] - mean) / spread)


def log_between(low: Array, high: Array) -> Array:
    """log(Phi(high) - Phi(low)), from the tail that keeps its digits."""
    flip = low > 0
    lower, upper = log_ndtr(np.where(flip, -high, low)), log_ndtr(np.where(flip, -low, high))
    with np.errstate(divide="ignore"):
        return np.asarray(upper + np.log1p(-np.exp(np.minimum(lower - upper, 0.0))))


def misfit(fit: Fit) -> Misfit:
    """Size and persistence of the residuals of a path; zeros for a few values."""
    linked = fit.linked
    if len(linked.z) < settings().verdict.misfit_minimum or not np.ptp(linked.z):
        return Misfit(0.0, 0.0)
    path = seen(fit.path[None], linked.u, fit.part)[0]
    weight = 1 / linked.inflation
    growth = max(0.0, float(_covary(path, linked.z, weight) / max(_covary(path, path, weight), 1e-12)))
    residual = linked.z - growth * path
    residual = residual - np.average(residual, weights=weight)
    size = float(np.sqrt(np.mean(residual**2)) / np.ptp(linked.z))
    return Misfit(size, float((residual[1:] * residual[:-1]).sum() / max((residual**2).sum(), 1e-12)))


def _covary(x: Array, y: Array, weight: Array) -> float:
    return float(np.average((x - np.average(x, weights=weight)) * (y - np.average(y, weights=weight)), weights=weight))


def log_sum(values: Array, axis: int) -> Array:
    """log of the sum of exponentials along an axis; -inf where all are."""
    top = values.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis)))
