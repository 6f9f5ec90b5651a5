"""Replays: each date is the classification of that date, and the steps between add up."""

import json
from dataclasses import replace
from datetime import date

import embedded_record
import numpy as np
import pandas as pd
import pytest

from metrics.errors import DataError, UsageError
from metrics.indicator import Catalogue, Indicator
from scenarios import classify
from scenarios.intake import take_in
from scenarios.replay import replay, replay_judged
from scenarios.settings import SCENARIOS
from scenarios.step import read_step

NAMES = ("horizon", "index", "output", "kernels", "taste", "users")


def catalogue(*, own=False):
    made = {
        name: Indicator(id=name, title=name.title(), unit="times", scale="log", lower=0.0, cluster=name)
        for name in NAMES
    }
    made["horizon"] = replace(made["horizon"], series="frontier")
    made["users"] = replace(made["users"], role="context")
    return Catalogue(made, origin="test.toml", sha256="", own=own)


def world(late=30):
    """Six curves of two years; each value is public `late` days after the day it describes."""
    rows = []
    for at, name in enumerate(NAMES):
        for i, on in enumerate(pd.date_range("2023-02-01", "2025-02-01", periods=7 + at).normalize()):
            value = float(np.exp(0.4 * i + 0.05 * i * i * (at - 2) / 3 + 0.1 * np.sin(9 * i + at)))
            rows.append((name, on, on + pd.Timedelta(days=late), value, f"model {i}"))
    return pd.DataFrame(rows, columns=["indicator", "observed_on", "known_since", "value", "subject"]).assign(
        subject=lambda frame: np.where(frame["indicator"] == "horizon", frame["subject"], "A lab")
    )


DATES = ("2023-06-30", "2024-03-31", "2024-04-02", "2024-12-31", "2025-06-30")


@pytest.mark.parametrize("own", [False, True])
def test_each_date_is_its_own_classification(own):
    rows = world()
    steps = replay(rows, catalogue(own=own), DATES, sensitivity=True).steps
    assert [str(step.as_of) for step in steps] == list(DATES)
    for step in steps:
        alone = classify(rows, catalogue(own=own), as_of=step.as_of)
        assert step.probabilities == alone.probabilities
        assert step.verdict == alone.verdict
        assert step.ranges == alone.range()
        assert step.facts == alone.facts
        assert step.n_checks == len(alone.checks)
        assert step.markers == {marker.id: marker.status for marker in alone.markers}
        assert step.evidence == pytest.approx(alone.evidence[list(SCENARIOS)].sum().to_dict(), abs=1e-9)


@pytest.mark.parametrize("clock", ["known", "observed"])
def test_the_steps_add_up_to_the_evidence_of_the_whole(clock):
    told = replay(world(), catalogue(), pd.date_range("2023-03-31", "2025-04-30", freq="ME"), clock=clock)
    whole = classify(world(), catalogue(), as_of="2025-04-30", sensitivity=False).evidence[list(SCENARIOS)].sum()
    for scenario in SCENARIOS:
        assert sum(step.change[scenario] for step in told.steps) == pytest.approx(whole[scenario], abs=1e-9)
        assert told.steps[-1].evidence[scenario] == pytest.approx(whole[scenario], abs=1e-9)


def test_the_steps_add_up_to_the_log_odds():
    # A prior that holds against the evidence: what is shown ends at one in a thousand.
    told = replay(world(), catalogue(), DATES, prior="0.9998,0.0001,0.0001")
    last, prior = told.steps[-1].probabilities, told.prior.weights
    for one, other in (("stall", "compounding"), ("recursive", "compounding")):
        gained = sum(step.change[one] - step.change[other] for step in told.steps)
        odds = 10 * np.log10(last[one] / last[other])
        assert odds == pytest.approx(10 * np.log10(prior[one] / prior[other]) + gained, abs=1e-9)


def test_the_series_behind_a_step_add_up_to_it():
    for step in replay(world(), catalogue(), DATES).steps:
        for scenario in SCENARIOS:
            assert sum(move.decibans[scenario] for move in step.moves) == pytest.approx(step.change[scenario], abs=1e-9)


def test_a_date_without_news_has_no_step():
    steps = replay(world(), catalogue(), ("2025-06-30", "2025-07-31")).steps
    assert steps[1].moves == ()
    assert steps[1].change == {"stall": 0.0, "compounding": 0.0, "recursive": 0.0}
    assert steps[1].probabilities == steps[0].probabilities


def test_a_move_counts_the_values_before_and_after():
    steps = replay(world(), catalogue(), ("2024-02-29", "2024-06-30")).steps
    assert [(move.key[0], move.n_before, move.n) for move in steps[1].moves] == [
        ("horizon", 3, 4),
        ("index", 4, 5),
        ("kernels", 5, 6),
        ("output", 4, 6),
        ("taste", 5, 7),
    ]


def test_only_hindsight_uses_what_was_published_later():
    rows = world(late=400)
    known, observed = (
        replay(rows, catalogue(), ("2025-02-01",), clock=clock).steps[0] for clock in ("known", "observed")
    )
    assert (known.n_values, observed.n_values) == (21, 43)


def test_hindsight_reads_values_as_they_are_believed_at_the_end():
    rows = world(late=0)
    first = rows.index[rows["indicator"] == "index"][2]
    revised = rows.loc[[first]].assign(value=50.0, known_since=pd.Timestamp("2025-02-01"))
    both = pd.concat([rows, revised])
    replaced = rows.assign(value=rows["value"].mask(rows.index == first, 50.0))
    on = ("2024-06-30",)
    assert replay(both, catalogue(), on).steps[0].probabilities == replay(rows, catalogue(), on).steps[0].probabilities
    hindsight = replay(both, catalogue(), on, clock="observed").steps[0]
    assert hindsight.probabilities == replay(replaced, catalogue(), on).steps[0].probabilities


def test_hindsight_forgets_what_was_withdrawn():
    rows = world(late=0)
    gone = rows[rows["indicator"] == "index"].assign(
        known_since=pd.Timestamp("2025-02-02"), interval="withdrawn", value=np.nan
    )
    told = replay(pd.concat([rows, gone]), catalogue(), ("2024-12-31",), clock="observed").steps[0]
    assert told.n_series == 4


def test_hindsight_says_that_it_is():
    rows = world()
    told = replay(rows, catalogue(), ("2023-06-30", "2025-06-30"), clock="observed", sensitivity=True)
    assert told.hindsight
    assert [step.verdict.words.split(":")[0] for step in told.steps] == [
        "Too little had happened by 30 June 2023",
        "The public record seen with hindsight does not settle which future it resembles",
    ]
    assert not any(flag.startswith("stale") for step in told.steps for flag in step.verdict.flags)


def test_leaving_out_any_one_series_is_the_range_without_it():
    step = replay(world(), catalogue(), ("2025-06-30",)).steps[0]
    voting = [name for name in NAMES if name != "users"]
    every = [step.probabilities] + [
        classify(
            world()[world()["indicator"] != name], catalogue(), as_of="2025-06-30", sensitivity=False
        ).probabilities
        for name in voting
    ]
    for scenario, (low, high) in step.without_one_series.items():
        assert (low, high) == pytest.approx((min(p[scenario] for p in every), max(p[scenario] for p in every)))


def test_order_of_rows_and_dates_changes_no_byte():
    rows = world()
    shuffled = rows.sample(frac=1, random_state=3)
    told = replay(shuffled, catalogue(), reversed(DATES)).to_json()
    assert told == replay(rows, catalogue(), DATES).to_json()


def test_json_has_the_keys_that_programs_rely_on():
    said = json.loads(replay(world(), catalogue(), DATES).to_json())
    assert list(said) == ["clock", "hindsight", "first_date", "prior", "leave_out", "steps", "model"]
    assert list(said["steps"][-1]) == [
        "as_of",
        "verdict",
        "probabilities",
        "ranges",
        "without_one_series",
        "evidence",
        "change",
        "moves",
        "n_series",
        "n_values",
        "n_checks",
        "facts",
        "markers",
        "basis",
    ]
    assert list(said["steps"][-1]["moves"][0]) == [
        "indicator",
        "subject",
        "definition",
        "title",
        "n_before",
        "n",
        "decibans",
    ]
    assert said["steps"][0]["as_of"] == "2023-06-30"


def test_what_classify_refuses_is_refused():
    rows = world()
    many = pd.concat([rows.assign(subject=rows["subject"] + f" {i}") for i in range(130)])
    with pytest.raises(DataError, match="series are too many to compare"):
        replay(many[many["indicator"] != "horizon"], catalogue(own=True), ("2023-03-01", "2026-01-01"))


@pytest.mark.parametrize(
    ("dates", "clock", "message"),
    [
        ((), "known", "a replay needs at least one date\n  found  none\n  next   give dates, or a schedule"),
        (
            ("2025-01-01",),
            "wall",
            (
                "clock 'wall' is not a clock\n"
                "  found  'wall'\n"
                "  next   write known (what was public then) or observed (hindsight)"
            ),
        ),
    ],
)
def test_what_is_no_replay_is_refused(dates, clock, message):
    with pytest.raises(UsageError) as error:
        replay(world(), catalogue(), dates, clock=clock)
    assert str(error.value) == message


def test_a_step_says_what_was_there_on_its_date():
    # Two of the 45 voting values are no records of the horizon.
    step = replay(world(), catalogue(), (date(2025, 6, 30),)).steps[0]
    assert (step.n_series, step.n_values, step.facts.n) == (5, 43, 57)


def stored(told):
    """Steps by basis, as a document gives them back."""
    return {step["basis"]: read_step(step) for step in json.loads(told.to_json())["steps"]}


def test_a_replay_that_goes_on_from_a_stored_one_has_the_bytes_of_one_made_at_once():
    judged = take_in(world(), catalogue())
    before = stored(replay_judged(judged, catalogue(), DATES[:3], sensitivity=True))
    kept = {basis: replace(step, n_values=-1) for basis, step in before.items()}
    whole = replay_judged(judged, catalogue(), DATES, sensitivity=True)
    onwards = replay_judged(judged, catalogue(), DATES, sensitivity=True, told=before)
    assert onwards.to_json() == whole.to_json()
    marked = replay_judged(judged, catalogue(), DATES, sensitivity=True, told=kept)
    assert [step.n_values == -1 for step in marked.steps] == [True, True, True, False, False]


def computed_again(rows, **options):
    """Of DATES, those that are told anew after a replay of the world as it was."""
    told = stored(replay_judged(take_in(world(), catalogue()), catalogue(), DATES))
    again = replay_judged(take_in(rows, catalogue()), catalogue(), DATES, **options, told=told)
    return [str(step.as_of) for step in again.steps if step.basis not in told]


def test_only_dates_that_knew_a_changed_fact_or_follow_on_one_are_told_anew():
    rows = world()
    assert computed_again(rows) == []
    rows.loc[rows["known_since"] > "2024-12-31", "value"] *= 1.01
    assert computed_again(rows) == ["2025-06-30"]


def test_a_revision_published_late_leaves_earlier_dates_alone():
    rows = world()
    late = rows.iloc[[0]].assign(known_since=pd.Timestamp("2024-06-01"), value=2.0)
    assert computed_again(pd.concat([rows, late])) == ["2024-12-31", "2025-06-30"]


def test_checks_another_prior_or_another_clock_are_another_answer():
    assert computed_again(world(), sensitivity=True) == list(DATES)
    assert computed_again(world(), prior="sceptic") == list(DATES)
    assert computed_again(world(), clock="observed") == list(DATES)


def test_on_the_last_date_of_the_embedded_record_hindsight_knows_neither_more_nor_less():
    rows, indicators = embedded_record.observations(), embedded_record.catalogue()
    known, observed = (
        replay_judged(rows, indicators, [embedded_record.TODAY], clock=clock).steps[0]
        for clock in ("known", "observed")
    )
    assert (observed.n_series, observed.n_values) == (known.n_series, known.n_values)
    assert observed.probabilities == pytest.approx(known.probabilities, abs=1e-9)
