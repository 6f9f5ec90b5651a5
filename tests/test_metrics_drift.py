"""A publication that cannot be what it says is told from one that only brings news."""

import pandas as pd
import pytest
from warehouse_samples import horizon, observations, rejected

from metrics.drift import breach
from metrics.observation import Judgement
from metrics.source import Expected

BEFORE = [
    horizon(value, subject=f"m{at}", observed_on=f"2025-{at:02}-01") for at, value in enumerate((1, 2, 4, 8, 16), 1)
]


def judged(rows, refused=0):
    return Judgement(
        observations(rows), rejected(*[(at, "task_horizon_p50", "not a date", "", "{}") for at in range(refused)])
    )


def told(rows, *, refused=0, before=BEFORE, **expected):
    found = breach(Expected(**expected), judged(rows, refused), observations(before))
    return found and f"{found.rule}: {found.reason}"


def moved(*factors):
    return [row | {"value": row["value"] * factor} for row, factor in zip(BEFORE, factors, strict=True)]


NEWS = {
    "the same again": BEFORE,
    "a model more": [*BEFORE, horizon(32.0, subject="m6", observed_on="2025-06-01")],
    "a model less of five": BEFORE[1:],
    "one value of five changed": moved(1, 1, 1, 1, 3),
    "every value corrected a little": moved(1.2, 1.2, 0.8, 1.2, 1.2),
}


@pytest.mark.parametrize("name", NEWS)
def test_news_are_no_breach(name):
    assert told(NEWS[name]) is None


def test_the_first_publication_is_compared_with_nothing():
    assert told(BEFORE[:1], before=[]) is None


BREACHES = {
    "two models less of five": ({"rows": BEFORE[2:]}, "too few rows: 3 rows, after 5 before"),
    "two values of five changed": (
        {"rows": moved(1, 1, 1, 3, 3)},
        "too many values changed: 2 of 5 values known before moved by more than 25%",
    ),
    "every value changed by more than its source allows": (
        {"rows": moved(1.05, 1.05, 1.05, 1.05, 1.05), "tolerance": 0.03},
        "too many values changed: 5 of 5 values known before moved by more than 3%",
    ),
    "an older end": (
        {"rows": [*BEFORE[:4], horizon(3.0, subject="m9", observed_on="2025-04-20")]},
        "older than what is known: it ends on 2025-04-20, and that before on 2025-05-01",
    ),
    "another indicator": (
        {"rows": [row | {"indicator": "task_horizon_p80"} for row in BEFORE]},
        "an indicator is gone: there is nothing of task_horizon_p50 in it, and was before",
    ),
    "three rows of eight refused": (
        {"rows": BEFORE, "refused": 3},
        "too many rows refused: 3 of 8 rows are refused: not a date",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_says_what_was_found(name):
    given, expected = BREACHES[name]
    assert told(**given) == expected


def test_a_value_that_became_a_bound_is_not_counted_as_changed():
    bound = [row | {"value": float("nan"), "value_low": row["value"], "interval": "bound"} for row in BEFORE]
    assert told(bound) is None
    assert pd.isna(observations(bound)["value"]).all()
