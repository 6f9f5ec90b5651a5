"""The pipeline as real processes: a run, two at once, and one killed."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from git_histories import DAY, Writer
from live_faults import FAULTS, REFUSED
from live_servers import answer, serving
from processes import SECONDS, ask, environment, prefect_rows, started, threefutures, wait_until


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """A folder after one run as of 8 October 2025, and what the run printed."""
    folder = tmp_path_factory.mktemp("tracked")
    return folder, threefutures(folder, "run", "--as-of", "2025-10-08", "--json")


def test_a_run_prints_json_on_stdout_and_its_steps_on_stderr(tracked):
    _, (code, out, err) = tracked
    steps = [line.split()[0] for line in err.splitlines()]
    assert code == 0
    assert json.loads(out)["as_of"] == "2025-10-08"
    assert steps == ["prefect", "fetch", "judge", "keep", "assess", "replay", "report", "publish"]


def test_every_row_read_is_accepted_or_quarantined(tracked):
    _, (_, out, _) = tracked
    ingested = json.loads(out)["ingested"]
    assert sum(one["read"] for one in ingested) == 1_329
    assert all(one["accepted"] + one["quarantined"] == one["read"] for one in ingested)
    assert all(one["error"] == "" for one in ingested)


def test_a_run_leaves_a_snapshot_parquet_and_a_report(tracked):
    folder, _ = tracked
    assert ask(folder, "SELECT as_of::VARCHAR FROM latest_assessment") == [("2025-10-08",)]
    assert sorted(path.name for path in (folder / "data/reports/latest").iterdir()) == [
        "card.png",
        "figures",
        "status.html",
        "status.json",
        "status.md",
    ]
    assert "latest/status.html" in (folder / "data/reports/index.html").read_text(encoding="utf-8")
    assert list((folder / "data/published").rglob("fact_observation.parquet"))


def test_the_snapshot_answers_as_of_a_date(tracked):
    folder, _ = tracked
    query = "SELECT max(known_since) <= DATE '2025-06-30', count(*) > 50 FROM observation_as_of(DATE '2025-06-30')"
    assert ask(folder, query) == [(True, True)]


def test_the_run_is_recorded_as_done(tracked):
    folder, _ = tracked
    assert ask(folder, "SELECT command, status FROM run") == [("run", "done")]


def test_prefect_has_the_flows_tasks_and_artifacts(tracked):
    folder, _ = tracked
    flows = prefect_rows(folder, "SELECT flow.name, state_type FROM flow_run JOIN flow ON flow.id = flow_id ORDER BY 1")
    tasks = prefect_rows(folder, "SELECT name, state_type FROM task_run ORDER BY 1")
    artifacts = prefect_rows(folder, "SELECT DISTINCT key FROM artifact WHERE key IS NOT NULL ORDER BY 1")
    assert flows == [("ingest", "COMPLETED"), ("track", "COMPLETED")]
    assert {name.split("-")[0] for name, _ in tasks} >= {"ingest metr_horizons", "ingest published_facts", "assess"}
    assert {state for _, state in tasks} == {"COMPLETED"}
    assert artifacts == [("evidence",), ("status-report",), ("status-report-file",)]


def test_a_second_run_learns_nothing_new_and_writes_the_same_report(tracked):
    folder, _ = tracked
    before = (folder / "data/reports/latest/status.md").read_bytes()
    code, out, err = threefutures(folder, "run", "--as-of", "2025-10-08")
    assert code == 0
    assert "0 new facts, 1329 known" in err
    assert "34 dates: 0 computed, 34 as before" in err
    assert "status.html, as before" in err
    assert out.splitlines()[-1].startswith("  next: ")
    assert err.splitlines()[-1].startswith("publish")
    assert (folder / "data/reports/latest/status.md").read_bytes() == before


def test_a_run_of_a_later_day_says_what_changed_since_the_one_before(tracked):
    folder, _ = tracked
    code, out, _ = threefutures(folder, "run", "--as-of", "2025-10-09", "--offline")
    written = folder / "data/reports/2025-10-09"
    assert code == 0
    assert "  since 8 October 2025: same verdict" in out
    assert "Since 8 October 2025: same verdict" in (written / "status.md").read_text(encoding="utf-8")
    assert "What changed since 8 October 2025" in (written / "status.html").read_text(encoding="utf-8")


def test_two_runs_at_once_both_end_well_and_do_what_the_configuration_says(tmp_path):
    writer = Writer()
    writer.commit(files={"a.py": writer.lines(1)})
    writer.commit(at=1_700_000_000 + 60 * DAY)
    writer.write(tmp_path / "service")
    (tmp_path / "threefutures.toml").write_text(
        '[verdict]\nprior = "sceptic"\nfirst_date = "2025-01-01"\n[sources.git]\nrepositories = ["service"]\n'
    )
    both = [started(tmp_path, "run", "--as-of", "2025-06-30", "--json") for _ in range(2)]
    said = [process.communicate(timeout=SECONDS) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert ask(tmp_path, "SELECT count(*), count(DISTINCT status) FROM run") == [(2, 1)]
    assert ask(tmp_path, "SELECT prior, count(*) FROM assessment GROUP BY prior") == [("sceptic", 1)]
    commits = "SELECT repo, month::VARCHAR, added_source FROM commit_change ORDER BY month"
    assert ask(tmp_path, commits) == [("service", "2023-11-01", 1), ("service", "2024-01-01", 0)]


WITH_A_LAKE = """
import os, sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from flows.settings import quiet_prefect
from flows.server import local_server
home = Path(os.environ["THREEFUTURES_HOME"])
quiet_prefect(home / "prefect")
local_server(home / "prefect").wait()
from flows.configuration import Configuration
from flows.track import ingest, measured
from metrics.errors import ThreeFuturesError
from warehouse.home import Home, Lake
lake = Home(home, Lake("host=127.0.0.1 port=1 password=s3cret", str(home / "lake")))
said = Configuration.model_validate({"sources": {"git": {"repositories": sys.argv[1:], "jobs": 2}}})
for one in measured(lake, said, datetime.now(UTC).date(), False):
    print(one.repo, one.fault.found if one.fault else len(one.document) > 0)
with suppress(ThreeFuturesError):
    ingest(lake, (), datetime.now(UTC))
"""


@pytest.fixture(scope="module")
def measured(tracked, tmp_path_factory):
    """What was said of three repositories, one of which is not there, measured beside a lake."""
    folder, place = tracked[0], tmp_path_factory.mktemp("repositories")
    for name in ("one", "three"):
        writer = Writer()
        writer.commit(files={"a.py": writer.lines(1)})
        writer.write(place / name)
    return subprocess.run(
        [sys.executable, "-c", WITH_A_LAKE, *(str(place / name) for name in ("one", "two", "three"))],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_a_batch_of_repositories_is_a_task_and_one_that_fails_stops_no_other(tracked, measured):
    assert measured.returncode == 0, measured.stderr
    assert measured.stdout.splitlines() == ["one True", "two no such folder", "three True"], measured.stderr
    tasks = prefect_rows(tracked[0], "SELECT name, state_type FROM task_run WHERE name LIKE 'measure %' ORDER BY name")
    assert tasks == [(f"measure {name}", "COMPLETED") for name in ("one", "three", "two")]


def test_prefect_is_not_told_the_password_of_a_lake(tracked, measured):
    folder, _ = tracked
    parameters = prefect_rows(folder, "SELECT parameters FROM flow_run WHERE name IN ('measure', 'ingest')")
    assert len(parameters) >= 3, measured.stderr
    assert all(str(folder) in one for (one,) in parameters)
    for file in (folder / "data/prefect").glob("prefect.db*"):
        assert b"s3cret" not in file.read_bytes()


HOLD = """
import sys, time
from pathlib import Path
from warehouse.connection import writer
from warehouse.home import Home
with writer(Home(Path(sys.argv[1])), command="a long one", wait_seconds=0):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_writer_that_waits_in_vain_says_who_holds_the_lock(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        code, _, err = threefutures(tmp_path, "ingest", THREEFUTURES_WAIT_SECONDS="0.5")
        holder.kill()
    assert code == 1
    assert str(holder.pid) in err
    assert "a long one" in err


def test_a_killed_run_leaves_no_server_and_the_next_run_succeeds(tmp_path):
    process = started(tmp_path, "run", "--as-of", "2025-10-08")
    while "prefect" not in process.stderr.readline():
        assert process.poll() is None
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="utf-8").split()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=SECONDS)
    assert children
    for child in children:
        wait_until(lambda child=child: not alive(child))
    code, _, _ = threefutures(tmp_path, "ingest")
    assert code == 0
    assert ask(tmp_path, "SELECT count(*) FROM observation") != [(0,)]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] != "Z"
    except FileNotFoundError:
        return False


ALONE = [fault for fault in FAULTS if fault.done == REFUSED and fault.source == "metr_results" and fault.script]
"""Faults of any file, that are not tried again: a run would wait for those."""


def faulty(server):
    """Every source at fault at once: a table of one's own for each fault, and both publishers' files."""
    page = answer(b"<html>Down for maintenance</html>")
    for path in ("/metr/results.yaml", "/metr/task_results_1_1.yaml", "/epoch.zip"):
        server.says(path, page)
    server.says("/busy", answer(b"", "503 Service Unavailable"))
    tables = {f"fault{number}": server.says(f"/fault{number}", fault.script) for number, fault in enumerate(ALONE)}
    tables["busy"] = server.url("/busy")
    own = "".join(f'[sources.{name}]\npath = "{url}"\n' for name, url in tables.items())
    publishers = f'[sources.metr]\nurl = "{server.url("/metr/results.yaml")}"\n'
    publishers += f'[sources.epoch]\nurl = "{server.url("/epoch.zip")}"\n'
    return f"{publishers}{own}[network]\nallow_private = true\ntimeout = 1\nmax_mb = 1\n"


KNOWN = "SELECT count(*), bit_xor(hash(fact)) FROM fact_observation AS fact"


def test_a_run_in_which_every_server_is_at_fault_ends_well_with_the_facts_before(tracked):
    folder, _ = tracked
    before, few = ask(folder, KNOWN), {"THREEFUTURES_VERDICT__FIRST_DATE": "2025-06-01"}
    with serving() as server:
        (folder / "threefutures.toml").write_text(faulty(server))
        code, out, err = threefutures(folder, "run", "--as-of", "2025-10-08", "--json", **few)
    (folder / "threefutures.toml").unlink()
    failed = [one for one in json.loads(out)["ingested"] if one["error"]]
    assert code == 0, err
    assert len(failed) == len(ALONE) + 4
    assert all(one["tolerated"] for one in failed)
    assert ask(folder, KNOWN) == before
    assert err.splitlines()[-1].startswith("publish")
