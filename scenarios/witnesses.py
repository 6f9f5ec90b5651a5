"""What series count for together: errors that they share make fewer witnesses of them (docs/method.md, section 5).

What each of them says is not asked here.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from scenarios.settings import settings

Array = npt.NDArray[np.float64]


class Witness(NamedTuple):
    """What the errors of a series can be shared by."""

    indicator: str
    cluster: int
    """Numbered from 0."""
    organisation: str
    """Whose models or work it is of, alone; empty where there is none, or several."""
    measurer: str
    """Who measures it; empty where everybody measures their own."""
    is_weak: bool
    """Of a dimension that hardly votes."""


@lru_cache(maxsize=1024)
def shares(witnesses: tuple[Witness, ...]) -> Array:
    """What each keeps of its say, shape (witnesses,); read-only, since hundreds of checks ask the same.

    Series of one cluster are worth n_eff = n^2 / (sum of their correlations) of n witnesses, and so are clusters that
    one organisation publishes of its own work or measures; a weak dimension is worth less by itself.
    """
    share = np.array([settings().combination.weak_weight if one.is_weak else 1.0 for one in witnesses])
    cluster = np.array([one.cluster for one in witnesses], dtype=int)
    for shared in np.flatnonzero(np.bincount(cluster) > 1):
        members = np.flatnonzero(cluster == shared)
        names = [witnesses[at].indicator for at in members]
        rho = correlations(names)
        share[members] *= len(members) / rho.sum()
    share = np.asarray(share / (1 + _shared_with_others(witnesses, cluster)))
    share.flags.writeable = False
    return share


def correlations(indicators: Sequence[str]) -> Array:
    """Correlation of the errors of series of one cluster, by the ids of their indicators, shape (series, series)."""
    constants = settings().combination
    rho = np.full((len(indicators), len(indicators)), constants.rho)
    for group in constants.same_runs:
        scored = np.array([one in group for one in indicators])
        other = np.array(indicators)[:, None] != np.array(indicators)
        rho[scored[:, None] & scored & other] = constants.rho_same_runs
    np.fill_diagonal(rho, 1.0)
    return rho


def _shared_with_others(witnesses: Sequence[Witness], cluster: npt.NDArray[np.int_]) -> Array:
    """Correlation of the errors of each with those of every other cluster, summed over them, shape (witnesses,)."""
    constants = settings().combination
    rho = np.zeros((len(witnesses), len(witnesses)))
    for common, names in (
        (constants.rho_organisation, [one.organisation for one in witnesses]),
        (constants.rho_measurer, [one.measurer for one in witnesses]),
    ):
        number = {name: at for at, name in enumerate(dict.fromkeys(["", *names]))}
        whose = np.array([number[name] for name in names], dtype=int)
        rho = np.maximum(rho, common * ((whose[:, None] == whose) & (whose > 0)))
    found = np.zeros((cluster.max(initial=-1) + 1, len(witnesses)))
    np.maximum.at(found, cluster, rho)
    found[cluster, np.arange(len(witnesses))] = 0
    return np.asarray(found.sum(axis=0))
