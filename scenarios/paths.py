"""The path each future takes through one series, with its band: what charts draw beside the values.

Same model, same integrals as evidence.py: every noise, shape and ceiling is a component with its posterior weight, and
given a component the path a + L f(u) is normal, L >= 0 entering by its first two moments. Bounds weigh components; they
do not move the path within one. Positions lie between the first value used and the last: there is no path beyond.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr

from metrics.series import Series
from scenarios.evidence import ceilings_of, given, library_of, log_joint, noise
from scenarios.link import Scale, points, thinned
from scenarios.settings import SCENARIOS
from scenarios.shapes import Library, seen
from scenarios.span import WHOLE, Part

Array = npt.NDArray[np.float64]

QUANTILES = (0.1, 0.5, 0.9)
"""Of a path at one date: the ends of its 80 % band, and its middle."""

STEPS = 24
"""Dates at least at which a path is known, so that a bend between two values shows."""

KEPT = 0.998
"""Share of the posterior whose components are summed; the rest would not show."""

HALVINGS = 16
"""Of the way between the farthest components: far less than a pixel is left."""
REACH = 7.0
"""Standard deviations around a component's mean within which quantiles are sought."""


class Path(NamedTuple):
    """One future's path through a series, in the indicator's unit; all of shape (dates,)."""

    low: Array
    middle: Array
    high: Array


class Paths(NamedTuple):
    """What each future makes of a series."""

    on: npt.NDArray[np.datetime64]
    """From the first value used to the last, shape (dates,)."""
    by_scenario: dict[str, Path]


class Fits(NamedTuple):
    """What a series says of every component, whichever future it belongs to."""

    ceiling: Array
    """Those that no value exceeds, shape (ceilings,)."""
    log_prior: Array
    """Of the ceilings, shape (ceilings, futures)."""
    log_shape: Array
    """Log weights of the shapes, shape (futures, shapes)."""
    log_joint: Array
    """Shape (ceilings, grid, shapes)."""
    mean: Array
    """Shape (ceilings, grid, shapes, dates), as is sd."""
    sd: Array


class Mixture(NamedTuple):
    """Normal components of a path at each date."""

    weight: Array
    """Sums to one, shape (components,)."""
    mean: Array
    """On the link of the component's ceiling, shape (components, dates), as is sd."""
    sd: Array
    ceiling: Array
    """Shape (components,)."""


def fitted(series: Series, part: Part = WHOLE, shapes: str = "resemblance") -> Paths:
    """The posterior path of every future at the dates of a series and at even steps between them.

    Args:
        series: at least two dates; of a dense one the values that enter are used.
        part: of the time its record covers; by default the series is the record.
        shapes: NamedPrior.shapes.
    """
    known = library_of(shapes)
    thin = thinned(series)
    on = _dates(thin)
    days = on.astype(float)
    u = (days - days[0]) / (days[-1] - days[0])
    scale = Scale(thin, 1.0)
    bounded = series.indicator.scale == "logit"
    fits, found = components(thin, u, part, known), {}
    for row, scenario in enumerate(SCENARIOS):
        mixed = mixture(fits, row)
        low, middle, high = (scale.unlinked(quantile(mixed, share, bounded=bounded)) for share in QUANTILES)
        found[scenario] = Path(np.minimum(low, high), middle, np.maximum(low, high))
    return Paths(on, found)


def components(series: Series, u: Array, part: Part, known: Library) -> Fits:
    """Every component's path at positions u in [0, 1].

    Args:
        series: not too dense (link.thinned).
        u: shape (dates,).
        part: of the time the series' record covers.
        known: the shapes.
    """
    grid, log_prior = ceilings_of(series.indicator)
    made = [_component(series, ceiling, part, known, u) for ceiling in grid]
    below = [at for at, one in enumerate(made) if one is not None]
    log_joint, mean, sd = map(np.array, zip(*filter(None, made), strict=True))
    return Fits(np.array(grid)[below], log_prior[below], known.log_weight, log_joint, mean, sd)


def mixture(fits: Fits, scenario: int) -> Mixture:
    """A future's path as a mixture of normals.

    Args:
        fits: of a series.
        scenario: its place in SCENARIOS.
    """
    shapes = np.flatnonzero(np.isfinite(fits.log_shape[scenario]))
    weighed = fits.log_joint[:, :, shapes] + fits.log_shape[scenario, shapes]
    log_weight = weighed + fits.log_prior[:, scenario, None, None]
    mean, sd = (every[:, :, shapes].reshape(log_weight.size, -1) for every in (fits.mean, fits.sd))
    ceiling = np.repeat(fits.ceiling, log_weight[0].size)
    return _heaviest(Mixture(np.exp(log_weight - log_weight.max()).ravel(), mean, sd, ceiling))


def quantile(mixed: Mixture, share: float, *, bounded: bool) -> Array:
    """Where the path lies below with probability `share`, on the link with ceiling 1; shape (dates,).

    Args:
        mixed: the components.
        share: within (0, 1).
        bounded: whether ceilings mean something: on the logit scale.
    """
    low = (mixed.mean - REACH * mixed.sd).min(axis=0) + np.log(mixed.ceiling.min())
    high = (mixed.mean + REACH * mixed.sd).max(axis=0)
    ceiling, which = np.unique(mixed.ceiling, return_inverse=True)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        places = _below_ceiling(middle, ceiling)[which] if bounded else middle
        below = mixed.weight @ ndtr((places - mixed.mean) / mixed.sd) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


def _dates(series: Series) -> npt.NDArray[np.datetime64]:
    days = series.observed_on.astype("datetime64[D]")
    even = np.round(np.linspace(days[0].astype(int), days[-1].astype(int), STEPS)).astype("datetime64[D]")
    return np.union1d(days, even) if series.n <= STEPS else even


def _component(
    series: Series, ceiling: float, part: Part, known: Library, u: Array
) -> tuple[Array, Array, Array] | None:
    """Log weight (grid, shapes), mean and deviation (grid, shapes, dates); None above the ceiling."""
    linked = points(series, ceiling)
    if linked is None:
        return None
    white, growth = given(linked, seen(known.path, linked.u, part), noise())
    mean_growth, growth_variance = growth.moments()
    start = growth.start[:, None, None]
    slope = seen(known.path, u, part)[None] - (white.of / growth.start[:, None])[:, :, None]
    mean = linked.middle + white.zo[:, None, None] / start + slope * mean_growth[:, :, None]
    sd = np.sqrt(1 / start + slope**2 * growth_variance[:, :, None])
    return log_joint(linked, part, known) + linked.log_jacobian, mean, sd


def _heaviest(mixed: Mixture) -> Mixture:
    order = np.argsort(-mixed.weight, kind="stable")
    weight = mixed.weight[order] / mixed.weight.sum()
    kept = order[: int(np.searchsorted(weight.cumsum(), KEPT)) + 1]
    chosen = mixed.weight[kept] / mixed.weight[kept].sum()
    return Mixture(chosen, mixed.mean[kept], mixed.sd[kept], mixed.ceiling[kept])


def _below_ceiling(place: Array, ceiling: Array) -> Array:
    """A place on the logit with ceiling 1 on those with the ceilings given, shape (ceilings, dates)."""
    share = expit(place)[None] / ceiling[:, None]
    return np.asarray(np.where(share < 1, logit(np.minimum(share, 1 - 1e-12)), np.inf))
