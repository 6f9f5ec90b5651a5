"""What alerts say, and when there is nothing to say."""

from dataclasses import replace

import pandas as pd
import pytest
from reports_samples import CATALOGUE, LEANS, NAMES, TOO_LITTLE, assessment, record

from reports.alert import Told, message
from reports.standing import differences, standing

SOURCES = record().sources
CROSSING = {
    "indicator": "horizon",
    "subject": "",
    "definition": "",
    "title": "Task horizon",
    "unit": "minutes",
    "last_on": "2025-07-31",
    "leader": "compounding",
    "scenario": "recursive",
    "low": 600.0,
    "high": None,
}


def stands(of=None, sources=SOURCES, failing=()):
    return standing(of or assessment(), sources, failing, None)


def said(found, of=None, previous=None, sources=SOURCES):
    return message(found, Told(of or assessment(), previous, sources, "data/reports/latest/status.md", CATALOGUE))


def told_of(before, now, **more):
    found = differences(before, now)
    return [one.kind for one in found], said(found, **more)


def troubled(text):
    return SOURCES.assign(stale=text)


def test_a_move_within_the_same_words_is_no_difference():
    moved = assessment(probabilities={"stall": 0.2, "compounding": 0.5, "recursive": 0.3})
    assert differences(stands(), stands(moved)) == []


def test_a_changed_verdict_is_told_with_its_ranges_and_its_cause():
    now = assessment(verdict=LEANS)
    earlier = assessment().to_dict()
    earlier["as_of"] = "2026-09-10"
    earlier["evidence"][0]["decibans"]["recursive"] = 1.0
    kinds, told = told_of(stands(), stands(now), of=now, previous=earlier)
    assert kinds == ["verdict"]
    assert told.subject == "threefutures: now leans compounding (was: cannot tell)"
    assert told.text == (
        "Verdict changed: now leans towards compounding gains, was cannot tell.\n"
        "The public record leans towards compounding gains (62 in 100); in 1 of 4\n"
        "checks another future is ahead.\n"
        "compounding 62 in 100 (5 to 80 across 4 checks); recursive 37 (19 to\n"
        "40), stall 1 (under 1 to 55).\n"
        "Why: Task horizon, reweighted: 5.0 decibans for compounding against\n"
        "recursive.\n"
        "The facts are the same.\n"
        "What the record resembles so far, not a forecast.\n"
        "Report: data/reports/latest/status.md\n"
        "Told before: 10 September 2026\n"
        "To silence this: verdict = false under [alerts]\n"
    )


def test_too_little_is_told_without_probabilities():
    now = assessment(verdict=TOO_LITTLE)
    _, told = told_of(stands(), stands(now), of=now)
    assert told.subject == "threefutures: now too little (was: cannot tell)"
    assert "in 100" not in told.text


def test_a_subject_that_is_too_long_leaves_out_what_was():
    now = assessment(verdict=NAMES)
    _, told = told_of(stands(assessment(verdict=LEANS)), stands(now), of=now)
    assert told.subject == "threefutures: now resembles compounding"


def test_a_marker_that_is_reached_is_told_with_its_mark():
    before = stands()
    before["markers"]["led"] = "near"
    kinds, told = told_of(before, stands())
    assert kinds == ["marker"]
    assert told.subject == "threefutures: marker reached: AI leads some"
    assert told.text.splitlines()[:3] == [
        "Marker reached, was near: AI leads some (compounding). Now 26 %, 31",
        "August 2026; the mark is 5 % or more. Markers do not enter the",
        "probabilities.",
    ]


@pytest.mark.parametrize(
    ("last_on", "low", "high", "told"),
    [
        ("2025-07-31", 600.0, None, True),
        ("2025-07-31", None, 720.0, True),
        ("2025-07-31", 721.0, None, False),
        ("2025-07-31", None, 719.0, False),
        ("2026-01-31", 600.0, None, False),
    ],
)
def test_a_crossing_value_is_told_where_a_newer_one_lies_in_its_region(last_on, low, high, told):
    before = stands() | {"crossings": [CROSSING | {"last_on": last_on, "low": low, "high": high}]}
    assert [one.kind for one in differences(before, stands())] == ["tripwire"] * told


def test_a_crossed_value_says_what_was_said_of_it():
    kinds, told = told_of(stands() | {"crossings": [CROSSING]}, stands())
    assert kinds == ["tripwire"]
    assert told.subject == "threefutures: crossing value: Task horizon"
    assert told.text.splitlines()[:3] == [
        "Crossing value reached: Task horizon, 12 h on 31 January 2026. It was",
        "said before that from 10 h up, all other series unchanged, recursive",
        "leads instead of compounding.",
    ]


def test_a_source_that_fails_is_told_with_what_is_still_used():
    now = troubled("cannot be read since 2026-10-09: sample.csv: column 'value' is missing")
    kinds, told = told_of(stands(), stands(sources=now, failing=["sample"]), sources=now)
    assert kinds == ["source"]
    assert told.subject == "threefutures: source sample is failing"
    assert told.text == (
        "Source failing: sample cannot be read since 2026-10-09: sample.csv:\n"
        "column 'value' is missing.\n"
        "Still in use from it: 10 facts, the newest public since 2026-10-10.\n"
        "Next: threefutures sources, threefutures doctor.\n"
        "What the record resembles so far, not a forecast.\n"
        "Report: data/reports/latest/status.md\n"
        "To silence this: sources = false under [alerts]\n"
    )


def test_recovery_is_told_once():
    before = stands(sources=troubled("cannot be read since 2026-10-09: gone"), failing=["sample"])
    kinds, told = told_of(before, stands())
    assert kinds == ["source"]
    assert told.text.startswith("Source well again: sample. Before: cannot be read since 2026-10-09:\ngone.\n")
    assert differences(stands(), stands()) == []


def test_one_more_day_of_the_same_trouble_is_no_difference():
    first, second = (stands(sources=troubled(f"last published {days} days ago")) for days in (181, 182))
    assert differences(first, second) == []


def test_the_first_facts_of_a_source_are_no_difference_but_their_failing_is():
    unknown = stands(sources=SOURCES.assign(n=0, stale="nothing is known from it yet"))
    assert differences(unknown, stands()) == []
    failing = stands(sources=SOURCES.assign(n=0, stale="cannot be read"), failing=["sample"])
    assert [one.id for one in differences(unknown, failing)] == ["sample"]


def test_what_one_side_does_not_know_is_no_difference():
    more = pd.concat([SOURCES, SOURCES.assign(id="new", stale="late")], ignore_index=True)
    fewer = replace(assessment(), markers=())
    assert differences(stands(), stands(fewer, sources=more)) == []


def test_several_changes_are_one_message_that_counts_them():
    now, sources = assessment(verdict=LEANS), troubled("last published 181 days ago")
    _, told = told_of(stands(), stands(now, sources=sources), of=now, sources=sources)
    assert told.subject == "threefutures: now leans compounding (was: cannot tell) (+1)"
    assert told.text.endswith("To silence this: verdict = false, sources = false under [alerts]\n")


def test_text_of_a_file_cannot_break_a_subject_or_a_line():
    sources = SOURCES.assign(id="sa\nmple", stale="broken\r\nBcc: x\x1b[2J" + "y" * 90)
    before = stands(sources=sources.assign(stale=""))
    _, told = told_of(before, stands(sources=sources, failing=["sa\nmple"]), sources=sources)
    assert told.subject == "threefutures: source sa mple is failing"
    assert "\x1b" not in told.text
    assert "\nBcc" not in told.text
