"""From observations to an assessment: worlds with a known answer, sums, caps, checks, and what must not be seen."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from metrics.errors import CatalogueError, DataError, UsageError
from metrics.indicator import Catalogue, Indicator
from scenarios import classify
from scenarios.classifier import classify_judged
from scenarios.combination import DECIBANS, Weighed, combine, shown
from scenarios.evidence import Evidence
from scenarios.intake import read_own, take_in
from scenarios.prior import parse_prior
from scenarios.settings import SCENARIOS, read_settings, settings

NAMES = ("horizon", "index", "output", "kernels", "review", "taste")


def catalogue(*, own=False, **changes):
    indicators = {
        name: replace(
            Indicator(id=name, title=name.title(), unit="times", scale="log", lower=0.0, cluster=name), **changes
        )
        for name in NAMES
    }
    return Catalogue(indicators, origin="test.toml", sha256="", own=own)


def world(curve, n=24, total=5.0, names=NAMES, noise=0.05):
    """The same curve for every indicator, with a small fixed wobble of its own."""
    u = np.linspace(0, 1, n)
    rows = [
        (name, on, value)
        for at, name in enumerate(names)
        for on, value in zip(
            pd.date_range("2023-01-15", "2026-09-15", periods=n).normalize(),
            np.exp(total * curve(u) + noise * np.sin((7 + at) * np.arange(n) ** 2)),
            strict=True,
        )
    ]
    return pd.DataFrame(rows, columns=["indicator", "observed_on", "value"])


def plateau(u):
    return 1 - np.exp(-4 * u)


def exponential(u):
    return u


def hyperbola(u):
    return -np.log(1.06 - u) / 2.9


@pytest.mark.parametrize(
    ("curve", "scenario"), [(plateau, "stall"), (exponential, "compounding"), (hyperbola, "recursive")]
)
def test_a_clear_world_is_named(curve, scenario):
    assessment = classify(world(curve, n=16), catalogue())
    assert (assessment.verdict.kind, assessment.verdict.scenario) == ("names", scenario)
    assert {check.leader for check in assessment.checks} == {scenario}


def test_three_noisy_values_an_indicator_name_nothing():
    assessment = classify(world(exponential, n=3, total=2.0, noise=1.0), catalogue())
    assert assessment.verdict.kind == "cannot_tell"
    assert max(assessment.probabilities.values()) < 0.6


def test_decibans_add_up_to_the_log_odds():
    assessment = classify(world(exponential, n=4, names=NAMES[:2]), catalogue(own=True), prior="0.5,0.3,0.2")
    sums = assessment.evidence[list(SCENARIOS)].sum()
    posterior, prior = assessment.probabilities, assessment.prior.weights
    for one in SCENARIOS:
        odds = 10 * np.log10(posterior[one] / posterior["compounding"])
        prior_odds = 10 * np.log10(prior[one] / prior["compounding"])
        assert odds == pytest.approx(prior_odds + sums[one] - sums["compounding"], abs=0.05)


def test_the_best_future_of_a_row_has_nought_and_the_others_less():
    said = classify(world(exponential, n=8), catalogue(), sensitivity=False).evidence[list(SCENARIOS)]
    assert (said.max(axis=1) == 0).all()


def test_doubled_and_shuffled_rows_change_nothing():
    rows = world(hyperbola, n=6)
    twice = pd.concat([rows, rows]).sample(frac=1, random_state=1)
    assert classify(twice, catalogue()).to_json() == classify(rows, catalogue()).to_json()


def apart(one, other):
    """The largest difference of log odds between two assessments, in decibans."""
    p, q = (np.array(list(each.probabilities.values())) for each in (one, other))
    return np.abs(DECIBANS * (np.log(p / p[1]) - np.log(q / q[1]))).max()


def in_seconds(rows):
    return rows.assign(value=rows["value"] * 60)


def ten_times_slower(rows):
    first = rows["observed_on"].min()
    return rows.assign(observed_on=first + (rows["observed_on"] - first) * 3)


def shuffled(rows):
    return rows.sample(frac=1, random_state=3)


def twice(rows):
    return pd.concat([rows, rows], ignore_index=True)


@pytest.mark.parametrize("change", [in_seconds, ten_times_slower, shuffled, twice])
def test_what_does_not_matter_moves_no_log_odds_by_a_tenth_of_a_deciban(change):
    rows = world(hyperbola, n=6, names=NAMES[:2], noise=0.6).assign(
        observed_on=lambda rows: rows["observed_on"] - pd.Timedelta(days=5000)
    )
    plain, changed = (classify(each, catalogue(own=True), sensitivity=False) for each in (rows, change(rows)))
    assert 0.01 < plain.probabilities["recursive"] < 0.99
    assert apart(plain, changed) < 0.1


def test_units_change_no_probability():
    rows = world(hyperbola, n=6)
    hours = classify(rows.assign(value=rows["value"] * 60), catalogue(), sensitivity=False)
    assert hours.probabilities == pytest.approx(classify(rows, catalogue(), sensitivity=False).probabilities, abs=1e-3)


def test_four_values_of_which_one_is_censored_say_at_most_six_decibans():
    rows = pd.DataFrame(
        {
            "indicator": "horizon",
            "observed_on": ["2026-02-15", "2026-05-15", "2026-07-15", "2026-08-15"],
            "value": [np.nan, 12.0, 22.0, 26.0],
            "value_high": [1.0, np.nan, np.nan, np.nan],
            "interval": ["bound", "", "", ""],
        }
    )
    said = classify(rows, catalogue(own=True), sensitivity=False).evidence[list(SCENARIOS)]
    assert said.to_numpy().min() >= -6


def weighed(name, log_likelihood, n=30, **changes):
    indicator = replace(catalogue()[name], **changes)
    rows = world(exponential, n=n, names=(indicator.id,))
    (series,) = classify(rows, {indicator.id: indicator}, sensitivity=False).series
    return Weighed(series, Evidence(np.array(log_likelihood)))


def test_a_series_says_at_most_its_cap():
    total = combine([weighed("index", [-50.0, 0.0, -1.0])], [1, 1, 1])
    # 20 at most, of which a cluster with a cap of 20 keeps 20 / sqrt(1 + 1).
    assert total.decibans[0] == pytest.approx([-(200**0.5), 0.0, -(0.5**0.5) * DECIBANS])
    assert total.capped.tolist() == [True]


def test_the_cap_grows_with_the_number_of_values():
    caps = [weighed("index", [0.0, 0.0, 0.0], n=n).cap for n in (3, 4, 7, 30)]
    assert caps == [6.0, 9.0, 18.0, 20.0]


@pytest.mark.parametrize(
    ("interval", "low", "cap"),
    [("bound", [1.0] * 4, 3.0), ("range", [1.0] * 4, 3.0), ("bound", [1.0] * 6, 0.0), ("range", [np.nan] * 4, 15.0)],
)
def test_what_is_known_from_one_end_alone_adds_nothing_to_the_cap(interval, low, cap):
    one = weighed("index", [0.0, 0.0, 0.0], n=6).series
    at, known = np.arange(6) < len(low), np.pad(low, (0, 6 - len(low)), constant_values=np.nan)
    half = at & np.isfinite(known)
    bounded = replace(
        one,
        value=np.where(half, np.nan, one.value),
        value_low=known,
        interval=np.where(half, interval, "").astype("<U5"),
    )
    assert Weighed(bounded, Evidence(np.zeros(3))).cap == cap


def test_two_series_of_one_cluster_count_as_one_and_a_third():
    rows = [weighed(name, [-1.0, 0.0, 0.0], cluster="same") for name in ("horizon", "index")]
    assert combine(rows, [1, 1, 1]).weight == pytest.approx([2 / 3, 2 / 3])


def test_ten_definitions_of_one_indicator_count_as_less_than_two():
    rows = [weighed("horizon", [-1.0, 0.0, 0.0]) for _ in range(10)]
    assert combine(rows, [1, 1, 1]).weight.sum() == pytest.approx(10 / 5.5)


def test_the_same_runs_scored_twice_count_as_little_more_than_one():
    rows = [
        weighed("horizon", [-1.0, 0.0, 0.0], cluster="horizon", id="task_horizon_p50"),
        weighed("index", [-1.0, 0.0, 0.0], cluster="horizon", id="task_horizon_p80"),
    ]
    assert combine(rows, [1, 1, 1]).weight == pytest.approx([1 / 1.95, 1 / 1.95])


def of(name, subject, cluster):
    one = weighed(name, [-1.0, 0.0, 0.0], cluster=cluster)
    return Weighed(replace(one.series, subjects=np.full(one.series.n, subject)), one.evidence)


def test_three_clusters_of_one_organisation_count_as_less_than_two():
    rows = [of(name, "Anthropic", name) for name in NAMES[:3]]
    assert combine(rows, [1, 1, 1]).weight == pytest.approx([1 / 1.6, 1 / 1.6, 1 / 1.6])


def test_series_of_one_cluster_are_one_witness_of_their_organisation():
    rows = [of(NAMES[0], "Anthropic", "same"), of(NAMES[1], "Anthropic", "same"), of(NAMES[2], "Google", "other")]
    assert combine(rows, [1, 1, 1]).weight == pytest.approx([2 / 3, 2 / 3, 1.0])


def test_a_series_of_several_organisations_is_nobodys_own():
    mixed = of(NAMES[0], "Anthropic", NAMES[0])
    mixed.series.subjects[0] = "GPT-4"
    rows = [mixed, of(NAMES[1], "Anthropic", NAMES[1])]
    assert combine(rows, [1, 1, 1]).weight == pytest.approx([1.0, 1.0])


def test_clusters_that_one_organisation_measures_are_not_so_many_witnesses():
    rows = [weighed(name, [-1.0, 0.0, 0.0], cluster=name, measured_by="METR") for name in NAMES[:2]]
    rows.append(weighed(NAMES[2], [-1.0, 0.0, 0.0], cluster=NAMES[2], measured_by="Epoch AI"))
    assert combine(rows, [1, 1, 1]).weight == pytest.approx([1 / 1.3, 1 / 1.3, 1.0])


def test_who_measures_their_own_work_shares_one_error_and_not_two():
    own = [of(name, "Anthropic", name) for name in NAMES[:2]]
    both = [
        Weighed(replace(row.series, indicator=replace(row.series.indicator, measured_by="Anthropic")), row.evidence)
        for row in own
    ]
    assert combine(both, [1, 1, 1]).weight == pytest.approx(combine(own, [1, 1, 1]).weight)


def test_a_cluster_says_at_most_its_cap_and_its_rows_still_add_up():
    rows = [weighed(name, [-50.0, 0.0, 0.0], cluster="same") for name in NAMES]
    total = combine(rows, [1, 1, 1])
    # Six series of 20, worth 12 / 7 together, of which the cap of 20 leaves 17.3.
    assert np.ptp(total.decibans.sum(axis=0)) == pytest.approx((240 / 7) / (1 + (12 / 7) ** 2) ** 0.5)
    assert total.capped.all()


def test_a_cluster_that_says_more_never_counts_for_less_nor_for_more_than_its_cap():
    said = [np.ptp(combine([weighed("index", [-log, 0.0, 0.0])], [1, 1, 1]).decibans) for log in (0.1, 1.0, 3.0, 9.0)]
    assert said == sorted(said)
    assert said[0] == pytest.approx(0.1 * DECIBANS, rel=1e-3)
    rows = [weighed("horizon", [-50.0, 0.0, 0.0], cluster="same")] * 200
    assert 17 < np.ptp(combine(rows, [1, 1, 1]).decibans.sum(axis=0)) < 20


def test_adoption_hardly_votes():
    total = combine([weighed("index", [-50.0, 0.0, 0.0], dimension="diffusion")], [1, 1, 1])
    assert total.decibans[0, 0] == pytest.approx(-0.6 / (1 + 0.03**2) ** 0.5)


def test_nothing_is_shown_as_surer_than_999_in_1000():
    expected = {"stall": 0.001, "compounding": 0.998, "recursive": 0.001}
    assert shown(np.array([0.0, 1.0, 0.0])) == pytest.approx(expected)


def test_public_data_need_five_series_and_own_data_one():
    rows = world(exponential, n=6, names=NAMES[:4])
    public = classify(rows, catalogue())
    assert (public.verdict.kind, public.verdict.words) == (
        "too_little",
        "Too little was public on 15 September 2026: 4 series, 5 are needed.",
    )
    assert classify(rows, catalogue(own=True)).verdict.kind != "too_little"


def test_public_data_need_three_kinds_of_series():
    two_kinds = {
        key: replace(indicator, cluster="a" if at else "b") for at, (key, indicator) in enumerate(catalogue().items())
    }
    known = Catalogue(two_kinds, origin="test.toml", sha256="", own=False)
    words = classify(world(exponential, n=6), known).verdict.words
    assert words == "Too little was public on 15 September 2026: 6 series of 2 kinds, 3 kinds are needed."


TOO_LITTLE = "Too little was known on 15 September 2026: no series "
TWO_VALUES = "2 dated values, 3 are needed (1 more, by the same subject, definition and method, would do)"


@pytest.mark.parametrize(
    ("n", "changes", "why"),
    [
        (2, {}, f"can vote. Index: {TWO_VALUES}."),
        (6, {"role": "context"}, 'can vote. Index: shown, without a vote (it votes with role = "evidence").'),
        (
            6,
            {"definitions": ("suite",)},
            (
                "can vote. Index: under a definition that is not comparable "
                "(take definitions out of the indicator to use every row)."
            ),
        ),
        (
            6,
            {"series": "frontier", "direction": "down"},
            (
                "can vote. Index: 1 of 6 dated values is a new best, 3 are needed "
                '(write direction = "up" if higher is further, or series = "per_subject" to follow each subject).'
            ),
        ),
    ],
)
def test_own_data_without_a_series_are_too_little_and_say_why(n, changes, why):
    rows = world(exponential, n=n, names=("index",))
    assert classify(rows, catalogue(own=True, **changes)).verdict.words == TOO_LITTLE + why


def test_the_reasons_of_most_values_are_named_first_and_three_at_most():
    indicators = dict(catalogue(own=True))
    indicators["horizon"] = replace(indicators["horizon"], role="context")
    indicators["output"] = replace(indicators["output"], definitions=("suite",))
    indicators["taste"] = replace(indicators["taste"], left_out_subjects=("",))
    sizes = {"horizon": 5, "output": 4, "taste": 3, "index": 2, "kernels": 2}
    rows = pd.concat([world(exponential, n=n, names=(name,)) for name, n in sizes.items()])
    words = classify(rows, indicators).verdict.words
    assert words == (
        f'{TOO_LITTLE}can vote. Horizon: shown, without a vote (it votes with role = "evidence"). '
        f"Index and 1 other: {TWO_VALUES}. Output: under a definition that is not comparable "
        "(take definitions out of the indicator to use every row). 1 other reason beside."
    )


def test_a_day_before_anything_was_known_has_no_series():
    words = classify(world(exponential, n=6), catalogue(own=True), as_of="2020-01-31").verdict.words
    assert words == "Too little was known on 31 January 2020: no series has three values."


def test_the_embedded_record_starts_in_2023_and_own_data_where_they_start():
    rows = world(exponential, n=8).replace({"observed_on": {pd.Timestamp("2023-01-15"): pd.Timestamp("2022-12-31")}})
    public, own = (classify(rows, catalogue(own=own), sensitivity=False) for own in (False, True))
    assert (public.first_date, own.first_date) == (date(2023, 1, 1), None)
    assert ({one.n for one in public.series}, {one.n for one in own.series}) == ({7}, {8})
    assert public.left_out["reason"].unique().tolist() == ["observed before 2023-01-01"]


def test_leaving_a_value_out_is_classifying_without_it():
    rows = world(hyperbola, n=7, noise=0.3)
    check = next(
        check
        for check in classify(rows, catalogue()).leave_one_out
        if check.kind == "point" and check.detail["indicator"] == "output"
    )
    gone = (rows["indicator"] == "output") & (rows["observed_on"] == pd.Timestamp(check.detail["observed_on"]))
    expected = classify(rows[~gone], catalogue(), as_of="2026-09-15", sensitivity=False)
    assert check.probabilities == pytest.approx(expected.probabilities)


def test_leaving_an_indicator_out_is_classifying_without_it():
    rows = world(hyperbola, n=7, noise=0.3)
    checks = {check.label: check for check in classify(rows, catalogue()).leave_one_out if check.kind == "indicator"}
    expected = classify(rows[rows["indicator"] != "taste"], catalogue(), sensitivity=False)
    assert checks["without Taste"].probabilities == pytest.approx(expected.probabilities)
    assert len(checks) == 6


def test_a_later_window_is_the_record_without_what_came_before():
    rows = world(hyperbola, n=12, noise=0.3)
    checks = {check.detail["first_date"]: check for check in classify(rows, catalogue()).window_sweep}
    expected = classify(rows[rows["observed_on"] >= "2024-07-01"], catalogue(), sensitivity=False)
    assert checks["2024-07-01"].probabilities == pytest.approx(expected.probabilities)


def test_priors_are_varied_thirteen_ways_and_the_presets_are_among_them():
    checks = {check.label: check for check in classify(world(exponential, n=4), catalogue()).prior_variants}
    assert len(checks) == 13
    assert {"uniform", "ai2027", "sceptic", "mechanism"} <= set(checks)
    assert checks["ai2027"].detail == {"stall": "0.100", "compounding": "0.450", "recursive": "0.450"}


def test_the_default_stands_among_windows_and_priors_and_is_no_check():
    made = classify(world(exponential, n=12), catalogue())
    every = (*made.window_sweep, *made.prior_variants)
    assert [check.label for check in every if check.is_default] == ["whole record", "uniform"]
    assert len(made.checks) == len(every) + len(made.leave_one_out) - 2
    sceptic = classify(world(exponential, n=4), catalogue(), prior="sceptic").prior_variants
    assert [check.label for check in sceptic if check.is_default] == ["sceptic"]


def test_the_mechanism_preset_is_a_prior_of_its_own_and_one_of_the_checks():
    rows = world(hyperbola, n=6, noise=0.6)
    preset = classify(rows, catalogue(), prior="mechanism")
    library = classify(rows, catalogue())
    checks = {check.label: check.probabilities for check in library.prior_variants}
    assert preset.prior.name == "mechanism"
    assert preset.probabilities != library.probabilities
    assert checks["mechanism"] == preset.probabilities
    assert {check.label: check.probabilities for check in preset.prior_variants}["uniform"] == library.probabilities


def test_a_series_of_some_months_says_little_of_years():
    months = pd.date_range("2023-01-15", "2023-09-15", periods=9).normalize()
    short = world(exponential, n=9, names=("index",)).assign(observed_on=months)
    years = world(exponential, n=9, names=("horizon",))
    alone = classify(short, catalogue(own=True), sensitivity=False).evidence.iloc[0]
    beside = classify(pd.concat([short, years]), catalogue(own=True), sensitivity=False).evidence.iloc[1]
    assert (alone["indicator"], beside["indicator"]) == ("index", "index")
    assert alone["recursive"] < -10
    assert beside["recursive"] > -3


def test_the_range_holds_the_default_and_every_check():
    assessment = classify(world(hyperbola, n=5, noise=0.3), catalogue())
    for scenario, (low, high) in assessment.range().items():
        every = [assessment.probabilities[scenario], *(check.probabilities[scenario] for check in assessment.checks)]
        assert (low, high) == (min(every), max(every))


@settings_of_hypothesis(max_examples=40, deadline=None)
@given(st.integers(0, 3), st.floats(0.01, 1e4))
def test_what_became_known_later_is_never_used(row, value):
    rows = world(hyperbola, n=4, names=("index",)).assign(known_since=pd.Timestamp("2026-09-20"))
    later = rows.iloc[[row]].assign(value=value, known_since=pd.Timestamp("2026-10-01"))
    asked = {"indicators": catalogue(own=True), "as_of": "2026-09-30", "sensitivity": False}
    assert classify(pd.concat([rows, later]), **asked).to_json() == classify(rows, **asked).to_json()


def test_without_a_date_the_newest_known_one_is_meant():
    rows = world(exponential, n=4).assign(known_since="2026-10-03")
    assert classify(rows, catalogue(), sensitivity=False).as_of == date(2026, 10, 3)


def test_without_checks_nothing_is_named():
    verdict = classify(world(exponential, n=16), catalogue(), sensitivity=False).verdict
    assert verdict.kind == "leans"
    assert verdict.words == "The public record leans towards compounding gains (over 99 in 100); no checks were made."


def test_json_has_the_keys_that_programs_rely_on():
    said = json.loads(classify(world(exponential, n=4), catalogue()).to_json())
    assert list(said) == [
        "as_of",
        "first_date",
        "prior",
        "leave_out",
        "probabilities",
        "ranges",
        "verdict",
        "none_fits",
        "evidence",
        "window_sweep",
        "leave_one_out",
        "prior_variants",
        "markers",
        "series",
        "left_out",
        "facts",
        "model",
        "residuals",
    ]
    assert list(said["verdict"]) == ["kind", "scenario", "words", "flags"]
    assert list(said["evidence"][0]) == [
        "indicator",
        "title",
        "subject",
        "definition",
        "cluster",
        "n",
        "weight",
        "capped",
        "first_on",
        "last_on",
        "decibans",
    ]
    assert list(said["window_sweep"][0]) == ["kind", "label", "detail", "probabilities", "n_series"]
    assert said["facts"]["n"] == 24


def test_the_number_of_threads_changes_no_byte(tmp_path):
    world(hyperbola, n=20, noise=0.3).to_csv(tmp_path / "rows.csv", index=False)
    program = (
        "import pandas as pd; from metrics.indicator import Indicator; from scenarios import classify;"
        "rows = pd.read_csv('rows.csv');"
        "known = {name: Indicator(id=name, title=name, unit='times', scale='log', lower=0.0, cluster=name)"
        " for name in rows['indicator'].unique()};"
        "print(classify(rows, known).to_json())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path,
            env=os.environ
            | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
            | {"PYTHONPATH": str(Path(__file__).resolve().parents[1])},
            capture_output=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert len(said[0]) > 10_000
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("prior", "weights"),
    [
        ("ai2027", (0.10, 0.45, 0.45)),
        ("sceptic", (0.25, 0.70, 0.05)),
        ("3, 5, 2", (0.3, 0.5, 0.2)),
        ([1, 1, 2], (0.25, 0.25, 0.5)),
        ({"recursive": 2, "stall": 1, "compounding": 1}, (0.25, 0.25, 0.5)),
    ],
)
def test_a_prior_is_read_and_normalised(prior, weights):
    assert parse_prior(prior).weights == pytest.approx(dict(zip(SCENARIOS, weights, strict=True)))


NEXT = (
    "  next   give uniform, ai2027, sceptic, mechanism, or three weights for stall, compounding, recursive such as "
    "0.3,0.5,0.2"
)


@pytest.mark.parametrize(
    ("prior", "found"),
    [
        ("optimist", "'optimist'"),
        ("0.5,0.5", "2 numbers"),
        ("0.5,-0.1,0.6", "0.5, -0.1, 0.6"),
        ("0,0,0", "0, 0, 0"),
        ("a,b,c", "'a,b,c'"),
        ("nan,1,1", "nan, 1, 1"),
        ({"stall": 1}, "stall"),
    ],
)
def test_what_is_no_prior_is_refused(prior, found):
    with pytest.raises(UsageError) as error:
        parse_prior(prior)
    assert str(error.value) == f"prior {prior!r} is not a prior over the three futures\n  found  {found}\n{NEXT}"


SHARE = Indicator(id="share", title="Share", unit="share", scale="logit", lower=0.0, upper=1.0, cluster="share")
OWN = Catalogue(
    {
        "share": SHARE,
        "adopted": replace(SHARE, id="adopted", unit="percent"),
        "speed": replace(catalogue()["index"], id="speed"),
    },
    origin="ours.toml",
    sha256="",
    own=True,
)


def three_rows(**culprit):
    """Three months of a share, the middle one at fault."""
    months = [{"indicator": "share", "observed_on": f"2026-0{month}-01", "value": month / 10} for month in (1, 2, 3)]
    months[1] |= culprit
    return pd.DataFrame(months, dtype=object)


def refusal(rows, indicators=OWN):
    with pytest.raises(DataError) as fault:
        classify(rows, indicators, sensitivity=False)
    return str(fault.value)


SHARES_NEXT = 'write shares as fractions (0.014 for 1.4 %), or set unit = "percent" in ours.toml'

FAULTY_CELLS = [
    ({"indicator": "shares"}, "indicator 'shares' is not in the catalogue", "write share if that is meant"),
    ({"indicator": "zzz"}, "indicator 'zzz' is not in the catalogue", "ours.toml knows share, adopted, speed"),
    ({"observed_on": None}, "observed_on '' is not a date; dates are written 2026-01-31", None),
    (
        {"observed_on": pd.Timestamp("2026-02-01 12:00")},
        "observed_on '2026-02-01 12:00:00' is not a date; dates are written 2026-01-31",
        None,
    ),
    ({"known_since": "soon"}, "known_since 'soon' is not a date; dates are written 2026-01-31", None),
    ({"known_since": "2026-01-01"}, "known_since 2026-01-01 is before observed_on 2026-02-01", None),
    ({"value": "1e999"}, "a number is infinite: value inf, low none, high none", None),
    ({"value": np.nan}, "no value and no bound is given", None),
    ({"value": 1.4}, "value 1.4 is above 1 (share is in share)", SHARES_NEXT),
    ({"indicator": "speed", "value": 0}, "value 0 is not above 0 (speed is in times)", None),
    ({"value_low": 0.3, "value_high": 0.4, "interval": "95%"}, "value 0.2 is not between 0.3 and 0.4", None),
    ({"interval": "90%"}, "interval '90%' is given without value_low or value_high", None),
    (
        {"method": "guess"},
        "method 'guess' is not one of rct, telemetry, survey, benchmark, statement, estimate",
        None,
    ),
]


@pytest.mark.parametrize(("culprit", "reason", "remedy"), FAULTY_CELLS, ids=lambda value: str(value)[:40])
def test_a_row_that_cannot_be_used_is_named(culprit, reason, remedy):
    first, found, last = refusal(three_rows(**culprit)).splitlines()
    assert first == f"observations: {reason} (row 2)"
    assert found.startswith('  found  {"indicator": ')
    assert last == f"  next   {remedy or 'mend the row in observations'}; nothing was loaded"


def test_two_values_of_one_thing_are_refused_with_the_first_of_them():
    assert refusal(three_rows(observed_on="2026-01-01")) == (
        "observations: another value of the same thing, known since the same day (row 1)\n"
        '  found  {"indicator": "share", "observed_on": "2026-01-01", "value": "0.1"}; '
        "1 more row cannot be used either\n"
        "  next   mend the row in observations; nothing was loaded"
    )


def test_a_missing_column_is_named():
    assert refusal(three_rows().rename(columns={"observed_on": "when"})) == (
        "observations: column 'observed_on' is missing\n"
        "  found  indicator, when, value\n"
        "  next   needed: indicator, observed_on, value"
    )


def test_a_doubled_column_is_refused():
    rows = three_rows()
    doubled = {
        column: refusal(pd.concat([rows, rows[[column]]], axis=1)).splitlines()[0]
        for column in ("value", "observed_on")
    }
    assert doubled == {
        "value": "observations: column 'value' is there twice",
        "observed_on": "observations: column 'observed_on' is there twice",
    }


def test_a_cell_of_several_lines_stays_one_cell():
    rows = three_rows(note='a\r\n"b",\rc', value=7.0)
    assert refusal(rows).startswith("observations: value 7 is above 1 (share is in share) (row 2)\n")


def test_a_frame_of_observations_has_fractions_and_is_judged_too():
    judged = take_in(three_rows().assign(indicator="adopted", value=[10, 20, 30]), OWN)
    assert judged["value"].tolist() == [0.1, 0.2, 0.3]
    assert take_in(judged, OWN).equals(judged)
    assert classify(judged, OWN).to_json() == classify_judged(judged, OWN).to_json()
    assert refusal(judged.assign(value=20.0)).startswith(
        "observations: value 20 is above 1 (adopted is in percent, kept as a fraction) (row 1)\n"
    )


def test_a_plain_mapping_of_indicators_is_read_as_a_catalogue_of_ones_own():
    rows = three_rows()
    assert classify(rows, dict(OWN)).to_json() == classify(rows, OWN).to_json()
    assert refusal(three_rows(indicator="zzz"), {"share": SHARE}).endswith(
        "the mapping knows share; nothing was loaded"
    )


def test_an_indicator_under_another_id_than_its_own_is_refused():
    with pytest.raises(CatalogueError) as fault:
        classify(three_rows(), {"share": OWN["speed"]})
    assert str(fault.value) == (
        "indicators: 'share' is given under another id than its own\n"
        "  found  id = 'speed'\n"
        "  next   give each indicator under its id: {one.id: one}"
    )


def saved(rows):
    """The table as the file that `--data` would be given."""
    return rows.to_csv(index=False).encode()


def by_file(rows, **asked):
    judged = read_own(saved(rows), OWN, name="ours.csv", today=date(2026, 11, 22))
    return classify_judged(judged, OWN, **asked).to_json()


SHARES = st.floats(0.001, 0.999) | st.sampled_from([0.5, 0.1 + 0.2])
READINGS = st.fixed_dictionaries(
    {
        "indicator": st.sampled_from(list(OWN)),
        "observed_on": st.dates(date(2020, 1, 1), date(2025, 12, 31)),
        "subject": st.sampled_from(["", "Ann", 'a "b", c\r\nd', "007"]),
        "value": SHARES | st.none(),
        "width": st.floats(0.01, 0.5),
        "interval": st.sampled_from(["", "95%", "range", "bound"]),
        "delay": st.integers(0, 300),
        "method": st.sampled_from(["", "survey"]),
        "source": st.sampled_from(["", "https://example.org/a"]),
    }
)


def own_table(readings):
    """Good rows in each indicator's own unit: shares as fractions, adoption in per cent."""
    rows = pd.DataFrame(readings).drop_duplicates(["indicator", "observed_on", "subject", "method"])
    unit = rows["indicator"].map({"share": 1.0, "adopted": 100.0, "speed": 7.0})
    ended = rows["interval"] != ""
    value = rows["value"].astype(float)
    middle = value.fillna(0.5)
    return pd.DataFrame(
        {
            "indicator": rows["indicator"],
            "observed_on": pd.to_datetime(rows["observed_on"]),
            "known_since": pd.to_datetime(rows["observed_on"]) + pd.to_timedelta(rows["delay"], unit="D"),
            "subject": rows["subject"],
            "value": value.where(rows["interval"].isin(["range", "bound"]) | value.notna(), middle) * unit,
            "value_low": (middle * (1 - rows["width"])).where(ended) * unit,
            "value_high": (middle + (1 - middle) * rows["width"]).where(ended) * unit,
            "interval": rows["interval"],
            "method": rows["method"],
            "source": rows["source"],
        }
    )


@settings_of_hypothesis(max_examples=25, deadline=None)
@given(st.lists(READINGS, min_size=1, max_size=14), st.booleans(), st.none() | st.just("2024-06-30"))
def test_a_frame_and_its_file_give_the_same_bytes(readings, sensitivity, as_of):
    rows = own_table(readings)
    asked = {"sensitivity": sensitivity, "as_of": as_of}
    assert classify(rows, OWN, **asked).to_json() == by_file(rows, **asked)


@settings_of_hypothesis(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, len(FAULTY_CELLS) - 1), min_size=1, max_size=4))
def test_a_frame_and_its_file_are_refused_for_the_same_reason(faults):
    rows = pd.concat([three_rows(**FAULTY_CELLS[fault][0], subject=str(at)) for at, fault in enumerate(faults)])
    with pytest.raises(DataError) as fault:
        by_file(rows)
    in_file = str(fault.value).replace("ours.csv", "observations")
    assert refusal(rows).replace("(row 2)", "(line 3)") == in_file


def test_an_as_of_that_is_no_date_is_refused():
    with pytest.raises(UsageError) as error:
        classify(world(exponential, n=3), catalogue(), as_of="yesterday?")
    assert str(error.value) == (
        "as-of 'yesterday?' is not a date\n  found  'yesterday?'\n  next   write it as YYYY-MM-DD"
    )


@pytest.mark.parametrize(
    "as_of", [pd.NaT, np.datetime64("NaT"), "now", "today", "2026", "20260915", "2026-W38-2", 20260915]
)
def test_an_as_of_is_a_date_and_nothing_like_one(as_of):
    with pytest.raises(UsageError, match="is not a date"):
        classify(world(exponential, n=3), catalogue(), as_of=as_of)


def test_an_as_of_may_be_a_date_an_instant_or_a_text():
    rows = world(exponential, n=3, names=("index",))
    given = (date(2026, 9, 16), pd.Timestamp("2026-09-16 12:00"), np.datetime64("2026-09-16"), "2026-09-16")
    assert {classify(rows, catalogue(), as_of=one, sensitivity=False).as_of for one in given} == {date(2026, 9, 16)}


def test_every_marker_and_prior_cites_its_source():
    assert all(marker.citation for marker in settings().markers)
    assert all(prior.citation for prior in settings().priors.values())


def test_the_hash_follows_the_constants():
    content = (Path(__file__).resolve().parents[1] / "scenarios" / "scenarios.toml").read_bytes()
    changed = content.replace(b"rho = 0.5", b"rho = 0.6")
    assert read_settings(changed).combination.rho == 0.6
    assert read_settings(changed).sha256 != read_settings(content).sha256
