"""What a run says of the next values."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from flows.assess import next_values
from metrics.indicator import Indicator
from scenarios import classify
from warehouse.connection import live
from warehouse.home import Home
from warehouse.results import store_assessment

HOURS = Indicator("hours", "Hours", "hours", "log", lower=0.0, cluster="hours")


@pytest.fixture(scope="module")
def assessment():
    days = pd.date_range("2024-01-31", periods=5, freq="ME")
    rows = pd.DataFrame({"indicator": "hours", "observed_on": days, "value": np.exp(np.arange(5) / 2)})
    return classify(rows, {"hours": HOURS}, as_of="2024-06-30", sensitivity=False)


def test_next_values_are_worked_out_once_for_an_assessment(tmp_path, assessment):
    home = Home(tmp_path)
    home.prepare()
    with live(home) as connection:
        (wire,) = next_values(connection, assessment).wires
        assert (wire.indicator, wire.next_on) == ("hours", date(2024, 6, 30))
        document = assessment.to_dict() | {"tripwires": []}
        store_assessment(connection, document, run_id="run", stored_at=datetime(2024, 7, 1, tzinfo=UTC))
        assert next_values(connection, assessment).wires == ()
