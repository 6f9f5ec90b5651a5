"""The closed form against brute force, and what must not change what a series says."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.stats import multivariate_normal, norm

from metrics.indicator import Indicator
from metrics.series import Series
from scenarios.combination import DECIBANS
from scenarios.evidence import Noise, evidence, log_between, log_evidence, noise
from scenarios.link import points, thinned
from scenarios.shapes import NODES, at, library, seen
from scenarios.span import WHOLE, Part

LOG = Indicator(id="speed", title="Speed", unit="times", scale="log", lower=0.0, cluster="speed")
SHARE = Indicator(id="share", title="Share", unit="share", scale="logit", lower=0.0, upper=1.0, cluster="share")
INDEX = Indicator(id="index", title="Index", unit="points", scale="linear", cluster="index")


def series(indicator, values, *, days=None, low=None, high=None, interval=""):
    n = len(values)
    nothing = np.full(n, np.nan)
    on = np.datetime64("2023-01-01", "D") + np.array(days if days is not None else 60 * np.arange(n))
    return Series(
        indicator=indicator,
        subject="",
        definition="",
        observed_on=on,
        value=np.array(values, dtype=float),
        value_low=nothing if low is None else np.array(low, dtype=float),
        value_high=nothing if high is None else np.array(high, dtype=float),
        interval=np.full(n, interval) if isinstance(interval, str) else np.array(interval),
        method=np.full(n, "telemetry"),
        subjects=np.full(n, ""),
        citation=np.full(n, ""),
        known_since=on,
    )


def decibans(one):
    said = DECIBANS * evidence(one).log_likelihood
    return said - said.max()


ONE_NOISE = Noise(sd=np.array([0.3]), wander=np.array([0.5]), log_weight=np.array([0.0]))


def covariance(u, sd=0.3, wander=0.5):
    return sd**2 * ((1 - wander) * np.eye(len(u)) + wander * np.exp(-np.abs(u[:, None] - u) / 0.2))


def test_the_closed_form_is_the_integral_over_start_and_growth():
    linked = points(series(LOG, [1.0, 1.3, 2.5, 3.0]))
    path = at(library().path, linked.u)[5]
    density = multivariate_normal(np.zeros(4), covariance(linked.u))

    def integrand(growth, start):
        prior = norm.pdf(start, linked.middle, 5.0) * 2 * norm.pdf(growth, 0, 4.0)
        return prior * density.pdf(linked.z - start - growth * path)

    brute, _ = dblquad(integrand, -3, 4, 0, 8, epsabs=0, epsrel=1e-7)
    closed = log_evidence(linked, library().path[5:6], ONE_NOISE)[0, 0]
    assert closed == pytest.approx(np.log(brute), abs=1e-5)


def test_the_closed_form_is_the_integral_where_the_series_falls():
    linked = points(series(LOG, [2.0, 1.4, 1.5, 1.1]))
    path = at(library().path, linked.u)[40]
    density = multivariate_normal(np.zeros(4), covariance(linked.u))

    def integrand(growth, start):
        prior = norm.pdf(start, linked.middle, 5.0) * 2 * norm.pdf(growth, 0, 4.0)
        return prior * density.pdf(linked.z - start - growth * path)

    brute, _ = dblquad(integrand, -3, 4, 0, 5, epsabs=0, epsrel=1e-7)
    closed = log_evidence(linked, library().path[40:41], ONE_NOISE)[0, 0]
    assert closed == pytest.approx(np.log(brute), abs=1e-5)


def test_where_growth_is_plain_the_evidence_is_a_normal_density():
    linked = points(series(LOG, np.exp(np.linspace(0, 6, 9) + 0.1 * np.cos(np.arange(9)))))
    path = at(library().path, linked.u)[60]
    wide = covariance(linked.u) + 5.0**2 + 4.0**2 * np.outer(path, path)
    expected = np.log(2) + multivariate_normal(np.full(9, linked.middle), wide).logpdf(linked.z)
    assert log_evidence(linked, library().path[60:61], ONE_NOISE)[0, 0] == pytest.approx(expected, abs=1e-9)


def test_published_intervals_enter_as_standard_errors():
    values = np.exp(np.linspace(0, 6, 6))
    linked = points(series(LOG, values, low=values / np.exp(0.98), high=values * np.exp(0.98), interval="95%"))
    assert linked.error == pytest.approx(np.full(6, 0.5))
    path = at(library().path, linked.u)[60]
    wide = covariance(linked.u) + 0.25 * np.eye(6) + 5.0**2 + 4.0**2 * np.outer(path, path)
    expected = np.log(2) + multivariate_normal(np.full(6, linked.middle), wide).logpdf(linked.z)
    assert log_evidence(linked, library().path[60:61], ONE_NOISE)[0, 0] == pytest.approx(expected, abs=1e-9)


def test_a_censored_value_enters_with_the_probability_of_its_interval():
    values = [*np.exp(np.linspace(0, 6, 6)), np.nan]
    low = [*[np.nan] * 6, np.exp(5.5)]
    linked = points(series(LOG, values, low=low, interval=["", "", "", "", "", "", "bound"]))
    path = at(library().path, np.append(linked.u, 1.0))[60]
    wide = covariance(np.append(linked.u, 1.0)) + 5.0**2 + 4.0**2 * np.outer(path, path)
    gain = wide[6, :6] @ np.linalg.inv(wide[:6, :6])
    mean = linked.middle + gain @ (linked.z - linked.middle)
    spread = np.sqrt(wide[6, 6] - gain @ wide[:6, 6])
    exact = np.log(2) + multivariate_normal(np.full(6, linked.middle), wide[:6, :6]).logpdf(linked.z)
    expected = exact + norm.logsf(5.5, mean, spread)
    assert log_evidence(linked, library().path[60:61], ONE_NOISE)[0, 0] == pytest.approx(expected, abs=1e-6)


def test_the_first_value_of_a_frontier_has_an_error_of_a_tenth_of_the_range():
    frontier = replace(LOG, series="frontier")
    values = np.exp(np.linspace(0, 6, 7))
    assert points(series(frontier, values)).error == pytest.approx([0.6, 0, 0, 0, 0, 0, 0])
    assert points(series(LOG, values)).error == pytest.approx(np.zeros(7))
    assert points(series(frontier, values[:3])).error == pytest.approx(np.zeros(3))


def test_a_published_error_of_the_first_value_is_kept():
    values = np.exp(np.linspace(0, 6, 7))
    low, high = values / np.exp(0.98 * 1.6), values * np.exp(0.98 * 1.6)
    error = points(series(replace(LOG, series="frontier"), values, low=low, high=high, interval="95%")).error
    # 0.8 and 0.6 in squares
    assert error[0] == pytest.approx(1.0)
    assert error[1:] == pytest.approx(np.full(6, 0.8))


def test_an_interval_with_one_open_end_is_read_from_the_other():
    values = np.exp(np.linspace(0, 6, 6))
    one_sided = points(series(LOG, values, low=values / np.exp(0.98), interval="95%")).error
    assert one_sided == pytest.approx(np.full(6, 0.5))


def test_methods_that_mix_in_one_series_have_an_offset_each():
    mixed = replace(
        series(LOG, np.exp(np.linspace(0, 6, 6))), method=np.array(["rct", "rct", "rct", "survey"] + ["rct"] * 2)
    )
    linked = points(mixed)
    path = at(library().path, linked.u)[60]
    same = np.equal.outer(linked.method, linked.method)
    offset = same * np.outer(*[np.where(linked.method == "rct", 0.15, 0.40)] * 2)
    wide = covariance(linked.u) + offset + 5.0**2 + 4.0**2 * np.outer(path, path)
    expected = np.log(2) + multivariate_normal(np.full(6, linked.middle), wide).logpdf(linked.z)
    assert log_evidence(linked, library().path[60:61], ONE_NOISE)[0, 0] == pytest.approx(expected, abs=1e-9)


def test_a_ceiling_is_summed_out_with_its_jacobian():
    share = series(SHARE, [0.2, 0.35, 0.5, 0.62])
    expected = 0.0
    for ceiling in (0.90, 0.95, 0.98, 1.00):
        linked = points(share, ceiling)
        p = np.array([0.2, 0.35, 0.5, 0.62])
        slope = ceiling / (p * (ceiling - p))
        assert linked.log_jacobian == pytest.approx(np.log(slope).sum())
        joint = log_evidence(linked, library().path, noise()) + noise().log_weight[:, None] + linked.log_jacobian
        expected = expected + 0.25 * np.exp(joint[None] + library().log_weight[:, None, :]).sum(axis=(1, 2))
    assert evidence(share).log_likelihood == pytest.approx(np.log(expected))


def test_a_series_sees_its_part_of_a_path():
    path = at(library().path, NODES)
    part = seen(path, np.array([0.0, 0.5, 1.0]), Part(0.2, 0.6))
    ends = at(path, np.array([0.2, 0.4, 0.6]))
    moving = ends[:, 2] - ends[:, 0] > 1e-6
    assert part[moving, 1] == pytest.approx(((ends[:, 1] - ends[:, 0]) / (ends[:, 2] - ends[:, 0]))[moving], abs=1e-4)
    assert part[:, [0, 2]] == pytest.approx(np.tile([0.0, 1.0], (len(path), 1)))


def test_a_path_that_has_stopped_is_straight():
    stopped = np.minimum(NODES, 0.4)[None] / 0.4
    assert seen(stopped, np.array([0.25, 0.75]), Part(0.5, 0.9))[0] == pytest.approx([0.25, 0.75])


def test_the_whole_of_a_path_is_the_path():
    u = np.array([0.0, 0.3, 0.7, 1.0])
    assert seen(library().path, u, WHOLE) == pytest.approx(at(library().path, u))


def test_a_short_part_of_the_record_tells_no_future_from_another():
    bent = series(LOG, np.exp(np.linspace(0, 3, 9)))
    assert np.ptp(DECIBANS * evidence(bent, Part(0.45, 0.55)).log_likelihood) < 4
    assert np.ptp(DECIBANS * evidence(bent).log_likelihood) > 10


def test_a_series_of_bounds_alone_can_be_weighed():
    bounds = series(LOG, [np.nan] * 3, low=[1.0, 2.0, 4.0], interval="bound")
    assert np.isfinite(evidence(bounds).log_likelihood).all()


def test_bounds_alone_leave_stdout_to_the_answer(capfd):
    evidence(series(LOG, [np.nan] * 3, low=[1.0, 2.0, 4.0], interval="bound"))
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(("low", "high"), [(0.001, 0.003), (0.997, 0.999), (0.0, 0.002)])
def test_a_narrow_bound_near_the_end_of_a_scale_is_as_open_as_that_end(low, high):
    bound = {"low": [np.nan] * 3 + [low], "high": [np.nan] * 3 + [high], "interval": ["", "", "", "bound"]}
    assert np.isfinite(decibans(series(SHARE, [0.1, 0.2, 0.3, np.nan], **bound))).all()


def test_a_bound_above_a_ceiling_rules_that_ceiling_out():
    known = {"low": [np.nan, np.nan, 0.95], "interval": ["", "", "bound"]}
    bounded = series(SHARE, [0.1, 0.5, np.nan], **known)
    assert points(bounded, 0.90) is None
    assert points(bounded, 0.98) is not None
    falling = replace(SHARE, direction="down")
    left = {"high": [np.nan, np.nan, 0.05], "interval": ["", "", "bound"]}
    assert points(series(falling, [0.9, 0.5, np.nan], **left), 0.90) is None


def test_the_probability_between_two_ends_keeps_its_digits_far_out():
    # norm.logsf(10) = -53.23128515051247 (scipy); the part above 11 is 4e-5 of it
    assert log_between(np.array(10.0), np.array(11.0)) == pytest.approx(-53.23131, abs=1e-4)
    assert log_between(np.array(-np.inf), np.array(np.inf)) == pytest.approx(0.0, abs=1e-12)


def test_one_factor_for_all_noise_levels_gives_what_one_for_each_gives():
    plain = points(series(LOG, [1.0, 1.4, 2.9, 3.0, 5.1]))
    nearly = replace(plain, error=np.full(5, 1e-9))
    grid = noise()
    assert log_evidence(plain, library().path, grid) == pytest.approx(
        log_evidence(nearly, library().path, grid), abs=1e-6
    )


CURVED = [1.0, 1.2, 1.9, 2.2, 3.9, 5.5, 6.1, 14.0, 25.0, 31.0]


@given(st.floats(1e-3, 1e6))
def test_units_do_not_matter_to_a_quantity(factor):
    assert decibans(series(LOG, factor * np.array(CURVED))) == pytest.approx(decibans(series(LOG, CURVED)), abs=0.1)


@given(st.floats(0.01, 1e4), st.floats(-1e3, 1e3))
def test_units_and_zero_do_not_matter_to_an_index(factor, zero):
    plain = series(INDEX, CURVED)
    assert decibans(series(INDEX, factor * np.array(CURVED) + zero)) == pytest.approx(decibans(plain), abs=0.1)


def test_the_scale_of_time_does_not_matter():
    slow = series(LOG, CURVED, days=900 * np.arange(10))
    assert decibans(slow) == pytest.approx(decibans(series(LOG, CURVED)), abs=0.1)


def test_a_falling_cost_says_what_its_inverse_says():
    cost = replace(LOG, direction="down")
    falling = series(cost, 1 / np.array(CURVED))
    assert decibans(falling) == pytest.approx(decibans(series(LOG, CURVED)), abs=1e-9)


def test_a_falling_share_says_what_its_complement_says():
    share = np.array([0.05, 0.08, 0.2, 0.31, 0.5, 0.62])
    falling = series(replace(SHARE, direction="down"), 1 - share)
    assert decibans(falling) == pytest.approx(decibans(series(SHARE, share)), abs=1e-9)


def test_a_share_above_a_ceiling_rules_that_ceiling_out():
    assert points(series(SHARE, [0.2, 0.5, 0.93]), 0.9) is None
    assert points(series(SHARE, [0.2, 0.5, 0.93]), 0.95) is not None


def test_a_benchmark_that_saturates_is_not_a_stall():
    u = np.linspace(0, 1, 16)
    saturating = 1 / (1 + np.exp(-8 * (u - 0.4)))
    assert decibans(series(SHARE, saturating))[0] < -5


def test_an_outlier_widens_its_own_noise_and_no_other():
    values = np.exp(np.linspace(0, 4, 12))
    values[5] *= 20
    inflation = points(series(LOG, values)).inflation
    assert inflation.argmax() == 5
    assert inflation[5] > 100
    assert (np.delete(inflation, 5) == 1).all()


def test_the_side_towards_the_trend_is_the_width_that_counts():
    values = np.exp(np.linspace(0, 5.5, 12))
    values[6] *= 1.5
    low, high = values / np.exp(0.196), values * np.exp(1.96)
    error = points(series(LOG, values, low=low, high=high, interval="95%")).error
    assert error[6] == pytest.approx(0.1)


def test_a_dense_series_is_thinned_to_sixty_values_with_both_ends():
    dense = series(LOG, np.exp(np.linspace(0, 3, 200)), days=np.arange(200))
    thin = thinned(dense)
    assert (thin.n, thin.observed_on[0], thin.observed_on[-1]) == (60, dense.observed_on[0], dense.observed_on[-1])
    assert decibans(dense) == pytest.approx(decibans(thin))


def test_every_path_runs_from_nought_to_one_and_never_falls():
    path = library().path
    assert 80 <= len(path) <= 130
    assert (path[:, 0] == 0).all()
    assert path[:, -1] == pytest.approx(np.ones(len(path)))
    assert (np.diff(path, axis=1) >= 0).all()


def test_the_weights_of_each_library_sum_to_one():
    assert np.exp(library().log_weight).sum(axis=1) == pytest.approx([1.0, 1.0, 1.0])


def test_every_recursive_rate_at_least_doubles_and_every_stalled_one_more_than_halves():
    rate = np.diff(library().path, axis=1) / np.diff(NODES)
    ratio = rate[:, -1] / rate[:, 0]
    stall, _, recursive = np.isfinite(library().log_weight)
    assert (ratio[recursive] > 1.95).all()
    assert (ratio[stall] < 0.5).all()


@pytest.mark.parametrize(("library_row", "shape"), [(0, "plateau"), (1, "exponential"), (2, "hyperbola")])
def test_a_clear_curve_is_recognised(library_row, shape):
    u = np.linspace(0, 1, 24)
    curve = {"plateau": 1 - np.exp(-4 * u), "exponential": u, "hyperbola": -np.log(1.06 - u) / 2.9}[shape]
    wobble = 0.05 * np.sin(7 * np.arange(24) ** 2)
    said = decibans(series(LOG, np.exp(5 * curve + wobble), days=30 * np.arange(24)))
    assert said.argmax() == library_row
    assert sorted(said)[1] < -5
