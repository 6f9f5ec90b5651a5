"""The command line with a publisher: asked when it should be, told when it is out of reach, held back, accepted."""

import json
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from live_samples import MODELS, results
from live_servers import answer, serving

from flows.report import source_table
from metrics.observation import COLUMNS
from reports.listing import held_back
from warehouse.runs import Failing


@pytest.fixture
def publisher(folder):
    """METR on loopback, and a threefutures.toml that names it."""
    with serving() as server:
        address = server.says("/m/benchmark_results_1_1.yaml", answer(results()))
        server.says("/m/task_results_1_1.yaml", answer(b"", "503 Service Unavailable", "Retry-After: 86400"))
        (folder / "threefutures.toml").write_text(
            f'[sources.metr]\nurl = "{address}"\nevery = "daily"\n[network]\nallow_private = true\n'
        )
        yield server


def test_a_publisher_is_asked_by_name_and_never_offline_and_what_is_held_back_can_be_taken(threefutures, publisher):
    code, _, err = threefutures("ingest", "metr_results", "--offline")
    assert (code, err.split("\n")[0], publisher.requests) == (2, "metr_results ships no file", [])

    code, out, err = threefutures("ingest", "metr_results", "metr_task_counts", "--json")
    metr, counts = json.loads(out)
    assert (code, metr["new"], counts["error"] != "", counts["tolerated"]) == (0, 10, True, True)
    assert "/m/task_results_1_1.yaml: the server answered 503" in err

    publisher.says("/m/benchmark_results_1_1.yaml", answer(results((1.5, 3.5), models=MODELS[-2:])))
    code, _, err = threefutures("ingest", "metr_results")
    assert (code, len(publisher.asked("/m/benchmark_results_1_1.yaml"))) == (0, 2)
    assert "metr_results: its newest file is held back: too few rows" in err

    (held,) = [one for one in json.loads(threefutures("quarantine", "--json")[1]) if one["rule"] == "too few rows"]
    assert (held["source"], held["reason"]) == ("metr_results", "4 rows, after 10 before")
    stale = {one["id"]: one["stale"] for one in json.loads(threefutures("sources", "--json")[1])}
    assert stale["metr_results"].startswith("nothing new since 20")
    assert stale["metr_results"].endswith("stay: metr_results: its newest file is held back: too few rows")

    code, out, _ = threefutures("ingest", "metr_results", "--accept", held["sha256"][:12], "--json")
    assert (code, json.loads(out)[0]["read"]) == (0, 4)
    assert threefutures("quarantine")[1] == "Nothing is in quarantine: every row that was read was accepted.\n"


def test_accepting_needs_one_source(threefutures):
    code, _, err = threefutures("ingest", "--accept", "3f9a41c0")
    assert code == 2
    assert err.split("\n")[0].endswith("--accept needs one SOURCE")


def test_what_was_known_of_a_publisher_out_of_reach_stays_and_the_report_says_since_when():

    row = dict.fromkeys(COLUMNS, "") | {"source": "metr_results"}
    facts = pd.DataFrame([row | {"observed_on": pd.Timestamp("2026-02-05"), "known_since": pd.Timestamp("2026-03-03")}])
    since = {"metr_results": Failing(date(2026, 11, 5), "https://metr.org/x: it cannot be reached\n  found  refused")}
    table = source_table(facts, date(2026, 11, 20), since).set_index("id")
    assert table.loc["metr_results", "stale"] == (
        "nothing new since 2026-11-05, and the last known facts, of 2026-03-03, stay: "
        "https://metr.org/x: it cannot be reached"
    )


def test_a_held_file_is_listed_with_the_command_that_takes_it():

    told = held_back(
        [
            {
                "source": "epoch_hub",
                "sha256": "3f9a41c0" * 8,
                "rule": "too few rows",
                "reason": "4 rows, after 10 before",
                "held_at": datetime(2026, 11, 20, tzinfo=UTC),
            }
        ]
    )
    assert told == (
        "epoch_hub, held back since 2026-11-20: 4 rows, after 10 before (too few rows)\n"
        "    threefutures ingest epoch_hub --accept 3f9a41c03f9a"
    )
