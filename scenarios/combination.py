"""Adding up: from what each series says to probabilities (docs/method.md, section 5).

    log posterior = log prior + sum_clusters s_c / sqrt(1 + (span(s_c) / cluster_cap)^2),  s_c = sum_i w_i clip(l_i)

Every row is kept as it enters the sum, so that what is shown adds up to the log odds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from metrics.indicator import Indicator
from metrics.organisation import organisation
from metrics.series import Series
from scenarios.evidence import Evidence, Misfit, misfit
from scenarios.link import central
from scenarios.settings import SCENARIOS, settings

Array = npt.NDArray[np.float64]

DECIBANS = 10 / np.log(10)
"""Decibans in a natural log unit."""


@dataclass(frozen=True, eq=False)
class Weighed:
    """A series and what it says; thousands of checks ask the same of it."""

    series: Series
    evidence: Evidence

    @cached_property
    def cap(self) -> float:
        """The most it may say, in decibans before its weight: few values say little, and bounds have no shape."""
        constants = settings().combination
        exact = int(np.isfinite(central(self.series)).sum())
        cap = min(constants.series_cap, constants.cap_per_value * max(0, exact - 1))
        return min(cap, constants.weak_cap) if self.is_weak else cap

    @cached_property
    def is_weak(self) -> bool:
        return self.series.indicator.dimension in settings().combination.weak_dimensions

    @cached_property
    def organisation(self) -> str:
        """As `owner`."""
        return owner(self.series)

    @property
    def measurer(self) -> str:
        """The organisation that measures it; empty where everybody measures their own."""
        return self.series.indicator.measured_by

    @cached_property
    def misfit(self) -> Misfit:
        """Residuals of its best path."""
        return misfit(self.evidence.fit) if self.evidence.fit else Misfit(0.0, 0.0)


class Total(NamedTuple):
    """The sum, with its rows in the order given."""

    probabilities: dict[str, float]
    decibans: Array
    """Weighted and capped, shape (rows, futures); the best future of a row has 0."""
    weight: Array
    """Share of its full say that a series keeps beside those whose errors it shares, shape (rows,)."""
    capped: npt.NDArray[np.bool_]


def combine(rows: Sequence[Weighed], prior: Sequence[float]) -> Total:
    """Probabilities of the futures given every series.

    Args:
        rows: the series and their evidence.
        prior: weights in the order of SCENARIOS, not necessarily summing to one.
    """
    constants = settings().combination
    log_likelihood = np.array([row.evidence.log_likelihood for row in rows]).reshape(-1, len(SCENARIOS))
    said = DECIBANS * (log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    cap = np.array([row.cap for row in rows])[:, None]
    cluster = clusters(rows)
    weight = weights(rows, cluster)
    decibans = weight[:, None] * np.maximum(said, -cap)
    span = _spans(cluster, decibans)
    # The more a cluster says, the more of it is the model's own error; it never says more than its cap.
    decibans = decibans / np.hypot(1, span / constants.cluster_cap)[:, None] + 0.0
    capped = (said < -cap).any(axis=1) | (span > constants.cluster_cap)
    return Total(_probabilities(decibans.sum(axis=0), prior), decibans, weight, capped)


def organisations(series: Series) -> tuple[str, ...]:
    """The organisation behind each point; empty where none is known."""
    return tuple(organisation(series.indicator.id, str(subject)) for subject in series.subjects)


def owner(series: Series) -> str:
    """The one organisation whose models or work all its values are of; empty where there is none, or several."""
    behind = set(organisations(series))
    return behind.pop() if len(behind) == 1 else ""


def teller(series: Series) -> str:
    """The organisation that measures the series, else the one it is of; empty where there is none, or several."""
    return series.indicator.measured_by or owner(series)


def clusters(rows: Sequence[Weighed]) -> npt.NDArray[np.int_]:
    """Number of each row's cluster, counted from 0, shape (rows,)."""
    names = [row.series.indicator.cluster for row in rows]
    number = {name: at for at, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names], dtype=int)


def weights(rows: Sequence[Weighed], cluster: npt.NDArray[np.int_]) -> Array:
    """What each row keeps of its say, shape (rows,).

    Series of one cluster are worth n_eff = n^2 / (sum of their correlations) of n witnesses, and so are clusters that
    one organisation publishes of its own work or measures; a weak dimension is worth less by itself.
    """
    constants = settings().combination
    weight = np.array([constants.weak_weight if row.is_weak else 1.0 for row in rows])
    for shared in np.flatnonzero(np.bincount(cluster) > 1):
        members = np.flatnonzero(cluster == shared).tolist()
        correlation = sum(_correlation(rows[one], rows[other]) for one in members for other in members)
        weight[members] *= len(members) / correlation
    return np.asarray(weight / (1 + _shared_with_others(rows, cluster)))


def _shared_with_others(rows: Sequence[Weighed], cluster: npt.NDArray[np.int_]) -> Array:
    """Correlation of each row's errors with those of every other cluster, summed over them, shape (rows,)."""
    constants = settings().combination
    rho = np.zeros((len(rows), len(rows)))
    for common, names in (
        (constants.rho_organisation, [row.organisation for row in rows]),
        (constants.rho_measurer, [row.measurer for row in rows]),
    ):
        number = {name: at for at, name in enumerate(dict.fromkeys(["", *names]))}
        whose = np.array([number[name] for name in names], dtype=int)
        rho = np.maximum(rho, common * ((whose[:, None] == whose) & (whose > 0)))
    found = np.zeros((cluster.max(initial=-1) + 1, len(rows)))
    np.maximum.at(found, cluster, rho)
    found[cluster, np.arange(len(rows))] = 0
    return np.asarray(found.sum(axis=0))


def shown(probabilities: Array) -> dict[str, float]:
    """Never surer than `least_shown`; what is added to the others is taken from the first."""
    least = settings().combination.least_shown
    first = int(np.argmax(probabilities))
    bounded = np.maximum(probabilities, least)
    bounded[first] = 1 - (bounded.sum() - bounded[first])
    return {scenario: float(p) for scenario, p in zip(SCENARIOS, bounded, strict=True)}


def _probabilities(decibans: Array, prior: Sequence[float]) -> dict[str, float]:
    with np.errstate(divide="ignore"):
        log_posterior = np.log(np.array(prior)) + decibans / DECIBANS
    odds = np.exp(log_posterior - log_posterior.max())
    return shown(odds / odds.sum())


def _correlation(one: Weighed, other: Weighed) -> float:
    return 1.0 if one is other else correlation_of(one.series.indicator, other.series.indicator)


def correlation_of(one: Indicator, other: Indicator) -> float:
    """Correlation of the errors of two series of one cluster."""
    constants = settings().combination
    pair = {one.id, other.id}
    same_runs = len(pair) == 2 and any(pair <= set(group) for group in constants.same_runs)
    return constants.rho_same_runs if same_runs else constants.rho


def _spans(cluster: npt.NDArray[np.int_], decibans: Array) -> Array:
    """From the last future to the first in the sum of each row's cluster, shape (rows,)."""
    total = np.zeros((len(cluster), len(SCENARIOS)))
    np.add.at(total, cluster, decibans)
    return np.asarray(np.ptp(total, axis=1)[cluster])
