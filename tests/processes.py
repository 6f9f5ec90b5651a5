"""The command line as a real process, and what it leaves: for tests of runs, schedules and kills."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import duckdb

SECONDS = 240
"""Long enough for a slow machine; nothing is asserted about time."""

# In the background of a script Ctrl-C is ignored, and so it would be in what the tests start.
HEARING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"

START = [sys.executable, "-c", f"{HEARING}; from flows.cli import main; main()"]


def environment(folder, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "THREEFUTURES"))}
    return kept | {"THREEFUTURES_HOME": str(folder / "data")} | more


def threefutures(folder, *arguments, **more):
    done = subprocess.run(
        [*START, *arguments],
        cwd=folder,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def started(folder, *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more):
    return subprocess.Popen(
        [*START, *arguments],
        cwd=folder,
        env=environment(folder, **more),
        stdout=stdout,
        stderr=stderr,
        text=True,
    )


def kill_all(process):
    """SIGKILL for a process and everything that it started, as when the power fails."""
    for pid in [process.pid, *_children(process.pid)]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def _children(pid):
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from _children(int(child))


def ask(folder, query):
    """Rows of the published snapshot, read as any analyst's program would."""
    with duckdb.connect(str(folder / "data/published/threefutures.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def prefect_rows(folder, query, *values):
    connection = sqlite3.connect(folder / "data/prefect/prefect.db")
    try:
        return connection.execute(query, values).fetchall()
    finally:
        connection.close()


def wait_until(holds):
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.2)
