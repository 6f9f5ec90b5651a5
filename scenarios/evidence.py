"""log p(series | future), in closed form (docs/method.md, section 4).

    z_j = a + L f_k(u_j) + delta_method(j) + e_j

with a normal, L half-normal, e normal with an independent and a wandering part. For each noise level and share of
wandering there is one Cholesky factor; every shape is whitened by it at once; a and L are integrated exactly, and noise
and shapes are summed out. No sampler, so the same series gives the same number.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr

from metrics.series import Series
from scenarios.link import Points, points, thinned
from scenarios.settings import SCENARIOS, Ceilings, settings
from scenarios.shapes import at, library

Array = npt.NDArray[np.float64]

LOG_TWO_PI = float(np.log(2 * np.pi))


class Noise(NamedTuple):
    """The grid over which residual noise is summed out; all of shape (grid,)."""

    sd: Array
    wander: Array
    log_weight: Array


class Evidence(NamedTuple):
    """What one series says."""

    log_likelihood: Array
    """log p(series | future), natural, shape (futures,)."""
    misfit_rms: float
    """Residuals of the best path: root mean square over the range of the values."""
    misfit_autocorrelation: float
    """And their lag-1 autocorrelation."""


class Whitened(NamedTuple):
    """Inner products after whitening: z for values, o for the start, f for paths; (grid,) or (grid, shapes)."""

    zz: Array
    zo: Array
    oo: Array
    zf: Array
    of: Array
    ff: Array
    log_determinant: Array


class Growth(NamedTuple):
    """Normal factor of the growth L, before it is cut off at zero; shape (grid, shapes)."""

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
    log_level -= _log_sum(log_level, 0)
    log_wander = np.log(np.array(constants.wander_weights) / sum(constants.wander_weights))
    return Noise(
        np.repeat(levels, len(log_wander)),
        np.tile(np.array(constants.wander), len(levels)),
        (log_level[:, None] + log_wander).ravel(),
    )


def evidence(series: Series) -> Evidence:
    """What a series of at least two dates says about each future."""
    thin = thinned(series)
    ceilings = _ceilings(series)
    grid, log_prior = ceilings
    best: tuple[float, Array, Points] | None = None
    terms = np.full((len(grid), len(SCENARIOS)), -np.inf)
    for row, ceiling in enumerate(grid):
        linked = points(thin, ceiling)
        if linked is None:
            continue
        joint = _joint(linked) + linked.log_jacobian
        weighted = joint[None] + library().log_weight[:, None, :]
        terms[row] = _log_sum(weighted.reshape(len(SCENARIOS), -1), 1)
        top = float((terms[row] + log_prior[row]).max())
        if best is None or top > best[0]:
            best = (top, joint, linked)
    if best is None:
        return Evidence(np.zeros(len(SCENARIOS)), 0.0, 0.0)
    return Evidence(_log_sum(terms + log_prior, 0), *_misfit(best[1], best[2]))


def log_evidence(linked: Points, path: Array, noise_grid: Noise) -> Array:
    """log p(points | noise, path) with start and growth integrated out, shape (grid, shapes).

    Censored values enter with the probability of their interval under the prediction from the exact ones; several of
    them as if independent given those, which is exact for one.

    Args:
        linked: the points.
        path: paths on the nodes of shapes.NODES, shape (shapes, nodes).
        noise_grid: shape (grid,).
    """
    constants = settings().skeleton
    n = len(linked.z)
    every_u = np.concatenate([linked.u, linked.censored_u])
    every_method = np.concatenate([linked.method, linked.censored_method])
    covariance = _covariance(linked, every_u, every_method, noise_grid)
    factor = np.linalg.inv(np.linalg.cholesky(covariance[:, :n, :n]))
    paths = at(path, every_u)
    columns = np.column_stack([linked.z - linked.middle, np.ones(n), paths[:, :n].T])
    white = factor @ columns
    products = _products(white, factor)
    start = products.oo + constants.start_sd**-2
    growth = Growth(
        products.ff - products.of**2 / start[:, None] + constants.growth_sd**-2,
        products.zf - products.of * (products.zo / start)[:, None],
    )
    common = -0.5 * (n * LOG_TWO_PI + products.log_determinant + products.zz - products.zo**2 / start)
    common -= 0.5 * np.log(constants.start_sd**2 * start)
    truncated = (
        np.log(2 / constants.growth_sd)
        - 0.5 * np.log(growth.precision)
        + 0.5 * growth.alpha**2
        + log_ndtr(growth.alpha)
    )
    total = common[:, None] + truncated
    for c in range(len(linked.low)):
        cross = (factor @ covariance[:, :n, n + c, None])[:, :, 0]
        total = total + _censored(linked, c, cross, covariance[:, n + c, n + c], white, paths[:, n + c], growth, start)
    return np.asarray(total)


def _joint(linked: Points) -> Array:
    return log_evidence(linked, library().path, noise()) + noise().log_weight[:, None]


def _ceilings(series: Series) -> tuple[tuple[float, ...], Array]:
    """Ceilings to sum over, and their log weights, shape (ceilings, futures)."""
    if series.indicator.scale != "logit":
        return (1.0,), np.zeros((1, len(SCENARIOS)))
    table = next(found for found in settings().ceilings if _concerns(found, series))
    weight = np.array([table.stall, table.compounding, table.recursive]).T
    with np.errstate(divide="ignore"):
        return table.grid, np.log(weight / weight.sum(axis=0))


def _concerns(ceilings: Ceilings, series: Series) -> bool:
    return not ceilings.indicators or series.indicator.id in ceilings.indicators


def _covariance(linked: Points, u: Array, method: npt.NDArray[np.str_], grid: Noise) -> Array:
    """Of all values, exact first, shape (grid, n + c, n + c)."""
    constants = settings().skeleton
    censored = len(linked.low)
    inflation = np.concatenate([linked.inflation, np.ones(censored)])
    error = np.concatenate([linked.error, np.zeros(censored)])
    kernel = np.exp(-np.abs(u[:, None] - u) / constants.wander_length)
    mixed = (1 - grid.wander)[:, None, None] * np.diag(inflation) + grid.wander[:, None, None] * kernel
    fixed = np.diag(error**2 * inflation)
    if len(set(method)) > 1:
        offset = np.array([constants.method_sd[str(name)] for name in method])
        fixed = fixed + np.where(method[:, None] == method, offset[:, None] ** 2, 0.0)
    return np.asarray(grid.sd[:, None, None] ** 2 * mixed + fixed)


def _products(white: Array, factor: Array) -> Whitened:
    z, one, path = white[:, :, 0], white[:, :, 1], white[:, :, 2:]
    return Whitened(
        (z * z).sum(1),
        (z * one).sum(1),
        (one * one).sum(1),
        (z[:, :, None] * path).sum(1),
        (one[:, :, None] * path).sum(1),
        (path * path).sum(1),
        -2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(1),
    )


def _censored(
    linked: Points, c: int, cross: Array, variance: Array, white: Array, path: Array, growth: Growth, start: Array
) -> Array:
    """log P(low <= z_c <= high | exact values), shape (grid, shapes); normal with the truncated moments of L."""
    z, one, paths = white[:, :, 0], white[:, :, 1], white[:, :, 2:]
    free = 1 - (cross * one).sum(1)
    slope = path - (cross[:, :, None] * paths).sum(1) - (free / start)[:, None] * (one[:, :, None] * paths).sum(1)
    level = linked.middle + (cross * z).sum(1) + free * (z * one).sum(1) / start
    mean_growth, growth_variance = growth.moments()
    spread = np.sqrt((variance - (cross**2).sum(1) + free**2 / start)[:, None] + slope**2 * growth_variance)
    mean = level[:, None] + slope * mean_growth
    return log_between((linked.low[c] - mean) / spread, (linked.high[c] - mean) / spread)


def log_between(low: Array, high: Array) -> Array:
    """log(Phi(high) - Phi(low)), from the tail that keeps its digits."""
    flip = low > 0
    lower, upper = log_ndtr(np.where(flip, -high, low)), log_ndtr(np.where(flip, -low, high))
    with np.errstate(divide="ignore"):
        return np.asarray(upper + np.log1p(-np.exp(np.minimum(lower - upper, 0.0))))


def _misfit(joint: Array, linked: Points) -> tuple[float, float]:
    """Size and persistence of the residuals of the single best path; zeros for a few values."""
    if len(linked.z) < settings().verdict.misfit_minimum or not np.ptp(linked.z):
        return 0.0, 0.0
    weighted = joint[None] + library().log_weight[:, None, :]
    _, _, shape = np.unravel_index(int(np.argmax(weighted)), weighted.shape)
    path = at(library().path[int(shape)][None], linked.u)[0]
    weight = 1 / linked.inflation
    growth = max(0.0, float(_covary(path, linked.z, weight) / max(_covary(path, path, weight), 1e-12)))
    residual = linked.z - growth * path
    residual = residual - np.average(residual, weights=weight)
    size = float(np.sqrt(np.mean(residual**2)) / np.ptp(linked.z))
    return size, float((residual[1:] * residual[:-1]).sum() / max((residual**2).sum(), 1e-12))


def _covary(x: Array, y: Array, weight: Array) -> float:
    return float(np.average((x - np.average(x, weights=weight)) * (y - np.average(y, weights=weight)), weights=weight))


def _log_sum(values: Array, axis: int) -> Array:
    """log of the sum of exponentials along an axis; -inf where all are."""
    top = values.max(axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.squeeze(top, axis) + np.log(np.exp(values - top).sum(axis=axis)))
