"""One run in five parts."""

import pytest

from reports.explain import drawn
from reports.explain_run import Ran, explain_run

STEP = {
    "source": "metr",
    "read": 490,
    "accepted": 489,
    "quarantined": 1,
    "new": 118,
    "revised": 219,
    "withdrawn": 0,
    "known": 152,
    "error": "",
}
RUN = {
    "run_id": "22c0267dd010",
    "started_at": "2026-11-23 00:13:50.465391",
    "finished_at": "2026-11-23 00:14:00.089094",
    "command": "run",
    "status": "done",
    "versions": {"threefutures": "0.1.0", "duckdb": "2.0.0"},
    "steps": [STEP],
}
ASSESSMENT = {
    "assessment_id": "0123456789ab",
    "as_of": "2026-10-08",
    "prior": "uniform",
    "facts": 803,
    "words": "The public record does not settle which future it resembles.",
}


def verdict(assessments=(), **changes):
    return explain_run(Ran(RUN | changes, assessments)).parts["verdict"]


def test_a_run_is_explained_in_five_parts():
    assert drawn(explain_run(Ran(RUN, [ASSESSMENT]))) == (
        "Run 22c0267dd010 (threefutures run): done\n"
        "  23 November 2026 00:13:50 to 23 November 2026 00:14:00 UTC; threefutures 0.1.0, duckdb\n"
        "  2.0.0\n"
        "means     every source was read, judged and kept; what is known was assessed, reported\n"
        "          and published\n"
        "source    metr: 490 rows read: 489 accepted, 1 quarantined, 118 new, 219 revised, 0\n"
        "          withdrawn and 152 known\n"
        "revised   new to us: 219 values revised by their publishers, 0 withdrawn\n"
        "verdict   The public record does not settle which future it resembles.\n"
        "          as of 8 October 2026, from 803 facts, with the uniform prior; assessment\n"
        "          0123456789ab; report reports/2026-10-08/status.html in the data folder\n"
        "cannot    show the facts as they were then: ask for what was known on a date\n"
        "          (threefutures classify --as-of)"
    )


def test_a_run_that_stored_no_assessment_says_why():
    assert verdict() == ['the same as an earlier run had stored: threefutures sql "FROM verdict_history"']
    assert verdict(status="failed") == ["none: it stored no assessment"]
    assert verdict(command="ingest") == ["none: it stored no assessment"]


@pytest.mark.parametrize("status", ["killed", "running"])
def test_a_run_without_an_end_says_so(status):
    told = explain_run(Ran(RUN | {"status": status, "finished_at": None, "steps": []}, []))
    assert told.below.startswith("23 November 2026 00:13:50, no end recorded UTC; ")
    assert told.parts["source"] == told.parts["revised"] == []


def test_what_stopped_a_run_and_a_source_is_told():
    steps = [{"source": "metr", "error": "metr.csv: the table is empty"}, {"error": "the disk is full"}]
    assert explain_run(Ran(RUN | {"steps": steps, "status": "failed"}, [])).parts["source"] == [
        "metr: nothing was kept: metr.csv: the table is empty",
        "it was stopped: the disk is full",
    ]
