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

from metrics.organisation import organisation
from metrics.series import Series
from scenarios.evidence import Evidence, Misfit, misfit
from scenarios.link import central
from scenarios.settings import SCENARIOS, settings
from scenarios.witnesses import Witness, shares

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

    def witness(self, cluster: int) -> Witness:
        """What it counts for beside others depends on."""
        return Witness(self.series.indicator.id, cluster, self.organisation, self.measurer, self.is_weak)

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
    weight = shares(tuple(row.witness(int(of)) for row, of in zip(rows, cluster, strict=True)))
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


def _spans(cluster: npt.NDArray[np.int_], decibans: Array) -> Array:
    """From the last future to the first in the sum of each row's cluster, shape (rows,)."""
    total = np.zeros((len(cluster), len(SCENARIOS)))
    np.add.at(total, cluster, decibans)
    return np.asarray(np.ptp(total, axis=1)[cluster])
