"""Horizons from files, and files of one's own as those of a source."""

import json
from pathlib import Path

import pytest

METR = Path(__file__).resolve().parents[2] / "shared" / "data" / "metr"

SHIFTS = {"slow": 0, "quick": 3}
RUNS = 8


def attempts():
    """Two agents on 40 tasks of 12 families: the quick one passes what is eight times as long."""
    rows = ["agent,task,family,minutes,successes,runs,release_date"]
    for agent, shift in SHIFTS.items():
        for at in range(40):
            doublings = at % 10
            passed = min(RUNS, max(0, 4 + 2 * (shift + 3 - doublings)))
            day = "2025-01-01" if agent == "slow" else "2026-01-01"
            rows.append(f"{agent},task {at},family {at % 12},{2**doublings},{passed},{RUNS},{day}")
    return "\n".join(rows) + "\n"


@pytest.fixture
def table(folder):
    (folder / "attempts.csv").write_text(attempts(), encoding="utf-8")
    return "attempts.csv"


def test_the_document_has_the_keys_that_others_script_against(threefutures, table):
    code, out, err = threefutures("horizon", table, "--draws", "200", "--sensitivity", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert {"settings", "agents", "doubling", "timing", "sensitivity"} == set(document)
    assert {agent["agent"]: (agent["n_tasks"], agent["n_runs"]) for agent in document["agents"]} == {
        "quick": (40, 320), "slow": (40, 320)
    }  # fmt: skip
    assert {"release_date", "slope", "intercept", "horizons", "flags"} <= set(document["agents"][0])
    assert {"success", "minutes", "low", "high"} <= set(document["agents"][0]["horizons"][0])
    assert document["settings"]["regularisation"] == 1e-5
    assert document["doubling"] is None


def test_an_agent_that_passes_what_is_eight_times_as_long_has_an_eightfold_horizon(threefutures, table):
    quick, slow = json.loads(threefutures("horizon", table, "--draws", "0", "--json")[1])["agents"]
    assert quick["horizons"][0]["minutes"] / slow["horizons"][0]["minutes"] == pytest.approx(8, rel=0.15)
    assert slow["horizons"][0]["minutes"] == pytest.approx(8, rel=0.05)


def test_two_runs_with_one_seed_give_the_same_horizons(threefutures, table):
    first, second, other = (
        json.loads(threefutures("horizon", table, "--draws", "100", "--seed", seed, "--json")[1])["agents"]
        for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


def test_a_table_names_what_is_to_be_said_against_a_horizon(threefutures, table):
    code, out, _ = threefutures("horizon", table, "--draws", "50", "--success", "0.5")
    assert code == 0
    assert out.splitlines()[0].split() == ["agent", "released", "tasks", "runs", "50", "%", "success", "flags"]
    assert out.rstrip().endswith(
        "No doubling time: fewer than three dated agents with a certified horizon are on the frontier."
    )


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("empty.csv", "", "empty.csv: the file is empty"),
        ("page.csv", "<!DOCTYPE html><html></html>", "page.csv: the file is a web page"),
        ("lengths.csv", "agent,task,family,minutes,successes,runs\nA,t,f,-1,1,2\n", "lengths.csv: minutes"),
        ("many.csv", "agent,task,family,minutes,successes,runs\nA,t,f,1,3,2\n", "many.csv: successes"),
    ],
)
def test_a_file_that_is_no_table_of_attempts_is_refused_in_three_lines(threefutures, folder, name, content, fault):
    (folder / name).write_text(content, encoding="utf-8")
    code, out, err = threefutures("horizon", name)
    assert (code, out, len(err.splitlines())) == (1, "", 3)
    assert err.startswith(fault)


def test_own_attempts_are_kept_dated_and_can_be_asked_for(threefutures, table):
    assert threefutures("ingest", "inspect_logs", "--file", table, "--known-since", "2026-02-01")[0] == 0
    asked = (
        "SELECT DISTINCT known_since::VARCHAR AS day, source FROM fact "
        "UNION ALL SELECT agent, sum(runs)::VARCHAR FROM task_attempt GROUP BY agent ORDER BY ALL"
    )
    rows = json.loads(threefutures("sql", asked, "--json")[1])
    assert [tuple(row.values()) for row in rows] == [
        ("2026-02-01", "inspect_logs"), ("quick", "320"), ("slow", "320")
    ]  # fmt: skip


def test_a_rebuild_keeps_the_day_that_was_given_and_the_attempts(threefutures, table):
    threefutures("ingest", "inspect_logs", "--file", table, "--known-since", "2026-02-01")
    asked = "SELECT (SELECT count(*) FROM task_attempt) AS attempts, min(known_since)::VARCHAR AS day FROM fact"
    before = threefutures("sql", asked, "--json")[1]
    assert threefutures("rebuild")[0] == 0
    assert threefutures("sql", asked, "--json")[1] == before
    assert json.loads(before) == [{"attempts": 80, "day": "2026-02-01"}]


def test_the_same_bytes_cannot_land_with_another_day(threefutures, table):
    threefutures("ingest", "inspect_logs", "--file", table, "--known-since", "2026-02-01")
    code, _, err = threefutures("ingest", "inspect_logs", "--file", table, "--known-since", "2026-03-01")
    assert code == 1
    assert "attempts.csv: the same bytes have landed before, as known since 2026-02-01\n" in err


def test_a_file_needs_one_source_to_be_read_as(threefutures, table):
    assert threefutures("ingest", "--file", table) == (
        2, "", ("--file needs one SOURCE to be read as\n  found  none\n"
        "  next   threefutures ingest metr_runs --file runs.jsonl; threefutures sources lists them\n")
    )  # fmt: skip


def test_a_file_needs_the_day_it_was_known_since(threefutures, table):
    assert threefutures("ingest", "inspect_logs", "--file", table) == (
        2, "", ("--file needs the day since which the public could know what it says\n  found  no --known-since\n"
        "  next   add --known-since 2026-03-03, the day of publication, or today for what nobody has published\n")
    )  # fmt: skip


def test_no_file_is_known_since_tomorrow(threefutures, table):
    code, _, err = threefutures("ingest", "inspect_logs", "--file", table, "--known-since", "2999-01-01")
    assert (code, err.splitlines()[0]) == (2, "--known-since 2999-01-01 is in the future")


def test_a_source_without_files_of_its_own_asks_for_one(threefutures):
    assert threefutures("ingest", "metr_runs") == (
        2,
        "",
        "metr_runs ships no file\n  found  no --file\n  next   threefutures ingest metr_runs --file FILE\n",
    )


def test_inspect_logs_need_human_times(threefutures, folder):
    (folder / "logs").mkdir()
    code, _, err = threefutures("horizon", "logs")
    assert (code, err.splitlines()[0]) == (2, "logs: an Inspect log does not say how long its tasks take people")


@pytest.mark.skipif(not METR.is_dir(), reason="METR's files are not beside this checkout")
def test_metrs_counts_give_the_published_horizon(threefutures):
    agents = json.loads(threefutures("horizon", METR / "task_results_1_1_subset.yaml", "--draws", "0", "--json")[1])
    minutes = {agent["agent"]: agent["horizons"][0]["minutes"] for agent in agents["agents"]}
    assert minutes["GPT-5.4"] == pytest.approx(341.735, rel=2e-4)


@pytest.mark.skipif(not METR.is_dir(), reason="METR's files are not beside this checkout")
def test_a_vintage_of_metrs_results_is_dated_by_who_lands_it(threefutures):
    file = METR / "benchmark_results_1_1__2026-03-03.yaml"
    assert threefutures("ingest", "metr_results", "--file", file, "--known-since", "2026-03-03")[0] == 0
    asked = "SELECT DISTINCT source, known_since::VARCHAR FROM fact WHERE indicator = 'task_horizon_p50'"
    assert json.loads(threefutures("sql", asked, "--json")[1]) == [
        {"source": "metr_results", "CAST(known_since AS VARCHAR)": "2026-03-03"}
    ]
