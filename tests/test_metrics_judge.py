"""Every rule that a row must meet, and what a refusal says."""

import json
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import Catalogue, Indicator
from metrics.errors import DataError
from metrics.judge import LONGEST_TEXT, judge
from metrics.observation import COLUMNS

TODAY = date(2026, 11, 22)
CATALOGUE = Catalogue(
    {
        "code_share": Indicator("code_share", "Code share", "share", "logit", lower=0, upper=1),
        "horizon": Indicator("horizon", "Horizon", "minutes", "log", lower=0),
    },
    origin="test.toml",
    sha256="",
    own=True,
)
GOOD = {
    "source": "data",
    "indicator": "code_share",
    "observed_on": "2025-01-31",
    "known_since": "2025-02-01",
    "value": "0.5",
}


def raw(*rows):
    """A raw frame whose lines begin at 2, under a header."""
    cells = [dict.fromkeys(COLUMNS, "") | GOOD | row for row in rows]
    frame = pd.DataFrame(cells, columns=list(COLUMNS))
    return frame.assign(line=range(2, 2 + len(rows)), row=[json.dumps(row) for row in rows])


def with_culprit(**culprit):
    """Three rows, the middle one at fault."""
    return raw({"subject": "first"}, {"subject": "culprit", **culprit}, {"subject": "last"})


FAULTS = [
    ({"value": "12 %"}, "not a number", "value '12 %' is not a number"),
    ({"value": "1,5"}, "not a number", "value '1,5' is not a number"),
    ({"value": "nan"}, "not a number", "value 'nan' is not a number"),
    ({"n": "many"}, "not a number", "n 'many' is not a number"),
    ({"value": "inf"}, "not finite", "a number is infinite: value inf, low none, high none"),
    ({"value": "1e400"}, "not finite", "a number is infinite: value inf, low none, high none"),
    ({"value": "1.4"}, "out of bounds", "value 1.4 is above 1 (code_share is in share)"),
    ({"value": "-0.1"}, "out of bounds", "value -0.1 is not above 0 (code_share is in share)"),
    ({"indicator": "horizon", "value": "0"}, "out of bounds", "value 0 is not above 0 (horizon is in minutes)"),
    (
        {"value_low": "0.4", "value_high": "1.2", "interval": "95%"},
        "out of bounds",
        "the interval 0.4 to 1.2 is not within 0 to 1 (code_share is in share)",
    ),
    (
        {"value": "", "value_low": "0.6", "value_high": "0.4", "interval": "range"},
        "low above high",
        "value_low 0.6 is above value_high 0.4",
    ),
    (
        {"value_low": "0.6", "value_high": "0.8", "interval": "95%"},
        "value outside its interval",
        "value 0.5 is not between 0.6 and 0.8",
    ),
    ({"value": ""}, "no value", "no value and no bound is given"),
    ({"value": "", "value_low": "0.4", "interval": "95%"}, "no value", "no value and no bound is given"),
    ({"interval": "withdrawn"}, "value withdrawn", "a withdrawn value must be empty, found 0.5"),
    (
        {"interval": "90%"},
        "interval without its ends",
        "interval '90%' is given without value_low or value_high",
    ),
    (
        {"value": "", "value_low": "0.4", "value_high": "0.4", "interval": "bound"},
        "bound without room",
        "a bound from 0.4 to 0.4 is a value, not a bound",
    ),
    ({"interval": "50%"}, "unknown interval", "interval '50%' is not one of 95%, 90%, 80%, range, bound, withdrawn"),
    (
        {"method": "guess"},
        "unknown method",
        "method 'guess' is not one of rct, telemetry, survey, benchmark, statement, estimate",
    ),
    ({"confidence": "total"}, "unknown confidence", "confidence 'total' is not one of high, medium, low"),
    ({"indicator": "code_shar"}, "unknown indicator", "indicator 'code_shar' is not in the catalogue"),
    (
        {"observed_on": "31.01.2025"},
        "not a date",
        "observed_on '31.01.2025' is not a date; dates are written 2026-01-31",
    ),
    (
        {"observed_on": "2025-02-30"},
        "not a date",
        "observed_on '2025-02-30' is not a date; dates are written 2026-01-31",
    ),
    (
        {"observed_on": "1066-10-14"},
        "not a date",
        "observed_on '1066-10-14' is not a date; dates are written 2026-01-31",
    ),
    ({"known_since": ""}, "not a date", "known_since '' is not a date; dates are written 2026-01-31"),
    (
        {"observed_on": "2026-11-23", "known_since": "2026-11-23"},
        "in the future",
        "observed_on 2026-11-23 is after 2026-11-22",
    ),
    ({"known_since": "2026-11-23"}, "in the future", "known_since 2026-11-23 is after 2026-11-22"),
    (
        {"known_since": "2025-01-30"},
        "known before observed",
        "known_since 2025-01-30 is before observed_on 2025-01-31",
    ),
    ({"note": "x" * (LONGEST_TEXT + 1)}, "text too long", "note is too long"),
]


@pytest.mark.parametrize(("culprit", "rule", "reason"), FAULTS, ids=lambda value: str(value)[:40])
def test_a_faulty_row_is_rejected_alone_with_its_rule_and_reason(culprit, rule, reason):
    judgement = judge(with_culprit(**culprit), CATALOGUE, today=TODAY)
    assert judgement.accepted["subject"].tolist() == ["first", "last"]
    (rejected,) = judgement.rejected.to_dict("records")
    assert (rejected["line"], rejected["rule"], rejected["reason"]) == (3, rule, reason)


def test_a_rejected_row_is_kept_as_it_came():
    (rejected,) = judge(with_culprit(value="=cmd()"), CATALOGUE, today=TODAY).rejected.to_dict("records")
    assert json.loads(rejected["row"]) == {"subject": "culprit", "value": "=cmd()"}


def test_a_long_cell_is_cut_in_the_reason_and_whole_in_the_row():
    (rejected,) = judge(with_culprit(value="9" * 3_000 + "x"), CATALOGUE, today=TODAY).rejected.to_dict("records")
    assert len(rejected["reason"]) < 120
    assert len(json.loads(rejected["row"])["value"]) == 3_001


def test_a_bound_without_a_value_is_accepted_and_stays_censored():
    accepted = judge(raw({"value": "", "value_low": "0.8", "interval": "bound"}), CATALOGUE, today=TODAY).accepted
    row = accepted.iloc[0]
    assert pd.isna(row["value"])
    assert (row["value_low"], row["interval"]) == (0.8, "bound")


def test_a_withdrawal_is_accepted_without_a_value():
    accepted = judge(raw({"value": "", "interval": "withdrawn"}), CATALOGUE, today=TODAY).accepted
    assert accepted["interval"].tolist() == ["withdrawn"]


def test_the_later_of_two_equal_rows_is_said_twice():
    judgement = judge(raw({}, {}), CATALOGUE, today=TODAY)
    assert len(judgement.accepted) == 1
    assert judgement.rejected[["line", "rule"]].to_numpy().tolist() == [[3, "said twice"]]


def test_two_values_of_one_thing_known_since_one_day_are_both_rejected():
    judgement = judge(raw({"value": "0.5"}, {"value": "0.6"}, {"subject": "other"}), CATALOGUE, today=TODAY)
    assert judgement.accepted["subject"].tolist() == ["other"]
    assert judgement.rejected["rule"].tolist() == ["contradiction", "contradiction"]


def test_a_revision_in_the_same_batch_is_no_contradiction():
    rows = raw({"value": "0.5"}, {"value": "0.6", "known_since": "2025-03-01"})
    assert judge(rows, CATALOGUE, today=TODAY).accepted["value"].tolist() == [0.5, 0.6]


def test_an_index_with_repeated_labels_loses_no_row():
    frame = with_culprit(value="x")
    frame.index = pd.Index([0, 0, 0])
    judgement = judge(frame, CATALOGUE, today=TODAY)
    assert judgement.accepted["subject"].tolist() == ["first", "last"]


def test_accepted_rows_have_the_columns_and_types_of_an_observation():
    accepted = judge(raw({}), CATALOGUE, today=TODAY).accepted
    assert accepted.columns.tolist() == list(COLUMNS)
    assert str(accepted["observed_on"].dtype) == "datetime64[us]"
    assert str(accepted["value"].dtype) == "float64"


def test_an_empty_frame_is_a_fault_of_the_batch():
    with pytest.raises(DataError) as fault:
        judge(raw({}).head(0), CATALOGUE, today=TODAY)
    assert str(fault.value) == (
        "the observations are empty\n  found  0 rows\n  next   a source that has nothing to say must fail; look at it"
    )


def test_a_missing_column_is_a_fault_of_the_batch():
    with pytest.raises(DataError, match="the observations have no column 'value'"):
        judge(raw({}).drop(columns="value"), CATALOGUE, today=TODAY)


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "subject": st.sampled_from(["a", "b"]),
                "value": st.sampled_from(["0.5", "0.6", "", "x", "7", "inf", "-1", "0"]),
                "known_since": st.sampled_from(["2025-02-01", "2024-01-01", "2027-01-01", "?"]),
                "interval": st.sampled_from(["", "95%", "withdrawn", "bound"]),
            }
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_row_read_is_accepted_or_rejected_once(rows):
    judgement = judge(raw(*rows), CATALOGUE, today=TODAY)
    assert len(judgement.accepted) + len(judgement.rejected) == len(rows)
    assert judgement.rejected["line"].is_unique


@pytest.mark.parametrize(("own", "kept"), [(True, ["first", "culprit", "last"]), (False, ["first", "last"])])
def test_a_table_of_ones_own_may_be_of_an_older_history_than_that_of_ai(own, kept):
    catalogue = Catalogue(CATALOGUE, origin="ours.toml", sha256="", own=own)
    judgement = judge(with_culprit(observed_on="1837-06-20"), catalogue, today=TODAY)
    assert judgement.accepted["subject"].tolist() == kept
