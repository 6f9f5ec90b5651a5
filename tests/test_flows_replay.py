"""Replays and calibrations as they are typed, and what is kept of them."""

import json
from datetime import UTC, date, datetime

from flows.choices import USUAL
from flows.replay import keep_monthly
from warehouse.connection import live
from warehouse.home import Home
from warehouse.replays import latest_replay

QUARTERS = ["replay", "--from", "2024-01", "--to", "2024-06", "--every", "quarter"]


def test_a_replay_is_told_kept_and_told_again_in_the_same_bytes(threefutures, folder):
    assert threefutures("ingest", "published_facts")[0] == 0
    code, first, _ = threefutures(*QUARTERS, "--json")
    assert code == 0
    assert [step["as_of"] for step in json.loads(first)["steps"]] == ["2024-03-31", "2024-06-30"]
    assert threefutures(*QUARTERS, "--json")[1] == first
    _, out, _ = threefutures("sql", "SELECT as_of, kept_by FROM replay ORDER BY as_of", "--json")
    assert [(row["as_of"], row["kept_by"]) for row in json.loads(out)] == [
        ("2024-03-31", "replay"),
        ("2024-06-30", "replay"),
    ]
    _, text, _ = threefutures(*QUARTERS)
    assert text.startswith("31 March 2024 to 30 June 2024. What would have been said on each date")


def test_a_run_computes_the_months_that_no_run_has_told(threefutures, folder):
    assert threefutures("ingest", "published_facts")[0] == 0
    home, at = Home(folder / "data"), datetime(2024, 4, 1, tzinfo=UTC)
    assert keep_monthly(home, until=date(2023, 3, 15), choices=USUAL, at=at) == (3, 3)
    assert keep_monthly(home, until=date(2023, 4, 2), choices=USUAL, at=at) == (4, 2)
    assert keep_monthly(home, until=date(2023, 4, 2), choices=USUAL, at=at) == (4, 0)
    assert keep_monthly(home, until=date(2022, 12, 31), choices=USUAL, at=at) == (0, 0)
    with live(home) as connection:
        days = [step["as_of"] for step in latest_replay(connection)["steps"]]
    assert days == ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-02"]


def test_a_calibration_is_typed_with_its_worlds_and_seed(threefutures):
    code, out, _ = threefutures("calibrate", "--worlds", "3", "--seed", "5", "--jobs", "1", "--json")
    said = json.loads(out)
    assert code == 0
    assert (said["seed"], {suite["n_worlds"] for suite in said["suites"]}) == (5, {3})
