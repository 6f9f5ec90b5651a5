"""Worlds with a known answer: reproducible, unlike the library, and scored by figures that are right."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.indicator import Catalogue, Indicator
from metrics.series import Series
from scenarios import classify
from scenarios.calibration import SUITES, score_world, summarise, world
from scenarios.calibration.baselines import bic, slope_ratio
from scenarios.calibration.mechanisms import HELD_OUT, MECHANISMS, NODES, Latent, latent, shows
from scenarios.calibration.schedule import reduced, sparse, threes
from scenarios.calibration.scores import calibration_error, confusion, reliability, scores
from scenarios.settings import SCENARIOS
from scenarios.shapes import library


def template(name, n, *, first="2023-01-01", every=60, cluster="", scale="log", formation="per_subject", interval=""):
    on = np.datetime64(first, "D") + every * np.arange(n)
    u = np.linspace(0, 1, n)
    value = np.exp(3 * u) if scale == "log" else 0.1 + 0.6 * u
    bounds = (0.0, 1.0) if scale == "logit" else (0.0, np.inf)
    indicator = Indicator(
        name, name, "unit", scale, lower=bounds[0], upper=bounds[1], cluster=cluster or name, series=formation
    )
    nothing = np.full(n, np.nan)
    return Series(
        indicator,
        "",
        "",
        on,
        value,
        value * 0.8 if interval else nothing,
        value * 1.3 if interval else nothing,
        np.full(n, interval),
        np.full(n, "benchmark"),
        np.full(n, ""),
        np.full(n, ""),
        on,
    )


RECORD = (
    template("horizon", 14, formation="frontier", interval="95%"),
    template("longer", 13, cluster="horizon", formation="frontier"),
    template("index", 12, every=90),
    template("share", 6, first="2024-06-01", scale="logit"),
    template("speed", 5, first="2024-01-01", every=150),
    template("late", 4, first="2025-06-01", every=45),
)


def values(one):
    return [(*each.key, *each.value.tolist(), *each.value_low.tolist()) for each in one.series]


@pytest.mark.parametrize("suite", list(SUITES))
def test_a_world_depends_on_its_seed_and_number_alone(suite):
    before = values(world(suite, 5, 7, RECORD))
    world(suite, 4, 7, RECORD)
    assert str(values(world(suite, 5, 7, RECORD))) == str(before)
    assert str(values(world(suite, 5, 8, RECORD))) != str(before)


@pytest.mark.parametrize("suite", list(SUITES))
def test_the_futures_take_turns(suite):
    assert [world(suite, index, 7, RECORD).scenario for index in range(4)] == [*SCENARIOS, "stall"]


@pytest.mark.parametrize("suite", list(SUITES))
def test_every_world_has_values_that_could_have_been_published(suite):
    for index in range(9):
        for one in world(suite, index, 7, RECORD).series:
            known = one.value[np.isfinite(one.value)]
            assert one.n >= 3
            assert (known > one.indicator.lower).all()
            assert (known < one.indicator.upper).all()
            assert (np.diff(one.observed_on.astype(int)) > 0).all()


def test_a_world_keeps_dates_intervals_and_clusters_of_the_record():
    own = {one.indicator.id: one for one in world("own", 0, 7, RECORD).series}
    assert (own["horizon"].observed_on == RECORD[0].observed_on).all()
    assert set(own["horizon"].interval) == {"95%"}
    assert (own["horizon"].value_low < own["horizon"].value).all()
    assert own["longer"].indicator.cluster == "horizon"


def test_a_frontier_of_a_mechanism_world_only_rises():
    for index in range(9):
        frontiers = [one for one in world("mechanism", index, 7, RECORD).series if one.indicator.series == "frontier"]
        assert all((np.diff(one.value) > 0).all() for one in frontiers)


def test_a_mechanism_world_has_adoption_as_a_distractor():
    drawn = world("mechanism", 1, 7, RECORD).series
    assert [one.indicator.dimension for one in drawn].count("diffusion") == 1


def owned_by(one, subject):
    return replace(one, subjects=np.full(one.n, subject))


def test_what_an_organisation_publishes_of_its_own_work_is_bent_alike_and_nothing_else_is():
    ours, theirs = (owned_by(one, "Anthropic 1") for one in RECORD[:2]), (owned_by(one, "") for one in RECORD[:2])
    shared = SUITES["mechanism_shared"].make
    bent, plain = (shared(np.random.default_rng(3), "compounding", tuple(record)) for record in (ours, theirs))
    again = SUITES["mechanism"].make(np.random.default_rng(3), "compounding", tuple(RECORD[:2]))
    assert str(values(plain)) == str(values(again))
    assert str(values(bent)) != str(values(plain))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_regime_of_a_mechanism_world_shows(scenario):
    for index in range(30):
        capability = latent(np.random.default_rng(index), scenario)
        assert shows(scenario, capability.rate)
        assert capability.mechanism in MECHANISMS[scenario]


def test_mechanisms_are_not_shapes_of_the_library():
    rate = np.diff(library().path, axis=1) * 800
    for names in MECHANISMS.values():
        for mechanism in names.values():
            drawn = mechanism(np.random.default_rng(3), 6.0)
            drawn = np.interp(np.linspace(0, 1, 800), NODES, drawn / drawn.mean())
            assert np.abs(rate - drawn).mean(axis=1).min() > 0.004


def test_some_mechanisms_of_every_future_were_held_out():
    for names in MECHANISMS.values():
        assert set(names) & set(HELD_OUT)
        assert set(names) - set(HELD_OUT)


def test_full_automation_solves_its_equation():
    # dA/dt = A^(1 + phi): g = g0 / (1 - phi g0 t), so that 1 / g falls on a straight line
    rate = MECHANISMS["recursive"]["full automation"](np.random.default_rng(1), 8.0)
    assert np.diff(1 / rate) == pytest.approx(np.full(400, -1 / 400))


def test_amdahl_bounds_the_gain_from_automation():
    for seed in range(50):
        rate = MECHANISMS["compounding"]["Amdahl-limited automation"](np.random.default_rng(seed), 6.0)
        assert rate.max() <= 1 / (1 - 0.6)


def test_capability_is_the_integral_of_its_rate():
    assert Latent("constant", np.ones(len(NODES)), 4.0).at(np.array([-0.5, 0.0, 0.25, 1.0])) == pytest.approx(
        [-2.0, 0.0, 1.0, 4.0]
    )


def test_the_sparse_schedule_has_seventeen_values_of_five_clusters():
    wide = [template(name, 12, cluster=name) for name in "abcdefg"]
    chosen = sparse(wide)
    assert [one.n for one in chosen] == [4, 4, 3, 3, 3]
    assert len({one.indicator.cluster for one in chosen}) == 5


def test_three_values_are_the_first_the_last_and_one_between():
    assert [one.n for one in threes(RECORD)] == [3] * 6
    first = reduced(RECORD[0], 3)
    assert first.observed_on.tolist() == RECORD[0].observed_on[[0, 6, 13]].tolist()


def test_scores_of_four_worlds_are_those_computed_by_hand():
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6], [0.5, 0.3, 0.2]])
    found = scores(p, np.array([0, 1, 2, 1]), seed=1)
    assert found.accuracy.value == pytest.approx(0.75)
    assert found.brier.value == pytest.approx((0.14 + 0.06 + 0.24 + 0.78) / 4)
    assert found.log_loss.value == pytest.approx(-np.log([0.7, 0.8, 0.6, 0.3]).mean())
    assert found.calibration_error.value == pytest.approx((0.3 + 0.2 + 0.4 + 0.5) / 4)


def test_standard_errors_are_those_of_a_mean():
    truth = np.arange(900) % 3
    p = np.full((900, 3), 0.1)
    p[:, 0] = 0.8
    # a third is right: sqrt(1/3 * 2/3 / 900) = 0.0157
    assert scores(p, truth, seed=1).accuracy.se == pytest.approx(0.0157, abs=0.002)


def test_stated_and_right_alike_is_no_calibration_error():
    right = np.arange(1000) < 700
    assert calibration_error(np.full(1000, 0.7), right) == pytest.approx(0.0)
    assert calibration_error(np.full(1000, 0.95), right) == pytest.approx(0.25)


def test_the_reliability_table_counts_every_world_once():
    p = np.random.default_rng(2).dirichlet([1, 1, 1], 200)
    truth = np.arange(200) % 3
    assert sum(one.n for one in reliability(p, truth)) == 200
    assert confusion(p, truth).sum(axis=1).tolist() == [67, 67, 66]


def curved(bend, n=9):
    u = np.linspace(0, 1, n)
    one = template("speed", n)
    return replace(one, value=np.exp(4 * (u + bend * u * (1 - u)) + 0.02 * np.sin(5 * np.arange(n))))


@pytest.mark.parametrize(("bend", "scenario"), [(0.8, "stall"), (0.0, "compounding"), (-0.8, "recursive")])
def test_the_baselines_recognise_a_clear_curve(bend, scenario):
    for said in (bic([curved(bend)]), slope_ratio([curved(bend)])):
        assert max(said, key=said.get) == scenario
        assert sum(said.values()) == pytest.approx(1.0)


def test_a_parabola_through_three_points_says_nothing():
    assert bic([curved(0.8, n=3)]) == pytest.approx(dict.fromkeys(SCENARIOS, 1 / 3))


def test_a_summary_does_not_depend_on_the_order_of_worlds():
    scored = [score_world(index, 7, suite, RECORD) for suite in ("own", "mechanism_sparse") for index in range(6)]
    summary = summarise(scored, seed=7)
    assert summarise(scored[::-1], seed=7) == summary
    assert [suite.suite for suite in summary.suites] == ["own", "mechanism_sparse"]
    assert summary.suites[1].n_worlds == 6


def test_a_verdict_is_made_where_it_is_asked_for():
    scored = score_world(1, 7, "mechanism_sparse", RECORD, verdict=True)
    assert scored.verdict is not None
    assert score_world(1, 7, "mechanism_sparse", RECORD).verdict is None


def test_the_classifier_beats_both_rules_on_worlds_of_its_own():
    scored = [score_world(index, 7, "own", RECORD) for index in range(45)]
    found = summarise(scored, seed=7).suites[0].methods
    assert found["classifier"].log_loss.value < found["bic"].log_loss.value
    assert found["classifier"].log_loss.value < found["slope_ratio"].log_loss.value


@given(st.integers(0, 10_000))
def test_three_values_a_series_never_make_a_future_certain_in_small_records(index):
    said = score_world(index, 7, "mechanism_threes", RECORD[:3]).probabilities["classifier"]
    assert max(said.values()) < 0.99


def test_a_world_is_classified_as_its_published_table_would_be():
    record = RECORD[2:]
    drawn = world("own", 2, 7, record).series
    rows = pd.DataFrame(
        [
            {"indicator": one.indicator.id, "observed_on": str(on), "value": value}
            for one in drawn
            for on, value in zip(one.observed_on, one.value, strict=True)
        ]
    )
    indicators = Catalogue({one.indicator.id: one.indicator for one in drawn}, origin="test.toml", sha256="", own=True)
    said = classify(rows, indicators, sensitivity=False)
    expected = score_world(2, 7, "own", record).probabilities["classifier"]
    assert said.probabilities == pytest.approx(expected, abs=1e-6)
