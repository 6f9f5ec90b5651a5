"""One-step predictions: where a value falls among what was expected of it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from metrics.forming import form_series
from metrics.indicator import Indicator
from scenarios.evidence import evidence
from scenarios.intake import take_in
from scenarios.prediction import log_share_below
from scenarios.residuals import is_surprising, predictions
from scenarios.span import Part

LOG = Indicator(id="output", title="Output", unit="times", scale="log", lower=0.0, cluster="output")
SHARE = Indicator(id="output", title="Output", unit="share", scale="logit", lower=0.0, upper=1.0, cluster="output")


def series(values, indicator=LOG, **changes):
    rows = pd.DataFrame(
        {
            "indicator": "output",
            "observed_on": pd.date_range("2024-01-31", periods=len(values), freq="ME"),
            "value": values,
        }
    ).assign(**changes)
    known = take_in(rows, {"output": indicator})
    return form_series(known, {"output": indicator}, as_of=date(2030, 1, 1)).series[0]


def doubling(n, last=0.0):
    wobble = 0.02 * np.sin(5 * np.arange(n))
    wobble[-1] += last
    return np.exp(0.3 * np.arange(n) + wobble)


def test_a_value_where_the_trend_leads_is_in_the_middle():
    (*_, last) = predictions(series(doubling(7)))
    assert last.observed_on == date(2024, 7, 31)
    assert 0.3 < last.quantile < 0.7
    assert not last.is_outside


@pytest.mark.parametrize(("leap", "low", "high"), [(3.0, 0.99, 1.0), (-3.0, 0.0, 0.01)])
def test_a_value_far_from_the_trend_is_outside(leap, low, high):
    (*_, last) = predictions(series(doubling(7, last=leap)))
    assert low <= last.quantile <= high
    assert last.is_outside


def test_a_falling_cost_is_read_as_progress():
    up = predictions(series(doubling(7, last=0.3)))
    down = predictions(series(1 / doubling(7, last=0.3), replace(LOG, direction="down")))
    assert [one.quantile for one in down] == pytest.approx([one.quantile for one in up], abs=1e-9)


def test_units_change_no_quantile():
    minutes, hours = (predictions(series(doubling(6) * factor)) for factor in (60.0, 1.0))
    assert [one.quantile for one in minutes] == pytest.approx([one.quantile for one in hours], abs=1e-9)


def test_the_first_three_values_are_not_predicted_nor_are_bounds():
    assert predictions(series(doubling(3))) == ()
    bounded = series(doubling(6), interval=["", "", "", "", "bound", ""], value_low=[np.nan] * 4 + [2.0, np.nan])
    assert [one.observed_on for one in predictions(bounded)] == [date(2024, 4, 30), date(2024, 6, 30)]


def test_the_last_ten_predictions_of_a_long_series_count():
    made = predictions(series(doubling(30)))
    assert (len(made), made[-1].observed_on) == (10, date(2026, 6, 30))


def test_an_uncertain_value_surprises_less():
    values = doubling(7, last=1.2)
    sharp = predictions(series(values))[-1].quantile
    vague = predictions(
        series(
            values,
            value_low=[np.nan] * 6 + [values[-1] / 10],
            value_high=[np.nan] * 6 + [values[-1] * 10],
            interval=[""] * 6 + ["95%"],
        )
    )[-1].quantile
    assert sharp > 0.99
    assert 0.6 < vague < 0.99


@pytest.mark.parametrize("indicator", [LOG, SHARE])
def test_what_is_expected_is_the_integral_of_the_evidence(indicator):
    values = doubling(5) if indicator is LOG else np.array([0.1, 0.16, 0.2, 0.3, 0.4])
    given = series(values, indicator)
    if indicator is LOG:
        place = np.linspace(-6, 8, 561)
        trial, width = np.exp(place), np.ones_like(place)
    else:
        place = np.linspace(-9, 9, 721)
        trial = 1 / (1 + np.exp(-place))
        width = trial * (1 - trial)
    density = np.array(
        [evidence(replace(given, value=np.append(given.value[:-1], one))).log_likelihood for one in trial]
    )
    mass = np.exp(density - density.max()).T * width
    tried = [150, 250, 330, 420]
    anywhere, *below = log_share_below(given, [np.nan, *place[tried]])
    for at, one in zip(tried, below, strict=True):
        direct = mass[:, : at + 1].sum(axis=1) / mass.sum(axis=1)
        assert np.exp(one - anywhere) == pytest.approx(direct, abs=0.02)


def test_a_prediction_is_the_evidence_of_a_bound_in_the_time_of_the_record():
    given, part = series([1.0, 2.0, 3.5, 9.0, 12.0]), Part(0.3, 0.8)
    for place, high in ((np.log(7.0), 7.0), (np.nan, np.nan)):
        nothing = np.full(5, np.nan)
        bounded = replace(
            given,
            value=np.append(given.value[:-1], np.nan),
            value_low=nothing,
            value_high=np.append(nothing[:-1], high),
            interval=np.array(["", "", "", "", "bound"]),
        )
        for shapes in ("resemblance", "mechanism"):
            expected = evidence(bounded, part, shapes).log_likelihood
            assert log_share_below(given, place, part, shapes)[0] == pytest.approx(expected, abs=1e-9)


def test_two_values_that_no_future_expected_are_surprising():
    calm = doubling(9)
    assert not is_surprising(series(calm))
    once = np.where(np.arange(9) >= 5, calm * 40, calm)
    twice = np.where(np.arange(9) >= 8, once / 400, once)
    assert [sum(one.is_outside for one in predictions(series(values))) for values in (once, twice)] == [1, 2]
    assert is_surprising(series(twice))
    assert not is_surprising(series(once))
