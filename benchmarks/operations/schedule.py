"""A schedule under way: runs made and missed, and memory at start and end.

    python benchmarks/operations/schedule.py [MINUTES] [SECONDS]

`threefutures serve` in a process of its own, a run due every SECONDS. One that is due while another is going on is
cancelled, by design: it counts as missed.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COUNTS = """SELECT state_type, count(*) FROM flow_run
WHERE auto_scheduled AND expected_start_time <= datetime('now') GROUP BY 1"""


# In the background of a script Ctrl-C is ignored, and so it would be in what is started here.
START = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from flows.cli import main; main()"


def children(pid):
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from children(int(child))


def memory_mb(pid):
    """Resident memory of the process that serves, and of its server; runs are processes that come and go."""
    total = 0.0
    for one in (pid, *children(pid)):
        command = Path(f"/proc/{one}/cmdline").read_bytes()
        if one == pid or b"server\0start" in command or b"uvicorn" in command:
            (line,) = [row for row in Path(f"/proc/{one}/status").read_text().splitlines() if row.startswith("VmRSS")]
            total += int(line.split()[1]) / 1024
    return total


def main():
    minutes, seconds = (float(word) for word in (sys.argv[1:] + ["10", "20"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as folder:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PREFECT", "THREEFUT"))}
        serving = subprocess.Popen(
            [
                sys.executable,
                "-c",
                START,
                "serve",
                "--cron",
                f"* * * * * */{seconds:.0f}",
            ],
            cwd=folder,
            env=environment | {"THREEFUTURES_HOME": f"{folder}/data"},
            stderr=subprocess.PIPE,
            text=True,
        )
        while "serving" not in serving.stderr.readline():
            assert serving.poll() is None
        # A pipe that nobody reads is full after some runs.
        with subprocess.Popen(["cat"], stdin=serving.stderr, stdout=subprocess.DEVNULL):
            time.sleep(2 * seconds)
            first, started = memory_mb(serving.pid), time.perf_counter()
            time.sleep(60 * minutes)
            last, lasted = memory_mb(serving.pid), time.perf_counter() - started
            database = sqlite3.connect(f"{folder}/data/prefect/prefect.db")
            counted = dict(database.execute(COUNTS).fetchall())
            database.close()
            serving.send_signal(signal.SIGINT)
            serving.wait(timeout=60)
    print(f"{lasted / 60:.0f} minutes, a run due every {seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
    print("runs by state: " + ", ".join(f"{state.lower()} {times}" for state, times in counted.items()))
    print(f"memory of schedule and server: {first:.0f} MB at the start, {last:.0f} MB at the end")


if __name__ == "__main__":
    main()
