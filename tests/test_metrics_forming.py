"""What is believed on a date, and which rows of it form a series."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import Indicator
from metrics.beliefs import beliefs, believed
from metrics.errors import DataError
from metrics.forming import form, form_series
from metrics.observation import COLUMNS

LATE = date(2026, 11, 22)


def observations(*rows):
    """Accepted observations of indicator "x" by Ann, known when observed."""
    common = {"source": "s", "indicator": "x", "subject": "Ann", "value": 1.0, "observed_on": "2025-01-01"}
    cells = []
    for row in rows:
        cell = dict.fromkeys(COLUMNS, "") | dict.fromkeys(("value_low", "value_high"), np.nan) | common | row
        cells.append(cell | {"known_since": row.get("known_since", cell["observed_on"])})
    frame = pd.DataFrame(cells, columns=list(COLUMNS))
    return frame.assign(
        observed_on=pd.to_datetime(frame["observed_on"]), known_since=pd.to_datetime(frame["known_since"])
    )


def yearly(*values, **row):
    """One row a year from 2020."""
    return [{"observed_on": f"{2020 + at}-01-01", "value": value, **row} for at, value in enumerate(values)]


def indicator(**changes):
    return {"x": Indicator(**{"id": "x", "title": "X", "unit": "minutes", "scale": "log", "lower": 0.0} | changes)}


def formed(rows, as_of=LATE, **changes):
    return form_series(observations(*rows), indicator(**changes), as_of=as_of)


def values(result):
    return [one.value.tolist() for one in result.series]


def test_a_revision_is_invisible_before_it_was_published():
    frame = observations({"value": 59.0, "known_since": "2025-03-19"}, {"value": 64.0, "known_since": "2026-01-20"})
    assert believed(frame, date(2025, 6, 1))["value"].tolist() == [59.0]
    assert believed(frame, date(2026, 2, 1))["value"].tolist() == [64.0]


def test_a_withdrawn_value_is_gone_from_the_day_it_was_withdrawn():
    frame = observations(
        {"value": 59.0, "known_since": "2025-03-19"},
        {"value": np.nan, "interval": "withdrawn", "known_since": "2026-01-20"},
    )
    assert believed(frame, date(2026, 1, 19))["value"].tolist() == [59.0]
    assert believed(frame, date(2026, 1, 20)).empty


def test_two_dated_values_are_too_few_for_a_series():
    result = formed(yearly(1.0, 2.0))
    assert result.series == ()
    assert result.left_out["reason"].tolist() == ["2 dated values, 3 are needed"]


def told(result):
    return result.left_out[["n", "reason", "next"]].to_numpy().tolist()


def test_what_is_too_short_says_how_much_is_missing():
    result = formed([*yearly(1.0, 2.0), *yearly(1.0, subject="Bob")])
    assert told(result) == [
        [2, "2 dated values, 3 are needed", "1 more, by the same subject, definition and method, would do"],
        [1, "1 dated value, 3 are needed", "2 more, by the same subject, definition and method, would do"],
    ]


@pytest.mark.parametrize(
    ("numbers", "direction", "reason", "turned"),
    [
        ((9.0, 5.0, 4.0, 2.0), "up", "1 of 4 dated values is a new best", 'direction = "down" if lower is further'),
        ((5.0, 9.0, 4.0), "up", "2 of 3 dated values are a new best", 'direction = "down" if lower is further'),
        ((1.0, 2.0, 4.0), "down", "1 of 3 dated values is a new best", 'direction = "up" if higher is further'),
    ],
)
def test_a_frontier_that_hardly_moves_says_so_and_names_its_direction(numbers, direction, reason, turned):
    result = formed(yearly(*numbers), series="frontier", direction=direction)
    assert result.series == ()
    assert told(result) == [
        [
            len(numbers),
            f"{reason}, 3 are needed",
            f'write {turned}, or series = "per_subject" to follow each subject',
        ]
    ]


def test_several_rows_of_one_day_are_one_dated_value():
    rows = [{"subject": name, "value": value} for name, value in [("A", 1.0), ("B", 2.0), ("C", 3.0)]]
    (row,) = told(formed(rows, series="frontier"))
    assert row[:2] == [3, "1 dated value, 3 are needed"]


def test_subjects_are_never_joined_unless_the_indicator_says_so():
    rows = [*yearly(1.0, 2.0, 3.0), *yearly(4.0, 5.0, 6.0, subject="Bob")]
    assert values(formed(rows)) == [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]


def test_definitions_and_methods_are_never_joined():
    rows = [*yearly(1.0, 2.0, definition="lines"), *yearly(3.0, 4.0, definition="commits")]
    assert formed(rows, series="per_definition").series == ()
    rows = [*yearly(1.0, 2.0, method="survey"), *yearly(3.0, 4.0, method="telemetry")]
    assert formed(rows, series="frontier").series == ()


def test_methods_are_joined_where_the_indicator_asks_for_it():
    rows = [*yearly(1.0, 2.0, method="survey"), {"observed_on": "2023-01-01", "value": 4.0, "method": "telemetry"}]
    (series,) = formed(rows, mixes_methods=True).series
    assert series.method.tolist() == ["survey", "survey", "telemetry"]


def test_a_frontier_is_what_was_further_than_everything_before():
    assert values(formed(yearly(1.0, 5.0, 3.0, 5.0, 8.0), series="frontier")) == [[1.0, 5.0, 8.0]]


def test_a_frontier_of_a_falling_cost_is_the_lowest_so_far():
    assert values(formed(yearly(9.0, 5.0, 7.0, 4.0), series="frontier", direction="down")) == [[9.0, 5.0, 4.0]]


def test_a_frontier_steps_over_subjects_and_keeps_their_names():
    rows = [
        {"subject": name, "observed_on": day, "value": value}
        for name, day, value in [("A", "2024-01-01", 1.0), ("B", "2024-01-01", 2.0), ("C", "2025-01-01", 3.0)]
    ]
    rows.append({"subject": "D", "observed_on": "2026-01-01", "value": 9.0})
    (series,) = formed(rows, series="frontier").series
    assert series.subjects.tolist() == ["B", "C", "D"]


def test_a_human_baseline_is_not_a_step_of_the_frontier():
    rows = [*yearly(1.0, 2.0, 3.0), {"subject": "human expert", "observed_on": "2020-06-01", "value": 50.0}]
    result = formed(rows, series="frontier", left_out_subjects=("human expert",))
    assert values(result) == [[1.0, 2.0, 3.0]]
    assert told(result) == [
        [1, "a reference, not a measurement of AI", "take it out of left_out_subjects if it is a measurement of AI"]
    ]


def test_the_preferred_definition_is_used_once_it_has_enough_values():
    old = yearly(1.0, 2.0, 3.0, definition="old suite")
    new = [row | {"known_since": "2026-01-01"} for row in yearly(4.0, 5.0, 6.0, definition="new suite")]
    preferring = {"series": "frontier", "definitions": ("new suite", "old suite")}
    assert values(formed([*old, *new], date(2025, 12, 31), **preferring)) == [[1.0, 2.0, 3.0]]
    preferred = formed([*old, *new], date(2026, 1, 1), **preferring)
    assert values(preferred) == [[4.0, 5.0, 6.0]]
    assert told(preferred) == [
        [
            3,
            "another definition of the same thing is preferred",
            "the first of the indicator's definitions is preferred",
        ]
    ]


def test_a_definition_that_is_not_comparable_is_left_out_and_said():
    result = formed([*yearly(1.0, 2.0, 3.0, definition="rounded")], definitions=("suite",), series="frontier")
    assert told(result) == [
        [3, "under a definition that is not comparable", "take definitions out of the indicator to use every row"]
    ]


def test_low_confidence_rows_are_left_out_and_said():
    rows = [*yearly(1.0, 2.0, 3.0), {"observed_on": "2024-01-01", "value": 99.0, "confidence": "low"}]
    result = formed(rows)
    assert values(result) == [[1.0, 2.0, 3.0]]
    assert result.left_out[["n", "reason"]].to_numpy().tolist() == [[1, "of low confidence"]]


def test_an_indicator_of_context_has_no_series():
    result = formed(yearly(1.0, 2.0, 3.0), role="context")
    assert result.series == ()
    assert told(result) == [[3, "context: shown, without a vote", 'it votes with role = "evidence"']]


@pytest.mark.parametrize(
    ("published", "low", "high"),
    [
        ({"value": 0.8, "value_low": 0.8, "value_high": 1.0}, 0.8, None),
        ({"value": np.nan, "value_low": 0.0, "value_high": 0.01}, None, 0.01),
        ({"value": np.nan, "value_low": 0.01, "value_high": 0.04}, 0.01, 0.04),
    ],
)
def test_a_bound_stays_a_bound_and_its_open_end_is_open(published, low, high):
    rows = [*yearly(0.1, 0.2, 0.3), {"observed_on": "2024-01-01", "interval": "bound", **published}]
    (series,) = formed(rows, unit="share", scale="logit", lower=0.0, upper=1.0).series
    ends = [None if np.isnan(end) else float(end) for end in (series.value_low[3], series.value_high[3])]
    assert np.isnan(series.value[3])
    assert ends == [low, high]


def test_a_bound_that_bounds_nothing_is_no_value():
    rows = [*yearly(0.1, 0.2), {"observed_on": "2024-01-01", "interval": "bound", "value_low": 0.0, "value_high": 1.0}]
    result = formed(rows, unit="share", scale="logit", lower=0.0, upper=1.0)
    assert result.series == ()
    assert told(result) == [
        [1, "a bound that excludes nothing", "give the end that is known"],
        [2, "2 dated values, 3 are needed", "1 more, by the same subject, definition and method, would do"],
    ]


def test_a_table_of_raw_measurements_is_refused_before_it_takes_all_day():
    rows = [{"subject": f"run {at}"} for at in range(501)]
    with pytest.raises(DataError) as fault:
        formed(rows)
    assert str(fault.value) == (
        "501 series are too many to compare\n"
        "  found  x has 501 subjects; at most 500 series can be\n"
        '  next   add up over subjects first, or set series = "frontier" to follow the best of them'
    )
    assert formed(rows, series="frontier").series == ()


def test_the_order_of_rows_never_shows():
    rows = [*yearly(3.0, 1.0, 2.0), *yearly(5.0, 6.0, 7.0, subject="Bob")]
    assert values(formed(rows[::-1])) == values(formed(rows))


def test_points_are_in_order_of_date_and_one_a_date():
    (series,) = formed([*yearly(1.0, 2.0, 3.0)][::-1]).series
    assert (np.diff(series.observed_on).astype(int) > 0).all()


def vintage(day, *values):
    return [row | {"known_since": day} for row in yearly(*values)]


def test_a_series_of_whole_vintages_takes_no_point_from_an_earlier_one():
    rows = [*vintage("2025-03-01", 1.0, 2.0, 3.0, 4.0, 5.0), *vintage("2025-06-01", 1.0, 2.5, 3.0)]
    assert values(formed(rows, whole_vintages=True)) == [[1.0, 2.5, 3.0]]
    assert values(formed(rows)) == [[1.0, 2.5, 3.0, 4.0, 5.0]]
    assert values(formed(rows, as_of=date(2025, 5, 1), whole_vintages=True)) == [[1.0, 2.0, 3.0, 4.0, 5.0]]
    assert told(formed(rows, whole_vintages=True))[0][:2] == [2, "not in the newest publication of its source"]


def test_two_sources_of_one_vintage_are_never_points_of_one_series():
    rows = [*vintage("2025-06-01", 1.0, 2.0, 3.0), *vintage("2025-06-01", 9.0, 9.5, 10.0)]
    rows = [row | {"source": "a" if at < 3 else "b"} for at, row in enumerate(rows)]
    assert values(formed(rows, whole_vintages=True)) == [[1.0, 2.0, 3.0]]


def both_of(first, second):
    """Rows of the embedded facts, and of a source each of whose publications is whole."""
    return [row | {"source": "a"} for row in first] + [row | {"source": "hub"} for row in second]


def test_a_whole_publication_takes_the_place_of_every_other_source_while_it_is_the_newest():
    ours = [*vintage("2025-03-01", 1.0, 2.0, 3.0, 4.0), *vintage("2025-09-01", 1.0, 2.0, 3.0, 4.5)]
    rows = both_of(ours, vintage("2025-06-01", 1.5, 2.5, 3.5))
    hub = {"whole_sources": ("hub",)}
    assert values(formed(rows, as_of=date(2025, 5, 1), **hub)) == [[1.0, 2.0, 3.0, 4.0]]
    assert values(formed(rows, as_of=date(2025, 7, 1), **hub)) == [[1.5, 2.5, 3.5]]
    # The embedded one is newer again: the two are one witness, and never voters beside each other.
    assert values(formed(rows, as_of=date(2025, 10, 1), **hub)) == [[1.0, 2.0, 3.0, 4.5]]
    assert values(formed(rows, as_of=date(2025, 10, 1))) == [[1.5, 2.5, 3.5, 4.5]]


def test_of_two_publications_of_one_day_the_whole_one_is_read():
    rows = both_of(vintage("2025-06-01", 1.0, 2.0, 3.0, 9.0), vintage("2025-06-01", 1.5, 2.5, 3.5))
    assert values(formed(rows, whole_sources=("hub",))) == [[1.5, 2.5, 3.5]]


def test_a_whole_source_that_is_absent_changes_nothing():
    rows = vintage("2025-06-01", 1.0, 2.0, 3.0)
    assert values(formed(rows, whole_sources=("hub",))) == values(formed(rows)) == [[1.0, 2.0, 3.0]]


def test_a_value_beyond_what_is_certified_is_a_lower_bound():
    (series,) = formed(yearly(1.0, 2.0, 960.0, 1045.0), certified_to=960.0).series
    assert series.interval.tolist() == ["", "", "", "bound"]
    assert np.isnan(series.value[3])
    assert (series.value_low[3], np.isnan(series.value_high[3])) == (960.0, True)


def test_a_restated_value_is_known_since_it_was_first_said():
    rows = [*vintage("2025-03-01", 1.0, 2.0, 3.0), *vintage("2025-06-01", 1.0, 2.0, 3.0)]
    (series,) = formed(rows, whole_vintages=True).series
    assert set(series.known_since.astype(str)) == {"2025-03-01"}


LISTED = st.builds(
    dict,
    source=st.sampled_from(["a", "hub"]),
    subject=st.sampled_from(["Ann", "Bob"]),
    definition=st.sampled_from(["", "lines"]),
    observed_on=st.sampled_from([f"2020-0{month}-01" for month in range(1, 6)]),
    known_since=st.sampled_from(["2021-01-01", "2021-02-01"]),
    value=st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]),
)


@given(
    st.lists(LISTED, min_size=10, max_size=40),
    st.fixed_dictionaries(
        {
            "series": st.sampled_from(["frontier", "per_subject"]),
            "whole_vintages": st.booleans(),
            "whole_sources": st.sampled_from([(), ("hub",)]),
        }
    ),
)
def test_a_source_or_subject_left_out_of_what_is_believed_is_as_if_it_had_never_been(rows, changes):
    known = indicator(**changes)
    everything = beliefs(observations(*rows), LATE)
    for column, gone in ("source", "hub"), ("subject", "Bob"):
        left = [row for row in rows if row[column] != gone]
        without = {"source": gone} if column == "source" else {"subjects": frozenset([("x", gone)])}
        found = form(everything.without(**without), known)
        expected = formed(left, **changes) if left else form(everything.of(frozenset()), known)
        assert values(found) == values(expected)
        assert told(found) == told(expected)
