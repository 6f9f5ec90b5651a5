"""The board of markers: a reading against a threshold, on a date."""

from datetime import date

import pandas as pd
import pytest

from metrics.forming import form_series
from metrics.indicator import Indicator, load_indicators
from scenarios.intake import take_in
from scenarios.markers import RULES, board
from scenarios.settings import settings


def indicator(name, unit="times", scale="log", **changes):
    bounds = {"lower": 0.0, "upper": 1.0} if scale == "logit" else {"lower": 0.0}
    return Indicator(id=name, title=name, unit=unit, scale=scale, cluster=name, **bounds, **changes)


INDICATORS = {
    "engineer_output_multiplier": indicator("engineer_output_multiplier"),
    "ai_rnd_share_ai_led": indicator("ai_rnd_share_ai_led", "share", "logit"),
    "ai_progress_acceleration": indicator("ai_progress_acceleration"),
    "task_horizon_p50": indicator("task_horizon_p50", "minutes", series="frontier"),
    "training_speedup_test_card": indicator("training_speedup_test_card"),
}


def status(marker, rows, as_of=date(2026, 12, 31), **changes):
    known = take_in(pd.DataFrame(rows), INDICATORS).assign(**changes)
    series = form_series(known, INDICATORS, as_of=as_of).series
    found = next(one for one in board(known, series, as_of, INDICATORS) if one.id == marker)
    return found.status, found.value_text


def readings(name, *values, method="telemetry", **changes):
    return [
        {"indicator": name, "observed_on": f"2026-{month + 1:02d}-01", "value": value, "method": method} | changes
        for month, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1.2, 2.0), ("reached", "2.0 times")),
        ((2.5, 1.6), ("near", "1.6 times")),
        ((1.4,), ("not reached", "1.4 times")),
    ],
)
def test_the_newest_reading_decides(values, expected):
    assert status("output_doubled", readings("engineer_output_multiplier", *values)) == expected


def test_a_reading_by_another_method_does_not_count():
    rows = readings("engineer_output_multiplier", 4.0, method="survey")
    assert status("output_doubled", rows) == ("no data", "none public")


def test_a_reading_of_low_confidence_does_not_count():
    rows = readings("engineer_output_multiplier", 4.0)
    assert status("output_doubled", rows, confidence="low") == ("no data", "none public")


def test_what_is_known_later_is_not_on_the_board():
    rows = readings("engineer_output_multiplier", 1.2, 2.5)
    assert status("output_doubled", rows, date(2026, 1, 31)) == ("not reached", "1.2 times")


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.26, "reached"), (0.035, "near"), (0.51, "near"), (0.01, "not reached"), (0.6, "not reached")],
)
def test_a_range_has_an_outside_on_both_sides(value, expected):
    assert status("ai_leads_some", readings("ai_rnd_share_ai_led", value))[0] == expected


def test_twice_in_a_row_means_twice():
    name = "ai_progress_acceleration"
    assert status("progress_twice_as_fast", readings(name, 1.5, 2.1)) == ("near", "2.1 times")
    assert status("progress_twice_as_fast", readings(name, 2.1, 2.2)) == ("reached", "2.2 times")


def test_twice_at_least_is_twice_and_twice_at_most_is_not():
    name = "ai_progress_acceleration"
    days = ("2026-01-01", "2026-03-01")
    rows = [{"indicator": name, "observed_on": day, "value": None, "interval": "bound"} for day in days]
    assert status("progress_twice_as_fast", [row | {"value_low": 3.0} for row in rows])[0] == "reached"
    assert status("progress_twice_as_fast", [row | {"value_high": 3.0} for row in rows])[0] != "reached"


def test_a_bound_below_the_threshold_is_not_reached():
    rows = [
        {"indicator": "ai_rnd_share_ai_led", "observed_on": "2026-02-01", "value": None, "value_high": 0.01}
        | {"interval": "bound"}
    ]
    assert status("ai_leads_most", rows) == ("not reached", "under 1\u2009%")


def test_a_bound_above_the_threshold_is_reached():
    rows = [
        {"indicator": "ai_rnd_share_ai_led", "observed_on": "2026-02-01", "value": None, "value_low": 0.8}
        | {"interval": "bound"}
    ]
    assert status("ai_leads_most", rows) == ("reached", "at least 80\u2009%")


def doubling(days):
    """A horizon that doubles every so many days over the year before June 2026."""
    dates = pd.date_range("2025-07-01", "2026-06-01", periods=6).normalize()
    return [
        {"indicator": "task_horizon_p50", "observed_on": on, "value": 2 ** ((on - dates[0]).days / days)}
        for on in dates
    ]


def test_the_doubling_time_of_the_last_year_is_measured():
    assert status("horizon_doubles_fast", doubling(121.75)) == ("not reached", "4.0 months")
    assert status("horizon_doubles_fast", doubling(76.1)) == ("near", "2.5 months")
    assert status("horizon_doubles_fast", doubling(30.4)) == ("reached", "1.0 months")
    assert status("horizon_doubles_slowly", doubling(400)) == ("reached", "13.1 months")


def bent(name, after):
    """A quantity that grows e-fold a year for three years and then `after` e-folds in one."""
    years = [0, 1, 2, 3.1, 3.5, 4]
    growth = [0, 1, 2, 3 + 0.1 * after, 3 + 0.5 * after, 3 + after]
    return [
        {"indicator": name, "observed_on": pd.Timestamp("2022-01-01") + pd.Timedelta(days=round(365 * year))}
        | {"value": 2.718281828**total}
        for year, total in zip(years, growth, strict=True)
    ]


def test_two_series_must_slow_down():
    slow, steady = bent("training_speedup_test_card", 0.3), bent("task_horizon_p50", 1.0)
    assert status("capability_slope_halved", slow + steady) == ("near", "1 of 2 series")
    assert status("capability_slope_halved", slow + bent("task_horizon_p50", 0.4)) == ("reached", "2 of 2 series")
    assert status("capability_slope_halved", steady) == ("not reached", "0 of 1 series")


def test_every_marker_has_a_rule_and_every_future_its_markers():
    assert {marker.rule for marker in settings().markers} == set(RULES)
    assert {marker.scenario for marker in settings().markers} == {"stall", "compounding", "recursive"}


def test_every_marker_reads_indicators_of_the_embedded_catalogue():
    named = {name for marker in settings().markers for name in (marker.indicator, *marker.also)}
    assert named <= set(load_indicators())


@pytest.mark.parametrize(
    ("scenario", "indicator", "rule", "threshold"),
    [
        ("recursive", "ai_rnd_share_ai_led", "at_least", (0.5,)),
        ("recursive", "ai_rnd_share_fully_autonomous", "at_least", (0.01,)),
        ("recursive", "research_taste_next_step_win_rate_control", "at_least", (0.5,)),
        ("recursive", "open_research_shadow_eval", "at_least", (1.0,)),
        ("recursive", "ai_progress_acceleration", "successive", (2.0, 2.0)),
        ("recursive", "task_horizon_p50", "doubling_below", (2.0,)),
        ("stall", "task_horizon_p50", "slope_ratio_below", (0.5, 2.0)),
        ("compounding", "engineer_output_multiplier", "at_least", (2.0,)),
        ("compounding", "ai_rnd_share_ai_led", "between", (0.05, 0.5)),
    ],
)
def test_a_signature_of_the_design_is_on_the_board(scenario, indicator, rule, threshold):
    on_board = [(one.scenario, one.indicator, one.rule, one.threshold) for one in settings().markers]
    assert (scenario, indicator, rule, threshold) in on_board


def test_every_marker_says_what_would_count_and_where_the_number_comes_from():
    for marker in settings().markers:
        assert marker.threshold_text
        assert "ours" in marker.citation


def test_a_marker_that_was_reached_may_be_lost_again():
    rows = readings("engineer_output_multiplier", 1.2, 2.5, 1.8)
    statuses = [status("output_doubled", rows, date(2026, month, 28))[0] for month in (1, 2, 3)]
    assert statuses == ["not reached", "reached", "near"]
