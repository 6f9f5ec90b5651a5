"""Facts are dated by when they were known, appended once, and the same in whichever order they arrive."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warehouse_samples import NOW, append, believed, horizon, landed, observations, values, withdrawal

from metrics.observation import COLUMNS
from warehouse.connection import SCHEMA, create, live
from warehouse.export import EXPORTED, write_parquet
from warehouse.facts import Kept, as_of, every, find, sha256_of
from warehouse.home import Home
from warehouse.quarantine import quarantined


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(tmp_path)
    home.prepare()
    with live(home) as connection:
        yield connection


def in_memory() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute(SCHEMA.read_text())
    return connection


def test_a_revision_is_invisible_before_it_was_published(warehouse):
    append(warehouse, [horizon(59.0, known_since="2025-03-19")])
    append(warehouse, [horizon(64.0, known_since="2026-01-20")], "later.csv")
    assert believed(warehouse, "2025-06-01") == [59.0]
    assert believed(warehouse, "2026-02-01") == [64.0]


def test_a_fact_is_known_on_the_day_it_was_published_and_not_on_the_day_before(warehouse):
    append(warehouse, [horizon(59.0, known_since="2025-03-19")])
    assert believed(warehouse, "2025-03-18") == []
    assert believed(warehouse, "2025-03-19") == [59.0]


def test_what_is_kept_comes_back_as_it_was(warehouse):
    rows = [horizon(59.0, value_low=20.0, value_high=np.nan, interval="95%", n=5.0, note="=cmd <b>ü</b>\x00'")]
    append(warehouse, rows)
    pd.testing.assert_frame_equal(as_of(warehouse, NOW.date())[list(COLUMNS)], observations(rows))


def test_keeping_a_file_again_adds_nothing(warehouse):
    rows = [horizon(59.0), horizon(64.0, known_since="2026-01-20")]
    append(warehouse, rows)
    before = every(warehouse)
    assert append(warehouse, rows) == Kept(2, 2, 0, 0, 2, 0, 0, 0)
    pd.testing.assert_frame_equal(every(warehouse), before)
    assert warehouse.execute("SELECT count(*) FROM fact_observation").fetchall() == [(2,)]


def test_rows_are_counted_by_what_was_believed_on_their_own_day(warehouse):
    vintages = [
        horizon(59.0, known_since="2025-03-19"),
        horizon(59.0, known_since="2025-08-01"),
        horizon(64.0, known_since="2026-01-20"),
        withdrawal("2026-02-20"),
        horizon(40.0, subject="o3"),
    ]
    assert append(warehouse, vintages) == Kept(5, 5, 0, new=2, known=1, revised=1, withdrawn=1, republished=0)


def test_a_withdrawn_value_is_gone_from_its_day_on_and_may_come_back(warehouse):
    append(warehouse, [horizon(59.0), withdrawal("2026-01-20"), horizon(61.0, known_since="2026-03-03")])
    assert believed(warehouse, "2026-01-19") == [59.0]
    assert believed(warehouse, "2026-02-01") == []
    assert believed(warehouse, "2026-03-03") == [61.0]
    assert values(every(warehouse))[0] == 59.0
    assert list(every(warehouse)["interval"]) == ["", "withdrawn", ""]


def test_a_restated_value_keeps_the_day_it_was_first_known(warehouse):
    append(warehouse, [horizon(59.0, known_since="2025-08-01")], "later.csv")
    append(warehouse, [horizon(59.0, known_since="2025-03-19")], "earlier.csv")
    assert list(every(warehouse)["known_since"]) == [pd.Timestamp("2025-03-19")]


def test_a_value_that_returns_after_another_one_is_a_revision_whichever_arrives_first(warehouse):
    append(warehouse, [horizon(59.0, known_since="2025-03-19")], "1")
    append(warehouse, [horizon(59.0, known_since="2026-01-20")], "3")
    append(warehouse, [horizon(64.0, known_since="2025-08-01")], "2")
    assert values(every(warehouse)) == [59.0, 64.0, 59.0]
    assert believed(warehouse, "2026-02-01") == [59.0]


def test_another_interval_is_a_revision_and_a_missing_end_is_not(warehouse):
    append(warehouse, [horizon(59.0, value_low=20.0, interval="95%")])
    kept = append(warehouse, [horizon(59.0, "2025-04-01", value_low=20.0, interval="95%")], "2")
    assert (kept.known, kept.revised) == (1, 0)
    kept = append(warehouse, [horizon(59.0, "2025-05-01", value_low=20.0, value_high=90.0, interval="95%")], "3")
    assert (kept.known, kept.revised) == (0, 1)


@pytest.mark.parametrize("column", ["source", "indicator", "subject", "definition", "method"])
def test_two_values_that_differ_in_one_part_of_the_key_are_two_facts(warehouse, column):
    other = "survey" if column == "method" else "other"
    assert append(warehouse, [horizon(59.0), horizon(64.0, **{column: other})]).new == 2


def test_another_value_for_the_same_day_is_quarantined_and_the_first_stays(warehouse):
    append(warehouse, [horizon(59.0), horizon(40.0, subject="o3")])
    rows = [horizon(40.0, subject="o3"), horizon(64.0, value_low=20.0, interval="95%"), horizon(7.0, subject="o4")]
    kept = append(warehouse, rows, "again.csv")
    assert kept == Kept(read=3, accepted=2, quarantined=1, new=1, known=1, revised=0, withdrawn=0, republished=1)
    assert sorted(believed(warehouse, "2026-01-01")) == [7.0, 40.0, 59.0]
    (row,) = quarantined(warehouse).itertuples()
    assert row.rule == "republished without a new date"
    assert row.reason == "64.0 (20.0) 95%, but 59.0 was published on the same day, 2025-03-19"
    assert '"subject":"Claude 3.7 Sonnet"' in row.row
    assert row.sha256 == landed("again.csv").sha256


def test_two_values_for_one_day_within_a_file_are_never_both_believed(warehouse):
    kept = append(warehouse, [horizon(59.0), horizon(59.0), horizon(64.0)])
    assert kept == Kept(read=3, accepted=2, quarantined=1, new=1, known=1, revised=0, withdrawn=0, republished=1)
    assert believed(warehouse, "2026-01-01") == [59.0]
    assert list(quarantined(warehouse)["reason"]) == ["64.0, but 59.0 was published on the same day, 2025-03-19"]


def test_a_contradiction_is_quarantined_once_however_often_its_file_is_kept(warehouse):
    append(warehouse, [horizon(59.0)], "1")
    for _ in range(3):
        append(warehouse, [horizon(64.0)], "2")
    assert len(quarantined(warehouse)) == 1


def test_a_mended_citation_is_shown_and_an_older_file_does_not_bring_the_old_one_back(warehouse):
    old = landed("1", fetched_at=NOW - timedelta(days=7))
    append(warehouse, [horizon(59.0, citation="METR 2024", confidence="low")], old)
    kept = append(warehouse, [horizon(59.0, citation="METR 2025", confidence="high")], landed("2"))
    assert (kept.known, kept.republished) == (1, 0)
    append(warehouse, [horizon(59.0, citation="METR 2024", confidence="low")], old)
    frame = every(warehouse)
    assert [*frame["citation"], *frame["confidence"]] == ["METR 2025", "high"]


def test_the_table_has_one_row_a_key_and_day_unless_a_later_file_describes_it_otherwise(warehouse):
    append(warehouse, [horizon(59.0), horizon(64.0, "2026-01-20"), horizon(40.0, subject="o3")], "1")
    append(warehouse, [horizon(64.0, "2026-01-20"), horizon(40.0, subject="o3", note="mended")], "2")
    doubled = "SELECT fact_id FROM fact GROUP BY ALL HAVING count(*) > 1"
    assert warehouse.execute(doubled).fetchall() == []


def test_the_history_of_a_fact_is_found_by_its_id(warehouse):
    append(warehouse, [horizon(59.0), horizon(64.0, "2026-01-20"), horizon(40.0, subject="o3")])
    fact_id = as_of(warehouse, date(2025, 6, 1)).query("subject == 'Claude 3.7 Sonnet'")["fact_id"].item()
    history = find(warehouse, fact_id)
    assert history is not None
    assert history.known_since == date(2025, 3, 19)
    assert values(history.facts) == [59.0, 64.0]
    assert list(history.facts["name"]) == ["metr.csv", "metr.csv"]
    assert find(warehouse, "000000000000") is None


def test_the_id_of_a_fact_is_the_same_in_every_warehouse(warehouse):
    append(warehouse, [horizon(59.0)])
    assert list(every(warehouse)["fact_id"]) == ["b54a04bb9141"]


def test_the_hash_of_observations_depends_on_values_and_not_on_their_order():
    rows = [horizon(59.0), horizon(40.0, subject="o3"), horizon(np.nan, subject="o4", value_low=1.0)]
    assert sha256_of(observations(rows)) == sha256_of(observations(rows[::-1]))
    assert sha256_of(observations(rows)) != sha256_of(observations([horizon(59.1), *rows[1:]]))


def test_revisions_stand_beside_the_value_before_them(warehouse):
    append(warehouse, [horizon(59.0), horizon(64.0, "2026-01-20"), withdrawal("2026-02-01")])
    found = warehouse.execute("SELECT previous_value, value, interval FROM revisions").fetchall()
    assert found == [(64.0, None, "withdrawn"), (59.0, 64.0, "")]


def test_observation_is_what_is_believed_today(warehouse):
    append(warehouse, [horizon(59.0), horizon(64.0, "2026-01-20"), horizon(1.0, subject="o3"),
                       withdrawal("2026-02-01", subject="o3")])  # fmt: skip
    assert warehouse.execute("SELECT value FROM observation").fetchall() == [(64.0,)]


DAYS = ["2025-03-19", "2025-08-01", "2026-01-20", "2026-02-20"]
SAID = st.sampled_from([partial(horizon, 59.0), partial(horizon, 64.0), withdrawal])


@st.composite
def vintages(draw: st.DrawFn) -> tuple[list[list[dict[str, Any]]], list[int]]:
    """Files of a publisher, each with some earlier rows besides its own, and the order in which they arrive."""
    told = [draw(SAID)(day, subject=subject) for day in DAYS for subject in ("o3", "o4")]
    files = [draw(st.permutations(told[: 2 * (at + 1)])) for at in range(len(DAYS))]
    return files, draw(st.permutations(range(len(DAYS))))


@settings(max_examples=10)
@given(vintages())
def test_the_order_in_which_vintages_arrive_leaves_no_trace(tmp_path_factory, drawn):
    files, order = drawn
    folder = tmp_path_factory.mktemp("orders")
    exports = []
    for arrival in (range(len(files)), order):
        with in_memory() as warehouse:
            for minute, at in enumerate(arrival):
                append(warehouse, files[at], landed(f"{at}.csv", fetched_at=NOW + timedelta(minutes=minute)))
            answers = [as_of(warehouse, date.fromisoformat(day)).to_csv() for day in DAYS]
            exports.append((write_parquet(warehouse, EXPORTED["fact_observation"], folder / "facts.parquet"), answers))
    assert exports[0] == exports[1]


@settings(max_examples=10)
@given(vintages())
def test_an_as_of_answer_is_the_latest_row_of_each_key_up_to_that_day(drawn):
    files, order = drawn
    rows = observations(files[-1])
    with in_memory() as warehouse:
        for at in order:
            append(warehouse, files[at], f"{at}.csv")
        for day in DAYS:
            known = rows[rows["known_since"] <= day].sort_values("known_since").groupby("subject").tail(1)
            expected = known[known["interval"] != "withdrawn"].sort_values("subject")
            assert values(as_of(warehouse, date.fromisoformat(day))) == values(expected)


def test_a_database_made_anew_holds_no_fact(tmp_path):
    create(tmp_path / "new.duckdb")
    with duckdb.connect(tmp_path / "new.duckdb") as connection:
        assert every(connection).empty
