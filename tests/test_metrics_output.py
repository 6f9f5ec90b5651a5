"""The output multiplier on panels whose answer is known; and when there must be none."""

import numpy as np
import pytest

from metrics.estimators.output import output_multiplier
from metrics.estimators.work import Work

END = 1_735_689_600  # 2025-01-01


def panel(lines_of_year, *, people=8, per_month=2, agents=None, marked_from=2023, first=2015, last=2024, noise=0.0):
    """Every person lands so many commits a month, of the year's number of durable lines each."""
    chance = np.random.default_rng(5)
    rows = []
    for year in range(first, last + 1):
        for month in range(12):
            at = int(np.datetime64(f"{year}-{month + 1:02d}-10", "s").astype(np.int64))
            for author in range(people):
                lines = lines_of_year(year) * np.exp(noise * chance.normal())
                rows += [(at, author, True, year >= marked_from, lines)] * per_month
            if agents and year >= marked_from:
                rows += [(at, people, False, True, agents)] * per_month
    at, author, person, marked, lines = (np.array(column) for column in zip(*rows, strict=True))
    nothing = np.zeros(len(at), bool)
    return Work(at, author, person, marked, lines.astype(float), np.ceil(lines).astype(int), nothing)


def ten(year):
    return 10


def estimate(work, *, year=None, end=END, seed=1):
    return output_multiplier(work, end_at=end, baseline_year=year, seed=seed)


def test_twice_the_lines_of_the_same_people_is_a_multiplier_of_two():
    output = estimate(panel(lambda year: 20 if year >= 2023 else 10, first=2010))
    assert (output.no_estimate, output.baseline_first, output.baseline_last) == ("", "2022-01", "2022-12")
    assert (output.baseline_engineers, output.baseline_commits) == (8, 192)
    first = output.windows[0]
    assert (first.first, first.last, first.engineers) == ("2023-01", "2023-12", 8)
    # Everybody is alike, so every draw of engineers gives the same ratio.
    assert first.durable == (2.0, 2.0, 2.0)
    assert first.changes == (1.0, 1.0, 1.0)
    assert (first.regular_median, first.regulars) == (2.0, 8)
    assert first.placebo == (132, 1.0, 1.0, 6)
    assert first.distinguishable == "yes"


def test_an_agents_lines_count_and_its_account_is_no_engineer():
    # Two commits of 80 lines a month among eight people with twenty lines each: from 20 to 40 a head.
    first = estimate(panel(ten, agents=80)).windows[0]
    assert first.durable.value == pytest.approx(2.0)
    assert first.engineers == 8


def test_a_rise_that_was_there_before_ai_is_not_distinguished_from_drift():
    output = estimate(panel(lambda year: 10 * 1.3 ** (year - 2010), first=2010))
    first = output.windows[0]
    assert first.durable.value == pytest.approx(1.3)
    assert first.placebo.high == pytest.approx(1.3)
    assert first.distinguishable == "no"


def test_people_who_differ_give_an_interval_around_the_value():
    first = estimate(panel(ten, noise=1.0)).windows[0]
    assert first.durable.low < first.durable.value < first.durable.high
    assert first.durable.low < 1 < first.durable.high
    assert first.distinguishable == "no"


def test_the_interval_is_that_of_the_bootstrap_of_a_ratio():
    # Half of ten engineers land three times as much in the window as in the baseline, half as much as before:
    # a draw with k of the first kind has the ratio (3k + (10 - k)) / 10, k binomial(10, 1/2) with 95 % in 2 to 8.
    work = panel(ten, people=10)
    more = (work.author < 5) & (work.at >= np.datetime64("2023-01-01", "s").astype(np.int64))
    first = estimate(work._replace(durable=np.where(more, 30.0, 10.0), added=np.full(len(work.at), 30))).windows[0]
    assert first.durable.value == pytest.approx(2.0)
    assert (first.durable.low, first.durable.high) == pytest.approx((1.4, 2.6))


def test_one_huge_commit_counts_as_the_99th_percentile():
    work = panel(ten)
    work.durable[-3] = work.added[-3] = 100_000
    output = estimate(work, end=END + 40 * 86_400)
    assert (output.windows[-1].durable.value, output.winsorised_above) == (1.0, 10)


def test_what_is_left_out_lands_nothing():
    work = panel(ten)
    late = work.at >= np.datetime64("2023-01-01", "s").astype(np.int64)
    work.left_out[np.flatnonzero(late)[::2]] = True
    first = estimate(work).windows[0]
    assert (first.durable.value, first.changes.value) == (0.5, 0.5)


def test_a_window_whose_lines_may_still_go_is_blank():
    output = estimate(panel(ten), end=END + 20 * 86_400)
    assert [(one.first, one.last, one.durable.value is None) for one in output.windows] == [
        ("2023-01", "2023-12", False),
        ("2023-12", "2024-11", False),
        ("2024-01", "2024-12", True),
    ]
    assert output.windows[-1].added.value == 1.0
    assert output.windows[-1].distinguishable == "no"


def test_a_named_year_is_the_baseline():
    output = estimate(panel(ten), year=2018)
    assert (output.baseline_first, output.baseline_last) == ("2018-01", "2018-12")
    first_months = [one.first for one in output.windows]
    assert first_months == ["2019-01", "2020-01", "2021-01", "2022-01", "2023-01", "2023-12", "2024-01"]


def with_one_marked(work, month):
    """The work with one more commit of the first person's, marked, in a month."""
    at = np.datetime64(month, "s").astype(np.int64)
    more = zip(work, (at, 0, True, True, 9, 9, False), strict=True)
    return Work(*(np.append(column, column.dtype.type(value)) for column, value in more))


@pytest.mark.parametrize("month", ["1970-02", "2018-05", "2021-12", "2031-01"])
def test_one_marked_commit_with_an_odd_date_moves_no_baseline(month):
    # Of a month's 33 commits it is 3 %, of three months' 97 it is 1 %.
    work = panel(lambda year: 20 if year >= 2023 else 10, per_month=4)
    expected, found = estimate(work), estimate(with_one_marked(work, month))
    assert (found.no_estimate, found.baseline_first) == ("", "2022-01")
    assert found.windows[0].durable.value == pytest.approx(expected.windows[0].durable.value, rel=0.01)


def test_a_month_of_few_commits_opens_no_era():
    work = panel(ten, people=6, per_month=1)
    lonely = with_one_marked(work._replace(is_marked=np.zeros(len(work.at), bool)), "2024-12")
    assert estimate(lonely).no_estimate == "the marked share never passes 2%: name a year before AI"


def test_no_change_is_never_distinguished_from_drift_whatever_the_band():
    # Output fell by a tenth every year, and stands still from the baseline on.
    output = estimate(panel(lambda year: 10 * 0.9 ** (min(year, 2022) - 2010), first=2010))
    first = output.windows[0]
    assert (first.durable, first.placebo.high) == ((1.0, 1.0, 1.0), pytest.approx(0.9))
    assert first.distinguishable == "no"


@pytest.mark.parametrize(("first", "apart", "distinguishable"), [(2013, 4, "no"), (2012, 5, "yes")])
def test_a_rise_is_more_than_drift_only_beside_five_pairs_that_share_no_month(first, apart, distinguishable):
    window = estimate(panel(lambda year: 20 if year >= 2023 else 10, first=first)).windows[0]
    assert (window.durable.low, window.placebo.high) == (2.0, 1.0)
    assert (window.placebo.apart, window.distinguishable) == (apart, distinguishable)


def drifting(chance, *, years, walk, people=20):
    """A world without any effect of AI: what a commit lands follows a random walk, for everybody alike.

    Args:
        years: up to 2024; marks begin with the last four.
        walk: standard deviation of a month's step, of the logarithm of lines.
    """
    months = np.arange(12 * years) + (2025 - years - 1970) * 12
    level = 2 + np.cumsum(walk * chance.normal(size=len(months)))
    rate = 2 * np.exp(0.5 * chance.normal(size=people))
    times = chance.poisson(np.repeat(rate, len(months)))
    author = np.repeat(np.repeat(np.arange(people), len(months)), times)
    place = np.repeat(np.tile(np.arange(len(months)), people), times)
    lines = np.exp(level[place] + 1.5 * chance.normal(size=len(place)))
    at = months[place].astype("datetime64[M]").astype("datetime64[s]").astype(np.int64) + 9 * 86_400
    nothing = np.zeros(len(at), bool)
    return Work(at, author, ~nothing, months[place] >= (2021 - 1970) * 12, lines, np.ceil(lines).astype(int), nothing)


def test_output_that_only_drifts_passes_for_more_than_drift_in_at_most_a_tenth_of_windows():
    chance = np.random.default_rng(3)
    worlds = [estimate(drifting(chance, years=years, walk=0.06), end=END + 40 * 86_400) for years in (16, 20, 24) * 12]
    windows = [window for output in worlds for window in output.windows[:4]]
    told = [window.distinguishable for window in windows if window.placebo.apart >= 5]
    assert len(told) > 100
    assert told.count("yes") <= len(told) / 10


def test_few_pairs_of_windows_before_ai_distinguish_nothing():
    output = estimate(panel(lambda year: 20 if year >= 2017 else 10, marked_from=2017), year=2016)
    first = output.windows[0]
    assert first.durable.value == 2.0
    assert first.placebo.pairs == 0
    assert first.distinguishable == "no"


@pytest.mark.parametrize(
    ("made", "year", "reason"),
    [
        ({"people": 4}, None, "the baseline has 4 engineers, 5 are needed"),
        ({"people": 8, "per_month": 1}, None, "the baseline has 96 commits, 100 are needed"),
        ({"marked_from": 2030}, None, "the marked share never passes 2%: name a year before AI"),
        ({"marked_from": 2021, "first": 2021}, None, "the history has no 12 full months from 2020-01 on"),
        ({}, 2015, "the history has no 12 full months from 2015-01 on"),
        ({}, 2025, "the history has no 12 full months from 2025-01 on"),
        ({}, 2024, "no 12 full months have passed since the baseline"),
    ],
)
def test_there_is_no_estimate_without_its_reason(made, year, reason):
    assert estimate(panel(ten, **made), year=year).no_estimate == reason


def test_no_line_in_the_baseline_is_no_estimate():
    work = panel(ten)
    assert estimate(work._replace(durable=work.durable * 0)).no_estimate == "the baseline has no durable source line"


def test_no_commit_at_all_is_no_estimate():
    nothing = np.zeros(0)
    assert estimate(Work(*[nothing] * 7)).no_estimate == "there is no commit that counts up to HEAD's month"


def test_the_seed_decides_the_interval_and_nothing_else():
    work = panel(ten, noise=0.7)
    one, same, other = (estimate(work, seed=seed).windows[0].durable for seed in (1, 1, 2))
    assert one == same
    assert one.value == other.value
    assert one.low != other.low
