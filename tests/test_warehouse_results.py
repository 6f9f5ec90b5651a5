"""Runs and assessments are stored once, whole, and found again."""

from datetime import date, timedelta

import duckdb
import pytest
from warehouse_samples import NOW, document

from scenarios.assessment import in_plain_types
from warehouse.connection import SCHEMA
from warehouse.results import latest, previous_assessment, store_assessment


@pytest.fixture
def warehouse():
    with duckdb.connect() as connection:
        connection.execute(SCHEMA.read_text())
        yield connection


def store(warehouse, stored_at=NOW, **changes):
    return store_assessment(warehouse, document(**changes), run_id="r", stored_at=stored_at)


def test_an_assessment_is_stored_with_its_evidence_checks_and_markers(warehouse):
    store(warehouse)
    assert warehouse.execute("SELECT as_of, verdict, recursive, checks, facts FROM verdict_history").fetchall() == [
        (date(2026, 10, 10), "cannot tell", 0.36, 2, 803)
    ]
    assert warehouse.execute("SELECT position, indicator, capped, first_on, recursive FROM evidence").fetchall() == [
        (0, "eci", True, date(2023, 3, 14), -1.7)
    ]
    assert warehouse.execute("SELECT kind, detail->>'$.first_date' FROM sensitivity_check ORDER BY 1").fetchall() == [
        ("indicator", None), ("window", "2024-01-01")
    ]  # fmt: skip
    assert warehouse.execute("SELECT marker_id, status, observed_on FROM marker").fetchall() == [
        ("week_long_tasks", "not reached", date(2026, 2, 5))
    ]


def test_the_default_shown_among_the_checks_is_not_stored_as_one(warehouse):
    made = document()
    default = made["window_sweep"][0] | {"detail": {"first_date": "2023-01-01", "default": "true"}}
    store(warehouse, window_sweep=[*made["window_sweep"], default])
    assert warehouse.execute("SELECT checks FROM assessment").fetchall() == [(2,)]
    assert warehouse.execute("SELECT count(*) FROM sensitivity_check").fetchall() == [(2,)]


def test_the_document_comes_back_as_it_was_stored(warehouse):
    store(warehouse)
    assert latest(warehouse) == document()


def test_the_same_facts_model_day_and_prior_are_one_assessment(warehouse):
    first = store(warehouse)
    assert store(warehouse, stored_at=NOW + timedelta(days=1)) == first
    assert warehouse.execute("SELECT count(*) FROM evidence").fetchall() == [(1,)]
    assert warehouse.execute("SELECT stored_at FROM assessment").fetchall() == [(NOW.replace(tzinfo=None),)]


@pytest.mark.parametrize(
    "changes",
    [
        {"as_of": "2026-10-09"},
        {"facts": {"n": 803, "sha256": "e" * 64}},
        {"model": {"version": "0.1.0", "sha256": "b" * 64}},
        {"prior": {"name": "own", "weights": {"stall": 0.2, "compounding": 0.3, "recursive": 0.5}}},
    ],
)
def test_another_day_prior_model_or_record_is_another_assessment(warehouse, changes):
    assert store(warehouse) != store(warehouse, **changes)


def test_a_back_test_stored_later_is_not_the_latest_assessment(warehouse):
    store(warehouse, as_of="2026-10-10")
    store(warehouse, stored_at=NOW + timedelta(days=1), as_of="2025-06-30")
    assert warehouse.execute("SELECT as_of FROM latest_assessment").fetchall() == [(date(2026, 10, 10),)]


def test_a_day_assessed_again_shows_its_last_verdict(warehouse):
    store(warehouse)
    mended = {"n": 804, "sha256": "e" * 64}
    store(warehouse, stored_at=NOW + timedelta(days=1), facts=mended)
    assert warehouse.execute("SELECT as_of, facts FROM verdict_history").fetchall() == [(date(2026, 10, 10), 804)]


def test_the_previous_assessment_is_of_an_earlier_day_and_the_same_prior(warehouse):
    sceptic = {"name": "sceptic", "weights": {"stall": 0.5, "compounding": 0.3, "recursive": 0.2}}
    store(warehouse, as_of="2026-08-31")
    store(warehouse, as_of="2026-09-30", prior=sceptic)
    store(warehouse, as_of="2026-10-10")
    assert previous_assessment(warehouse, date(2026, 10, 10)) == document("2026-08-31")
    assert previous_assessment(warehouse, date(2026, 8, 31)) is None


def test_weights_that_were_rounded_when_they_were_stored_are_the_same_prior(warehouse):
    thirds = dict.fromkeys(("stall", "compounding", "recursive"), 1 / 3)
    stored = document("2026-08-31", prior={"name": "uniform", "weights": in_plain_types(thirds)})
    store_assessment(warehouse, stored, run_id="r", stored_at=NOW)
    assert previous_assessment(warehouse, date(2026, 10, 10), prior="uniform", weights=thirds) == stored
    mine = document("2026-09-30", prior={"name": "own", "weights": in_plain_types(thirds)})
    store_assessment(warehouse, mine, run_id="r", stored_at=NOW)
    assert previous_assessment(warehouse, date(2026, 10, 10), prior="own", weights=thirds) == mine


def own(stall, compounding, recursive):
    return {"name": "own", "weights": {"stall": stall, "compounding": compounding, "recursive": recursive}}


def test_two_priors_of_ones_own_are_never_compared(warehouse):
    store(warehouse, as_of="2026-08-31", prior=own(0.25, 0.25, 0.5))
    store(warehouse, as_of="2026-09-30", prior=own(0.5, 0.25, 0.25))
    before = date(2026, 10, 10)
    found = previous_assessment(warehouse, before, prior="own", weights=own(0.25, 0.25, 0.5 + 1e-12)["weights"])
    assert found == document("2026-08-31", prior=own(0.25, 0.25, 0.5))
    assert previous_assessment(warehouse, before, prior="own", weights=own(0.1, 0.1, 0.8)["weights"]) is None
    assert previous_assessment(warehouse, before, prior="own") is None


def test_nothing_is_stored_of_an_assessment_that_is_not_whole(warehouse):
    with pytest.raises(KeyError):
        store(warehouse, markers=[{"title": "no id"}])
    assert warehouse.execute(
        "SELECT (SELECT count(*) FROM assessment), (SELECT count(*) FROM evidence)"
    ).fetchall() == [(0, 0)]
    assert latest(warehouse) is None


def test_the_previous_assessment_is_of_the_same_choices(warehouse):
    chosen = document("2026-08-31") | {"first_date": "2024-01-01", "leave_out": ["eci_score"]}
    store_assessment(warehouse, chosen, run_id="r", stored_at=NOW)
    before = date(2026, 10, 10)
    assert previous_assessment(warehouse, before) is None
    assert previous_assessment(warehouse, before, first_date=date(2024, 1, 1)) is None
    assert previous_assessment(warehouse, before, leave_out=["eci_score"], first_date=date(2023, 1, 1)) is None
    assert previous_assessment(warehouse, before, leave_out=["eci_score"], first_date=date(2024, 1, 1)) == chosen
