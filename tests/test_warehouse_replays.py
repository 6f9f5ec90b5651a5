"""Replays come back as they were stored, and the one that run keeps is one."""

from datetime import UTC, date, datetime

import pytest

from warehouse.connection import live
from warehouse.home import Home
from warehouse.replays import latest_replay, store_replay, told_steps

AT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture
def connection(tmp_path):
    home = Home(tmp_path)
    home.prepare()
    with live(home) as opened:
        yield opened


def step(on, stall=0.3):
    return {
        "as_of": on,
        "verdict": {"kind": "cannot_tell", "scenario": None, "words": "It does not tell.", "flags": []},
        "probabilities": {"stall": stall, "compounding": 0.6, "recursive": 0.1},
        "change": {"stall": -1.0, "compounding": 0.0, "recursive": -1.0},
        "n_series": 6,
        "n_checks": 40,
        "facts": {"n": 10, "sha256": "f" * 64},
        "basis": f"{on} {stall}",
    }


def document(*days, prior="uniform", weights=(1 / 3, 1 / 3, 1 / 3), stall=0.3, model="m"):
    by_future = dict(zip(("stall", "compounding", "recursive"), weights, strict=True))
    return {
        "clock": "known",
        "hindsight": False,
        "first_date": "2023-01-01",
        "prior": {"name": prior, "weights": by_future, "shapes": "resemblance"},
        "steps": [step(day, stall) for day in days],
        "model": {"version": "1", "sha256": model},
    }


def test_a_replay_comes_back_as_the_document_it_was(connection):
    made = document("2026-09-30", "2026-10-31")
    store_replay(connection, made, stored_at=AT, kept_by="run")
    assert latest_replay(connection) == made


def test_the_replay_of_a_later_run_replaces_that_of_an_earlier_one(connection):
    store_replay(connection, document("2026-09-30", "2026-10-15"), stored_at=AT, kept_by="run")
    later = document("2026-09-30", "2026-10-31")
    store_replay(connection, later, stored_at=AT, kept_by="run")
    assert latest_replay(connection) == later
    assert connection.execute("SELECT count(DISTINCT replay_id) FROM replay").fetchone() == (1,)


def test_a_run_as_of_an_earlier_day_leaves_the_longer_replay(connection):
    longer = document("2026-09-30", "2026-10-31")
    store_replay(connection, longer, stored_at=AT, kept_by="run")
    store_replay(connection, document("2026-08-31", "2026-09-15"), stored_at=AT, kept_by="run")
    assert latest_replay(connection) == longer
    told = latest_replay(connection, until=date(2026, 9, 20))
    assert [one["as_of"] for one in told["steps"]] == ["2026-08-31", "2026-09-15"]
    told = latest_replay(connection, until=date(2026, 10, 1))
    assert [one["as_of"] for one in told["steps"]] == ["2026-09-30"]
    assert latest_replay(connection, until=date(2026, 8, 1)) is None


def test_what_a_person_asked_for_is_neither_shown_as_the_record_nor_replaced(connection):
    store_replay(connection, document("2026-12-31"), stored_at=AT)
    assert latest_replay(connection) is None
    store_replay(connection, document("2027-01-31"), stored_at=AT, kept_by="run")
    assert connection.execute("SELECT kept_by FROM replay ORDER BY as_of").fetchall() == [("replay",), ("run",)]


def test_each_prior_has_its_own_replay_and_an_own_one_is_told_by_its_weights(connection):
    own = document("2026-10-31", prior="own", weights=(0.2, 0.3, 0.5))
    for made in (document("2026-11-23"), own, document("2026-11-23", prior="own", weights=(0.5, 0.3, 0.2))):
        store_replay(connection, made, stored_at=AT, kept_by="run")
    assert latest_replay(connection, prior="own") is None
    assert latest_replay(connection, prior="own", weights={"stall": 0.2, "compounding": 0.3, "recursive": 0.5}) == own
    assert latest_replay(connection, prior="sceptic") is None
    thirds = dict.fromkeys(("stall", "compounding", "recursive"), 1 / 3)
    assert latest_replay(connection, prior="mechanism", weights=thirds) is None


def test_the_same_replay_is_stored_once(connection):
    made = document("2026-10-31")
    first = store_replay(connection, made, stored_at=AT, kept_by="run")
    assert store_replay(connection, made, stored_at=AT, kept_by="run") == first
    assert connection.execute("SELECT count(*) FROM replay").fetchone() == (1,)


def test_steps_are_found_by_what_they_follow_from_and_by_the_model(connection):
    store_replay(connection, document("2026-09-30", "2026-10-31"), stored_at=AT)
    store_replay(connection, document("2026-09-30", model="other", stall=0.2), stored_at=AT)
    assert told_steps(connection, model_sha256="m") == {
        "2026-09-30 0.3": step("2026-09-30"),
        "2026-10-31 0.3": step("2026-10-31"),
    }
    assert told_steps(connection, model_sha256="unknown") == {}
