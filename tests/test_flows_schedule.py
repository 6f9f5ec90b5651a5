"""The pipeline on a schedule, and as workers are given it."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from processes import SECONDS, ask, environment, kill_all, prefect_rows, started, threefutures, wait_until

from warehouse.home import Home
from warehouse.lock import held

FEW = {"THREEFUTURES_VERDICT__FIRST_DATE": "2026-07-01"}
"""Few series have values since then: what is timed by the clock should not wait for the model."""


TELL = "import os, sys; open(sys.argv[1], 'a').write(os.environ['THREEFUTURES_ALERT_SUBJECT'] + chr(10))"


ROW = "indicator,observed_on,value\nai_code_share,2026-01-31,0.25\n"


def configure(folder):
    """A table of one's own, and a channel that leaves the subject of every message in subjects.txt."""
    (folder / "ours.csv").write_text(ROW)
    words = [sys.executable, "-c", TELL, str(folder / "subjects.txt")]
    text = f'[sources.mine]\npath = "ours.csv"\n[alerts]\ncommand = {json.dumps(words)}\n'
    (folder / "threefutures.toml").write_text(text)


def is_running(folder):
    if not (folder / "data/prefect/prefect.db").exists():
        return False
    with suppress(sqlite3.OperationalError):  # its tables are being made
        return bool(prefect_rows(folder, "SELECT 1 FROM flow_run WHERE auto_scheduled AND state_type = 'RUNNING'"))
    return False


class Served(NamedTuple):
    """A schedule that was killed in the middle of a run, started again, and stopped after a run."""

    folder: Path
    printed: list
    """JSON objects of standard output since the second start."""
    err: str
    code: int
    page: str
    """Of the server, while the schedule went on."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    configure(folder)
    printed, told = folder / "printed.jsonl", folder / "told.txt"
    # Runs are due more often than one is done, and looked for as often.
    words, often = ("serve", "--cron", "* * * * * */5", "--json", "--ui"), {"PREFECT_RUNNER_POLL_FREQUENCY": "2"}
    nowhere = subprocess.DEVNULL
    killed = started(folder, *words, stdout=nowhere, stderr=nowhere, **FEW, **often)
    try:
        wait_until(lambda: killed.poll() is not None or is_running(folder))
    finally:
        kill_all(killed)
    with printed.open("w") as out, told.open("w") as err:  # a pipe that nobody reads is full after the first run
        process = started(folder, *words, stdout=out, stderr=err, **FEW, **often)
    try:
        wait_until(lambda: process.poll() is not None or len(printed.read_text().splitlines()) > 2)
        wait_until(lambda: process.poll() is not None or "is cancelled" in told.read_text())
        assert process.poll() is None, told.read_text()
        server = json.loads(printed.read_text(encoding="utf-8").splitlines()[0])["server"]
        with urllib.request.urlopen(server.removesuffix("/api")) as answer:
            page = answer.read().decode()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=SECONDS)
    lines = [json.loads(line) for line in printed.read_text().splitlines()]
    return Served(folder, lines, told.read_text(), process.returncode, page)


def test_the_schedule_makes_runs_by_itself_and_shows_them(served):
    schedule, *runs = served.printed
    assert schedule["cron"] == "* * * * * */5"
    assert len({one["run"] for one in runs}) == len(runs) >= 2
    query = "SELECT count(*) >= 1 FROM flow_run WHERE auto_scheduled AND state_type = 'COMPLETED'"
    assert prefect_rows(served.folder, query) == [(1,)]
    assert "Prefect" in served.page


def test_a_schedule_that_is_terminated_ends_well_and_without_a_word(served):
    assert served.code == 0
    assert re.search("Traceback|Warning", served.err) is None
    assert prefect_rows(served.folder, "SELECT count(*) FROM flow_run WHERE state_type = 'RUNNING'") == [(0,)]


def test_a_kill_in_the_middle_of_a_run_does_not_end_the_schedule(served):
    assert served.err.startswith("schedule  1 run killed before it ended; the schedule goes on\n")
    query = "SELECT count(*) FROM flow_run WHERE auto_scheduled AND state_type = 'CRASHED' AND state_name = 'Crashed'"
    assert prefect_rows(served.folder, query)[0][0] >= 1


def test_a_run_that_is_due_while_another_goes_on_is_cancelled_and_told(served):
    (due, *_) = re.findall(r"schedule  the run of (.*) UTC is cancelled: the one before it is still going", served.err)
    query = "SELECT count(*) FROM flow_run WHERE state_type = 'CANCELLED' AND expected_start_time LIKE ?"
    assert prefect_rows(served.folder, query, f"{due}%") == [(1,)]


def test_a_run_that_is_typed_tells_what_changed_since_the_schedule_told(served):
    folder = served.folder
    assert ask(folder, "SELECT channel FROM alert") == [("command",)]
    (folder / "ours.csv").unlink()
    code, _, err = threefutures(folder, "run", **FEW)
    assert code == 1
    assert "alert     command: told" in err
    assert "mine" in (folder / "subjects.txt").read_text()
    steps = ask(folder, "SELECT steps::VARCHAR FROM run ORDER BY started_at DESC LIMIT 1")[0][0]
    assert json.loads(steps)[-1] == {"alert": "command", "outcome": "told"}


def test_the_doctor_warns_of_a_schedule_without_runs(tmp_path):
    home = Home(tmp_path / "data")
    home.prepare()
    with held(home.schedule_lock, "serve --cron '0 6 * * *'"):
        long_ago = datetime(2026, 1, 10, 9, tzinfo=UTC).timestamp()
        os.utime(home.schedule_lock, (long_ago, long_ago))
        findings = json.loads(threefutures(tmp_path, "doctor", "--json")[1])
    (schedule,) = [one for one in findings if one["check"] == "schedule"]
    assert schedule["status"] == "warn"
    assert schedule["said"].endswith("; no run was published since 2026-01-10 09:00 UTC, and one was due at 06:00")


EACH = """
import sys
from flows.cli import main
for cron in sys.argv[1:]:
    sys.argv = ["threefutures", "serve", "--cron", cron]
    try:
        main()
    except SystemExit as end:
        print(end.code)
"""


def test_a_wrong_cron_expression_is_wrong_usage(tmp_path):
    wrong, kept = ["every monday", ""], environment(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", EACH, *wrong], cwd=tmp_path, env=kept, capture_output=True, text=True, check=False
    )
    assert done.stdout == "2\n2\n"
    assert done.stderr == "".join(
        f"--cron '{cron}' is not a cron expression\n"
        f'  found  Invalid cron string: "{cron}"\n'
        '  next   five fields: minute hour day month weekday, for instance "0 6 * * 1" (Mondays, 06:00 UTC)\n'
        for cron in wrong
    )


RETRY = """
import asyncio
from prefect.states import exception_to_failed_state
from flows.track import _transient
from metrics.errors import DataError, TransientError

async def again(error):
    return await _transient(None, None, await exception_to_failed_state(error))

print([asyncio.run(again(error)) for error in (TransientError("x"), DataError("x"), KeyError("x"))])
"""


def test_a_transient_fault_alone_is_tried_again(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", RETRY],
        env=environment(tmp_path, PREFECT_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert done.stdout == "[True, False, False]\n"


DEPLOYED = """
import inspect
import yaml
from prefect.flows import load_flow_from_entrypoint
with open("prefect.yaml") as file:
    (weekly,) = yaml.safe_load(file)["deployments"]
track = load_flow_from_entrypoint(weekly["entrypoint"])
print(track.name, set(weekly["parameters"]) <= set(inspect.signature(track.fn).parameters), weekly["concurrency_limit"])
"""


def test_the_deployment_for_workers_is_the_same_flow(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", DEPLOYED],
        cwd=Path(__file__).parents[1],
        env=environment(tmp_path, PREFECT_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=True,
    )
    assert done.stdout == "track True {'limit': 1, 'collision_strategy': 'CANCEL_NEW'}\n"
