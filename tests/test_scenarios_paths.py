"""The paths that charts draw: against a sum over start and growth, and never beyond the last value."""

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from metrics import Indicator
from metrics.series import Series
from scenarios.evidence import noise
from scenarios.paths import components, fitted, mixture, quantile
from scenarios.settings import SCENARIOS, settings
from scenarios.shapes import NODES, library
from scenarios.span import WHOLE


def series(values, scale="log", direction="up", bounds=()):
    n = len(values)
    value = np.array(values, dtype=float)
    low, interval = np.full(n, np.nan), np.full(n, "", dtype="<U5")
    for at in bounds:
        low[at], value[at], interval[at] = value[at], np.nan, "bound"
    limits = {"log": (0.0, np.inf), "logit": (0.0, 1.0), "linear": (-np.inf, np.inf)}[scale]
    indicator = Indicator("x", "X", "times", scale, direction=direction, lower=limits[0], upper=limits[1])
    on = np.datetime64("2023-01-01") + np.arange(n) * 200
    texts = np.full(n, "", dtype="<U5")
    return Series(indicator, "", "", on, value, low, np.full(n, np.nan), interval, texts, texts, texts, on)


def brute_force(values, scenario, u, shares):
    """Quantiles of a + L f(u): every noise, shape, start and growth on a grid, weighted by scipy's normal."""
    z, at = np.log(values), np.linspace(0, 1, len(values))
    start, growth = np.linspace(z[0] - 2.5, z[0] + 2.5, 61), np.linspace(0, 6, 73)
    a, rise = (one.ravel() for one in np.meshgrid(start, growth))
    prior = -0.5 * ((a - np.median(z)) / 5) ** 2 - 0.5 * (rise / 4) ** 2
    places, weights = [], []
    for s, w, log_noise in zip(noise().sd, noise().wander, noise().log_weight, strict=True):
        covariance = s**2 * ((1 - w) * np.eye(len(z)) + w * np.exp(-np.abs(at[:, None] - at) / 0.2))
        for shape in np.flatnonzero(np.isfinite(library().log_weight[scenario])):
            f = np.interp(at, NODES, library().path[shape])
            fit = multivariate_normal(np.zeros(len(z)), covariance).logpdf(z - a[:, None] - rise[:, None] * f)
            weights.append(fit + prior + log_noise + library().log_weight[scenario, shape])
            places.append(a + rise * np.interp(u, NODES, library().path[shape]))
    place, log_weight = np.concatenate(places), np.concatenate(weights)
    histogram, edges = np.histogram(place, bins=4000, weights=np.exp(log_weight - log_weight.max()))
    return np.interp(shares, histogram.cumsum() / histogram.sum(), edges[1:])


@pytest.mark.parametrize("scenario", ["compounding"])
def test_a_path_and_its_band_are_those_of_a_sum_over_everything(scenario):
    values, row = (1.0, 2.2, 3.1, 9.0), SCENARIOS.index("compounding")
    expected = brute_force(values, row, 0.5, (0.1, 0.5, 0.9))
    mixed = mixture(components(series(values), np.array([0.5]), WHOLE, library()), row)
    found = [float(quantile(mixed, share, bounded=False)[0]) for share in (0.1, 0.5, 0.9)]
    assert found == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize(
    ("scale", "values"), [("log", (1, 2, 4, 9)), ("logit", (0.1, 0.3, 0.6, 0.8)), ("linear", (1, 2, 4, 5))]
)
@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_path_goes_through_the_values_and_ends_at_the_last(scale, values, direction):
    given = values if direction == "up" else values[::-1]
    paths = fitted(series(given, scale, direction))
    assert (paths.on[0], paths.on[-1]) == (np.datetime64("2023-01-01"), np.datetime64("2024-08-23"))
    for path in paths.by_scenario.values():
        assert (path.low <= path.middle).all()
        assert (path.middle <= path.high).all()
        assert path.middle[[0, -1]] == pytest.approx([given[0], given[-1]], rel=0.35, abs=0.06)


def test_a_share_never_leaves_its_bounds():
    paths = fitted(series((0.5, 0.93, 0.97, 0.99), "logit"))
    assert all((path.low > 0).all() and (path.high < 1).all() for path in paths.by_scenario.values())


def test_a_stall_bends_down_where_recursion_bends_up():
    paths = fitted(series((1, 4, 9, 12, 13)))
    rise = {
        name: np.log(path.middle[-1] / path.middle[len(path.middle) // 2]) for name, path in paths.by_scenario.items()
    }
    assert rise["stall"] < rise["compounding"] < rise["recursive"]


def test_a_dense_series_has_its_path_at_even_dates():
    values = np.exp(np.linspace(0, 3, 120))
    paths = fitted(series(values))
    assert len(paths.on) == 24
    assert paths.by_scenario["compounding"].middle == pytest.approx(np.exp(3 * np.linspace(0, 1, 24)), rel=0.05)


def test_bounds_are_no_values_of_a_path():
    paths = fitted(series((1, 2, 4, 8, 16), bounds=(3,)))
    assert paths.by_scenario["compounding"].middle[-1] == pytest.approx(16, rel=0.2)
    assert settings().record.thinned_to == 60
