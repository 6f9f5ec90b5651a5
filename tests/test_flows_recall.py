"""What earlier runs left for a report."""

from dataclasses import replace
from datetime import UTC, date, datetime

from reports_samples import assessment

from flows.recall import Recalled, recalled
from scenarios.assessment import Facts, Verdict
from scenarios.replay import Replay, Step
from warehouse.connection import live, writer
from warehouse.home import Home
from warehouse.publish import publish
from warehouse.replays import store_replay
from warehouse.results import store_assessment

AT = datetime(2026, 10, 10, 12, tzinfo=UTC)
WIRE = {"indicator": "horizon", "bits": 0.1}


def home_with(tmp_path, sample, *days):
    """A published home in which an assessment with its tripwires is kept, and a replay of some days."""
    home = Home(tmp_path / "data")
    home.prepare()
    spread = {name: (share, share) for name, share in sample.probabilities.items()}
    step = Step(
        as_of=sample.as_of,
        verdict=Verdict("cannot_tell", None, "It cannot be told.", ()),
        probabilities=sample.probabilities,
        ranges=spread,
        without_one_series=spread,
        evidence=sample.probabilities,
        change=sample.probabilities,
        moves=(),
        n_series=3,
        n_values=9,
        n_checks=4,
        facts=Facts(10, "f" * 64),
        markers={},
        basis="b" * 64,
    )
    steps = tuple(replace(step, as_of=day, basis=str(day)) for day in days)
    told = Replay("known", sample.prior, sample.first_date, steps, sample.model)
    with writer(home, command="test"):
        with live(home) as connection:
            document = {**sample.to_dict(), "tripwires": [WIRE]}
            store_assessment(connection, document, run_id="r", stored_at=AT)
            store_replay(connection, told.to_dict(), stored_at=AT, kept_by="run")
        publish(home)
    return home


def test_a_report_has_no_date_of_a_replay_after_its_own(tmp_path):
    days = (date(2026, 8, 31), date(2026, 10, 10), date(2026, 10, 31))
    sample = assessment()
    found = recalled(home_with(tmp_path, sample, *days), sample, published=True)
    assert [step["as_of"] for step in found.replay["steps"]] == ["2026-08-31", "2026-10-10"]
    assert found.tripwires == [WIRE]


def test_next_values_of_other_facts_are_not_those_of_a_report(tmp_path):
    sample = assessment()
    home = home_with(tmp_path, sample, date(2026, 12, 31))
    other = replace(sample, facts=replace(sample.facts, sha256="0" * 64))
    assert recalled(home, other, published=True) == Recalled(None, None)


def test_before_the_first_run_nothing_is_recalled(tmp_path):
    assert recalled(Home(tmp_path), assessment(), published=True) == Recalled(None, None)
