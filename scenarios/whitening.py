"""The noise of a series, factored: inner products in the metric of its covariance (docs/method.md, section 4).

The covariance is s^2 M + F, with M that of residual noise for a share of wandering and F that of published errors. In
the basis of M in which F is diagonal it is diagonal at every level s, so that one basis serves all of them.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dtrtri

from scenarios.link import Points
from scenarios.settings import settings

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Noise:
    """The grid over which residual noise is summed out; all of shape (grid,)."""

    sd: Array
    wander: Array
    log_weight: Array

    @cached_property
    def axes(self) -> "Axes":
        """Of the same grid, for all series that are asked of it."""
        return Axes(*np.unique(self.wander, return_inverse=True), *np.unique(self.sd, return_inverse=True))


class Axes(NamedTuple):
    """The different values of a grid, and which of them each of its points has."""

    wander: Array
    of_wander: npt.NDArray[np.int_]
    level: Array
    of_level: npt.NDArray[np.int_]


class Whitened(NamedTuple):
    """Everything the noise model needs to know of the points: inner products in the metric of their covariance.

    z stands for values less their middle, o for the start (ones), f for paths, c for censored values. Shape (grid,)
    without paths, (grid, shapes) with; those with c have a last axis of censored values.
    """

    zz: Array
    zo: Array
    oo: Array
    zf: Array
    of: Array
    ff: Array
    zc: Array
    oc: Array
    fc: Array
    spread: Array
    """Variance of each censored value given the exact ones, path known, shape (grid, c)."""
    log_determinant: Array


def whitened(linked: Points, path: Array, grid: Noise) -> Whitened:
    """Inner products for every noise of the grid, shape of `path` (shapes, n)."""
    n = len(linked.z)
    axes = grid.axes
    basis = _basis(_mixed(linked, axes.wander), _fixed(linked), n)
    columns = np.column_stack([linked.z - linked.middle, np.ones(n), path.T])
    found = _at_levels(basis, basis.whiten @ columns, axes.level**2)
    return Whitened(*(one[axes.of_wander, axes.of_level] for one in found))


class _Basis(NamedTuple):
    """In which the covariance of the exact values is diagonal at every level, for each share of wandering."""

    whiten: Array
    """Values to the basis, shape (wander, n, n)."""
    fixed: Array
    """Variance there that does not depend on the level, shape (wander, n)."""
    log_determinant: Array
    """What the change of basis adds, shape (wander,)."""
    noise: Array
    """Covariance with the censored values at level 1, first index in the basis, shape (wander, n, c)."""
    errors: Array
    """And that from published errors."""
    own_noise: Array
    """Variance of the censored values at level 1, shape (wander, c)."""
    own_error: Array
    """And that from published errors, shape (c,)."""


def _basis(noise: Array, errors: Array, n: int) -> _Basis:
    factor = np.linalg.cholesky(noise[:, :n, :n])
    # LAPACK complains of nothing to invert, and on stdout: a series of bounds has no exact value.
    whiten: Array = np.array([dtrtri(one, lower=1)[0] for one in factor] if n else factor)
    fixed: Array = np.zeros((len(noise), n))
    if errors.any():
        fixed, axes = np.linalg.eigh(whiten @ errors[:n, :n] @ np.swapaxes(whiten, 1, 2))
        whiten, fixed = np.swapaxes(axes, 1, 2) @ whiten, np.maximum(fixed, 0.0)
    return _Basis(
        whiten,
        fixed,
        2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(1),
        whiten @ noise[:, :n, n:],
        whiten @ errors[:n, n:],
        np.diagonal(noise[:, n:, n:], axis1=1, axis2=2),
        np.diagonal(errors[n:, n:]),
    )


def _at_levels(basis: _Basis, exact: Array, squared: Array) -> Whitened:
    """Inner products of columns in the basis at squared noise levels; axes (wander, levels) where the grid would be."""
    z, one, f = exact[:, :, :1], exact[:, :, 1:2], exact[:, :, 2:]
    variance = squared[:, None] + basis.fixed[:, None]
    precision = 1 / variance
    c = squared[:, None, None] * basis.noise[:, None] + basis.errors[:, None]
    weighted = np.swapaxes(c * precision[:, :, :, None], 2, 3)
    known = weighted @ exact[:, None]
    return Whitened(
        zz=(precision @ (z * z))[:, :, 0],
        zo=(precision @ (z * one))[:, :, 0],
        oo=(precision @ (one * one))[:, :, 0],
        zf=precision @ (z * f),
        of=precision @ (one * f),
        ff=precision @ (f * f),
        zc=known[:, :, :, 0],
        oc=known[:, :, :, 1],
        fc=np.swapaxes(known[:, :, :, 2:], 2, 3),
        spread=squared[:, None] * basis.own_noise[:, None] + basis.own_error - (np.swapaxes(weighted, 2, 3) * c).sum(2),
        log_determinant=basis.log_determinant[:, None] + np.log(variance).sum(2),
    )


def _mixed(linked: Points, wander: Array) -> Array:
    """Covariance of all values for residual noise of one, exact first, shape (wander, n + c, n + c)."""
    u = np.concatenate([linked.u, linked.censored_u])
    inflation = np.concatenate([linked.inflation, np.ones(len(linked.low))])
    kernel = np.exp(-np.abs(u[:, None] - u) / settings().skeleton.wander_length)
    share = wander[:, None, None]
    return np.asarray((1 - share) * np.diag(inflation) + share * kernel)


def _fixed(linked: Points) -> Array:
    """Covariance from published errors and from offsets between methods, shape (n + c, n + c)."""
    censored = np.zeros(len(linked.low))
    fixed = np.diag(np.concatenate([linked.error**2 * linked.inflation, censored]))
    method = np.concatenate([linked.method, linked.censored_method])
    if len(set(method)) < 2:
        return fixed
    offset = np.array([settings().skeleton.method_sd[str(name)] for name in method])
    return fixed + np.where(method[:, None] == method, offset[:, None] ** 2, 0.0)
