"""What each future expects of a series' last value, given those before it.

The last value enters as a bound: log p(values before, last one no further than here). So its distribution follows from
evidence.py alone, and the noise of the values before, their ceilings and their outliers are what they are without it.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from metrics.series import Series
from scenarios.axis import coordinate, value_at
from scenarios.evidence import ceilings_of, joint_terms, library_of, log_sum
from scenarios.link import Points, Scale, points, thinned
from scenarios.settings import SCENARIOS, settings
from scenarios.span import WHOLE, Part

Array = npt.NDArray[np.float64]

ERROR_NODES = ((-(3**0.5), 1 / 6), (0.0, 2 / 3), (3**0.5, 1 / 6))
"""Places and weights of a normal error in standard errors: exact for polynomials up to the fifth degree (Gauss)."""


def log_share_below(series: Series, place: npt.ArrayLike, part: Part = WHOLE, shapes: str = "resemblance") -> Array:
    """log p(values before, last one no further than a coordinate | future), shape (places, futures); NaN: anywhere.

    Args:
        series: its last value is not looked at, only its date.
        place: coordinates of axis.py, shape (places,); progress is up.
        part: of the time its record covers; by default the series is the record.
        shapes: "resemblance" or "mechanism" (NamedPrior.shapes).
    """
    open_ended = replace(
        series,
        value=_with_last(series.value, np.nan),
        value_low=_with_last(series.value_low, np.nan),
        value_high=_with_last(series.value_high, np.nan),
        interval=np.array([*series.interval[:-1], "bound"], dtype=str),
    )
    thin, known = thinned(open_ended), library_of(shapes)
    grid, log_prior = ceilings_of(series.indicator)
    end = value_at(series.indicator, np.atleast_1d(np.asarray(place, dtype=float)))
    terms = np.full((len(grid), len(end), len(SCENARIOS)), -np.inf)
    for row, ceiling in enumerate(grid):
        linked = points(thin, ceiling)
        if linked is not None:
            before, last = joint_terms(_ending(linked, Scale(thin, ceiling), end), part, known)
            n = len(linked.low) - 1
            joint = before + sum(last[:n]) + linked.log_jacobian + np.array(last[n:])
            terms[row] = _by_future(joint, known.log_weight)
    return log_sum(terms + log_prior[:, None], 0)


def _ending(linked: Points, scale: Scale, end: Array) -> Points:
    """The points with the last value, which has no end, at most as far as each of some ends, one bound for each."""
    open_end = np.full(len(end), np.nan)
    _, high = scale.ends(end, open_end) if scale.sign < 0 else scale.ends(open_end, end)
    repeats = np.append(np.ones(len(linked.low) - 1, dtype=int), len(end))
    high = np.where(np.isnan(high), np.inf, high)
    return replace(
        linked,
        censored_u=np.repeat(linked.censored_u, repeats),
        low=np.repeat(linked.low, repeats),
        high=np.append(linked.high[:-1], high),
        censored_method=np.repeat(linked.censored_method, repeats),
    )


def _by_future(joint: Array, log_weight: Array) -> Array:
    """Noise and shapes summed out, shape (places, futures) of (places, grid, shapes)."""
    return log_sum(log_sum(joint, 1)[:, None] + log_weight, 2)


def standard_error(series: Series, at: int) -> float:
    """Published error of a value on its axis; 0 where none was published, or one end is open."""
    width = settings().link.widths.get(str(series.interval[at]), np.nan)
    ends = coordinate(series.indicator, [series.value_low[at], series.value_high[at]])
    error = abs(float(ends[1] - ends[0])) / width
    return error if np.isfinite(error) else 0.0


def _with_last(values: Array, last: float) -> Array:
    return np.append(values[:-1], last)
