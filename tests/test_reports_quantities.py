"""A value in words with what is known of its uncertainty."""

import math

import pytest

from metrics import Indicator
from reports.quantities import Value, measured, span

NAN = math.nan
SHARE = Indicator("share", "Share", "share", "logit", lower=0.0, upper=1.0)
HORIZON = Indicator("horizon", "Horizon", "minutes", "log", lower=0.0)


def test_both_ends_of_an_interval_have_one_unit_where_it_is_the_same():
    assert span(317.0, 3948.0, "minutes") == "5.3 to 66 h"
    assert span(28.083337, 95.2, "minutes") == "28 min to 1.6 h"
    assert span(0.05, 0.31, "share") == "5 to 31\N{THIN SPACE}%"
    assert span(-3.0, 12.0, "points per year") == "−3 to 12 points per year"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Value(0.26, 0.2, 0.31, "95%"), "26 % (95 % interval 20 to 31 %)"),
        (Value(0.26, 0.2, 0.31, "80%"), "26 % (80 % interval 20 to 31 %)"),
        (Value(0.26, 0.2, 0.31, "range"), "26 % (published range 20 to 31 %)"),
        (Value(0.26, NAN, NAN, ""), "26 %"),
        (Value(NAN, 0.2, 0.31, "range"), "20 to 31 % (no single value published)"),
        (Value(NAN, 0.8, 1.0, "bound"), "at least 80 %"),
        (Value(0.8, 0.8, NAN, "bound"), "at least 80 %"),
        (Value(NAN, 0.0, 0.01, "bound"), "at most 1 %"),
        (Value(NAN, 0.01, 0.04, "bound"), "between 1 and 4 %"),
        (Value(NAN, 0.0, 1.0, "bound"), "no value"),
        (Value(NAN, NAN, NAN, "withdrawn"), "withdrawn by its publisher"),
        (Value(NAN, NAN, NAN, ""), "no value"),
    ],
)
def test_a_value_stands_with_what_is_known_of_its_uncertainty(value, words):
    assert measured(value, SHARE).replace("\N{THIN SPACE}", " ") == words


def test_a_horizon_beyond_the_ceiling_of_its_suite_is_a_bound():
    assert measured(Value(NAN, 960.0, NAN, "bound"), HORIZON) == "at least 16 h"
