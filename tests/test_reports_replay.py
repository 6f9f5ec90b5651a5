"""A replay and its tripwires as people read them."""

from dataclasses import replace
from datetime import date

import pytest

from reports.replay import replay_text, summary
from reports.tripwires import next_line, tripwires_text
from scenarios.assessment import Facts, Model, Verdict
from scenarios.prior import Prior
from scenarios.replay import Move, Replay, Step
from scenarios.settings import SCENARIOS
from scenarios.tripwires import Region, Spread, Tripwire, Tripwires

EVEN = Prior("uniform", dict.fromkeys(SCENARIOS, 1 / 3))


def by(stall, compounding, recursive):
    return {"stall": stall, "compounding": compounding, "recursive": recursive}


def step(on, kind, p, *, scenario=None, n_series=6, n_checks=40, moves=()):
    spread = {key: (max(value - 0.2, 0.0), min(value + 0.1, 1.0)) for key, value in p.items()}
    return Step(
        as_of=date.fromisoformat(on),
        verdict=Verdict(kind, scenario, "", ()),
        probabilities=p,
        ranges=spread,
        without_one_series=spread,
        evidence=by(0.0, 0.0, 0.0),
        change=by(0.0, 0.0, 0.0),
        moves=moves,
        n_series=n_series,
        n_values=30,
        n_checks=n_checks,
        facts=Facts(30, ""),
        markers={},
        basis="",
    )


def move(title, n_before, n, compounding, subject=""):
    return Move((title.lower(), subject, ""), title, n_before, n, by(0.0, compounding, 0.0))


STEPS = (
    step("2025-01-31", "too_little", by(0.3, 0.4, 0.3), n_series=2),
    step("2025-02-28", "too_little", by(0.3, 0.4, 0.3), n_series=4),
    step("2025-03-31", "cannot_tell", by(0.25, 0.3, 0.45), moves=(move("Horizon", 0, 3, -0.04),)),
    step(
        "2025-04-30",
        "leans",
        by(0.05, 0.65, 0.3),
        scenario="compounding",
        moves=(move("Horizon", 3, 4, 1.5), move("Output", 7, 7, -6.25, "A lab")),
    ),
)
REPLAY = Replay("known", EVEN, date(2023, 1, 1), STEPS, Model("1", ""))


def test_a_replay_reads_as_a_table_of_dates():
    assert replay_text(REPLAY) == (
        "31 January 2025 to 30 April 2025. What would have been said on each date with what was\n"
        "known then.\n"
        "Of 4 dates: too little on 2, cannot tell on 1 and leans towards compounding gains on 1;\n"
        "leans towards compounding gains since 30 April 2025.\n"
        "\n"
        "date        verdict      first, in 100                   0             50            100\n"
        "2025-01-31  too little   2 to 4 series, until 2025-02-28\n"
        "2025-03-31  cannot tell  recursive 45, 25 to 55                  ■●    ▲\n"
        "2025-04-30  leans        compounding 65, 45 to 75          ■      ▲          ●\n"
        "\n"
        "What moved it most, in decibans for compounding against recursive\n"
        "date        series         values                    decibans\n"
        "2025-04-30  Output, A lab  7, revised or reweighted  −6.2\n"
        "2025-04-30  Horizon        3 to 4                    1.5\n"
        "\n"
        "Ranges: lowest to highest over every check. What the record resembled, no forecast."
    )


def test_hindsight_is_marked_as_such():
    text = replay_text(replace(REPLAY, clock="observed"))
    assert text.startswith(
        "31 January 2025 to 30 April 2025. With hindsight: what had happened by each date, as it\n"
        "is believed at the end of the record. Much of it was published later, so nobody could\n"
        "have said this then.\n"
    )


def test_a_prior_of_ones_own_is_named():
    text = replay_text(replace(REPLAY, prior=replace(EVEN, name="sceptic"))).replace("\n", " ")
    assert "with what was known then. Prior: sceptic. Of 4 dates" in text


def test_without_checks_the_ranges_leave_one_series_out():
    unchecked = tuple(replace(one, n_checks=0) for one in STEPS)
    assert replay_text(replace(REPLAY, steps=unchecked)).endswith(
        "Ranges: lowest to highest with any one series left out; without checks nothing is named.\n"
        "What the record resembled, no forecast."
    )


def test_too_little_on_every_date_shows_no_probability():
    text = replay_text(replace(REPLAY, steps=STEPS[:2]))
    assert text == (
        "31 January 2025 to 28 February 2025. What would have been said on each date with what\n"
        "was known then.\n"
        "Of 2 dates: too little on 2.\n"
        "\n"
        "date        verdict      first, in 100                   0             50            100\n"
        "2025-01-31  too little   2 to 4 series, until 2025-02-28"
    )


def test_a_verdict_that_never_changed_has_no_beginning():
    assert summary(replace(REPLAY, steps=STEPS[:1])) == "Of 1 date: too little on 1."


@pytest.mark.parametrize("unicode", [True, False])
def test_no_line_is_wider_than_88_columns(unicode):
    text = replay_text(REPLAY, unicode=unicode)
    assert max(map(len, text.splitlines())) <= 88
    assert unicode or text.isascii()


WIRE = Tripwire(
    indicator="horizon",
    title="Horizon",
    unit="minutes",
    subject="",
    definition="",
    last_on=date(2026, 4, 7),
    next_on=date(2026, 12, 1),
    usual_days=60,
    overdue=False,
    record=720.4,
    enters=0.87,
    expected=Spread(840.0, 1200.0, 2400.0),
    expected_by_scenario={},
    searched=(720.4, 9000.0),
    regions=(
        Region("compounding", 0.5, None, 1801.0),
        Region("recursive", 0.5, 1801.0, None),
        Region("recursive", 0.9, 4200.0, 6000.0),
    ),
    answers=(),
    bits=0.214,
)
STEADY = replace(
    WIRE,
    title="Output",
    unit="times",
    subject="A lab",
    record=None,
    enters=1.0,
    overdue=True,
    expected=Spread(2.04, 3.0, 5.12),
    searched=(0.5, 40.0),
    regions=(Region("compounding", 0.5, None, None),),
    bits=0.004,
)
FOUND = Tripwires(date(2026, 11, 1), "uniform", by(0.1, 0.6, 0.3), (WIRE, STEADY))


def test_each_series_says_when_it_is_due_and_what_would_follow():
    assert tripwires_text(FOUND) == (
        "What to measure next: the series whose next value will tell most, all others unchanged\n"
        "series                              due          bits   expected, 4 times in 5\n"
        "Horizon                             2026-12-01   0.21   14 to 40 h\n"
        "  beats 12 h with 87 in 100; compounding 50 or more up to 30 h; recursive 50 or more\n"
        "  from 30 h up; recursive 90 or more from 70 to 100 h.\n"
        "Output, A lab                       overdue      0.00   2.0 to 5.1 times\n"
        "  no value from 0.50 to 40 times changes that compounding is first.\n"
        "bits: how far the probabilities are expected to move; 1 settles a question between two\n"
        "equals. A value that is no record does not enter a series of records."
    )


def test_the_line_of_the_verdict_names_an_expected_value_that_changes_the_lead():
    assert next_line(FOUND) == "would settle it: Horizon, due 1 December 2026: from 30 h up, recursive leads"


def test_a_value_that_nobody_expects_settles_nothing():
    unlikely = replace(WIRE, regions=(Region("recursive", 0.5, 2500.0, None),))
    line = next_line(replace(FOUND, wires=(unlikely, STEADY)))
    assert line == (
        "most telling next: Horizon, due 1 December 2026; no value that is expected puts another future first"
    )


def test_where_nothing_is_compared_nothing_is_asked_for():
    none = replace(FOUND, wires=())
    assert tripwires_text(none) == "What to measure next cannot be said: too little is known to compare futures."
    assert next_line(none) == ""


def test_only_so_many_series_are_shown():
    assert "Output" not in tripwires_text(FOUND, limit=1)
