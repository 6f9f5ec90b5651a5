"""The pipeline on a schedule, and as workers are given it."""

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from processes import SECONDS, ask, environment, prefect_rows, started, threefutures, wait_until

FEW = {"THREEFUTURES_VERDICT__FIRST_DATE": "2026-07-01"}
"""Few series have values since then: what is timed by the clock should not wait for the model."""


def done_runs(folder):
    if not (folder / "data/published/threefutures.duckdb").exists():
        return 0
    return ask(folder, "SELECT count(*) FROM run WHERE command = 'serve' AND status = 'done'")[0][0]


def test_the_schedule_makes_two_runs_by_itself(tmp_path):
    printed = tmp_path / "printed.jsonl"
    with printed.open("w") as file:  # a pipe that nobody reads is full after the first run
        process = started(tmp_path, "serve", "--cron", "* * * * * */15", "--json", "--ui", stdout=file, **FEW)
    try:
        wait_until(lambda: process.poll() is not None or done_runs(tmp_path) >= 2)
        assert process.poll() is None, process.communicate()
        server = json.loads(printed.read_text(encoding="utf-8").splitlines()[0])["server"]
        with urllib.request.urlopen(server.removesuffix("/api")) as page:
            assert "Prefect" in page.read().decode()
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=SECONDS)
    assert "Traceback" not in err
    schedule, *runs = map(json.loads, printed.read_text(encoding="utf-8").splitlines())
    assert schedule["cron"] == "* * * * * */15"
    assert len({one["run"] for one in runs}) == len(runs) >= 2
    query = "SELECT count(*) >= 2 FROM flow_run WHERE auto_scheduled AND state_type = 'COMPLETED'"
    assert prefect_rows(tmp_path, query) == [(1,)]


def test_a_wrong_cron_expression_is_wrong_usage(tmp_path):
    code, out, err = threefutures(tmp_path, "serve", "--cron", "every monday")
    assert (code, out) == (2, "")
    assert err == (
        "--cron 'every monday' is not a cron expression\n"
        '  found  Invalid cron string: "every monday"\n'
        '  next   five fields: minute hour day month weekday, for instance "0 6 * * 1" (Mondays, 06:00 UTC)\n'
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
