"""One-step predictions: where each value fell among what all futures together expected from the values before it.

A quantile is the probability that the mixture of the futures, weighed by what the series itself said until then, gave
to a value no further than the one that came. Under a model that fits, quantiles spread evenly from 0 to 1 (probability
integral transform; Dawid 1984). The rule that reads a misfit from them stands in scenarios.toml, [verdict].
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from metrics.series import MINIMUM_DATES, Series
from scenarios.axis import coordinate
from scenarios.content import Content
from scenarios.link import thinned
from scenarios.prediction import ERROR_NODES, log_share_below, standard_error
from scenarios.settings import settings


class Prediction(NamedTuple):
    """One value and its place among what was expected."""

    observed_on: date
    value: float
    quantile: float
    """0 to 1; progress is up, so that a value near 1 went further than expected."""

    @property
    def is_outside(self) -> bool:
        share = settings().verdict.surprise_share
        return not share <= self.quantile <= 1 - share


def predictions(series: Series) -> tuple[Prediction, ...]:
    """The last one-step predictions of a series, at most `surprise_among`, in order of date.

    A value needs MINIMUM_DATES before it; a bound is used and not predicted. Dense series are thinned first.
    """
    thin = thinned(series)
    exact = [at for at in range(MINIMUM_DATES, thin.n) if np.isfinite(thin.value[at])]
    return tuple(_predicted(thin, at) for at in exact[-settings().verdict.surprise_among :])


def is_surprising(series: Series) -> bool:
    """Whether too many of the last values fell outside of what any mixture of the futures expected."""
    return sum(one.is_outside for one in predictions(series)) >= settings().verdict.surprise_count


def forget() -> None:
    """Drop what is remembered of predictions made; results do not change."""
    _quantile.cache_clear()


def _predicted(series: Series, at: int) -> Prediction:
    until = series.only(np.arange(series.n) <= at)
    return Prediction(series.observed_on[at].astype(date), float(series.value[at]), _quantile(Content(until)))


@lru_cache(maxsize=4096)
def _quantile(content: Content) -> float:
    """P(last value <= the one that came | the values before), its measurement error summed out."""
    series = content.series
    came, error = float(coordinate(series.indicator, series.value[-1])), standard_error(series, -1)
    nodes = ERROR_NODES if error else ((0.0, 1.0),)
    places = [came - node * error for node, _ in nodes]
    anywhere, *no_further = np.logaddexp.reduce(log_share_below(series, [np.nan, *places]), axis=1)
    below = sum(share * float(np.exp(one - anywhere)) for one, (_, share) in zip(no_further, nodes, strict=True))
    return min(max(below, 0.0), 1.0)
