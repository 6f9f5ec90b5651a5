"""The output multiplier on panels whose answer is known; and when there must be none."""

import numpy as np
import pytest

from metrics.estimators.output import Work, output_multiplier

END = 1_735_689_600  # 2025-01-01


def panel(lines_of_year, *, people=8, per_month=2, agents=None, marked_from=2023, last=2024, noise=0.0, seed=5):
    """Every person lands so many commits a month, of the year's number of durable lines each."""
    chance = np.random.default_rng(seed)
    rows = []
    for year in range(2015, last + 1):
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
    output = estimate(panel(lambda year: 20 if year >= 2023 else 10))
    assert (output.no_estimate, output.baseline_first, output.baseline_last) == ("", "2022-01", "2022-12")
    assert (output.baseline_engineers, output.baseline_commits) == (8, 192)
    first = output.windows[0]
    assert (first.first, first.last, first.engineers) == ("2023-01", "2023-12", 8)
    # Everybody is alike, so every draw of engineers gives the same ratio.
    assert first.durable == (2.0, 2.0, 2.0)
    assert first.changes == (1.0, 1.0, 1.0)
    assert (first.regular_median, first.regulars) == (2.0, 8)
    assert first.placebo == (72, 1.0, 1.0)
    assert first.distinguishable == "yes"


def test_an_agents_lines_count_and_its_account_is_no_engineer():
    # Two commits of 80 lines a month among eight people with twenty lines each: from 20 to 40 a head.
    first = estimate(panel(ten, agents=80)).windows[0]
    assert first.durable.value == pytest.approx(2.0)
    assert first.engineers == 8


def test_a_rise_that_was_there_before_ai_is_not_distinguished_from_drift():
    output = estimate(panel(lambda year: 10 * 1.3 ** (year - 2015)))
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
        ({"marked_from": 2015}, None, "the history has no 12 full months from 2014-01 on"),
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
