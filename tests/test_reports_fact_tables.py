"""What stands for an indicator where one value must."""

import pandas as pd

from metrics import Indicator
from metrics.observation import COLUMNS
from reports.fact_tables import latest


def rows(*cells):
    """Believed rows of one indicator: subject, day, value."""
    common = dict.fromkeys(COLUMNS, "") | {"value_low": None, "value_high": None, "corroboration": 1.0, "fact_id": "f"}
    frame = pd.DataFrame(
        [
            common | {"indicator": "x", "subject": subject, "observed_on": day, "known_since": day, "value": value}
            for subject, day, value in cells
        ]
    )
    types = {"observed_on": "datetime64[us]", "known_since": "datetime64[us]", "value_low": float, "value_high": float}
    return list(frame.astype(types).itertuples(index=False))


SPEEDUP = Indicator("x", "Speed-up", "times", "log", lower=0.0, left_out_subjects=("a person",))


def test_a_human_baseline_is_not_the_newest_value_of_ai():
    found = latest(rows(("model", "2025-01-01", 3.0), ("a person", "2026-01-01", 4.0)), SPEEDUP)
    assert (found.value.subject, found.n) == ("model", 2)


def test_a_human_baseline_is_shown_where_there_is_nothing_else():
    assert latest(rows(("a person", "2026-01-01", 4.0)), SPEEDUP).value.subject == "a person"
