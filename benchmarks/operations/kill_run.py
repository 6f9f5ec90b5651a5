"""What a kill leaves of the command itself: SIGKILL for `threefutures run` and all it started, at random moments.

    python benchmarks/operations/kill_run.py [KILLS] [SEED]

The folder has had one run; since then a table on a server of this machine and one beside it have changed. Every kill
starts from a copy of that folder. Its moment is one of the time that an undisturbed run takes there once Prefect's
server has answered: half of a short run is waiting for that. Afterwards the snapshot must open, and the next run must
succeed with the facts of the undisturbed one. Variables THREEFUTURES_VERDICT__... hold for every run: a late first_date
makes them short.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from warehouse import facts
from warehouse.connection import live, snapshot, writer
from warehouse.home import Home

COMMAND = [sys.executable, "-c", "from flows.cli import main; main()", "run"]

CONFIGURATION = """
[sources.fetched]
path = "http://127.0.0.1:{port}/fetched.csv"
known_since = 2026-10-01
[sources.beside]
path = "beside.csv"
known_since = 2026-10-01
[network]
allow_private = true
[alerts]
command = ["cat"]
"""


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each request."""

    def log_message(self, *_):
        """Nothing."""


def table(subject, rows):
    lines = [f"ai_code_share,2026-{month:02d}-28,0.{month}5,{subject}" for month in range(1, rows + 1)]
    return "\n".join(["indicator,observed_on,value,subject", *lines, ""])


def write_tables(served, beside, rows):
    (served / "fetched.csv").write_text(table("theirs", rows))
    (beside / "beside.csv").write_text(table("ours", rows))


def environment():
    variables = {"PREFECT", "THREEFUTURES"}
    kept = {key: value for key, value in os.environ.items() if key.partition("_")[0] not in variables}
    return kept | {key: value for key, value in os.environ.items() if key.startswith("THREEFUTURES_VERDICT__")}


def start(folder):
    with (folder / "told.txt").open("w") as told:
        return subprocess.Popen(COMMAND, cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=told)


def descendants(pid):
    for task in Path(f"/proc/{pid}/task").glob("*"):
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from descendants(int(child))


def kill_all(process):
    with suppress(OSError):
        for pid in (process.pid, *list(descendants(process.pid))):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()


def last_step(folder):
    steps = [line.split()[0] for line in (folder / "told.txt").read_text().splitlines() if line[:1].isalpha()]
    return f"after {steps[-1]}" if steps else "before its first step"


def facts_of(home):
    with writer(home, command="look", wait_seconds=30), live(home) as connection:
        return facts.sha256_of(facts.said(connection))


def wait_for_server(folder, process):
    while process.poll() is None and not (folder / "told.txt").read_text().startswith("prefect"):
        time.sleep(0.02)


def kill_once(template, folder, after):
    """Kill a run so many seconds after its server answers; gives the last step it told, or that it had ended."""
    shutil.copytree(template, folder, symlinks=True)
    process = start(folder)
    wait_for_server(folder, process)
    time.sleep(after)
    ended = process.poll() is not None
    kill_all(process)
    return "had ended" if ended else last_step(folder)


def faults_after(folder, expected):
    """What is wrong after a kill, before and after the next run."""
    home = Home(folder / "data")
    with snapshot(home) as connection:
        ((readable,),) = connection.execute("SELECT count(*) FROM fact").fetchall()
    if not readable:
        yield "no fact can be read"
    if code := start(folder).wait():
        yield f"the next run ended with {code}: {(folder / 'told.txt').read_text()[-300:]}"
    if facts_of(home) != expected:
        yield "facts differ from those of the undisturbed run"


def undisturbed(template, folder):
    """Seconds from the answer of its server on, and facts, of a run that nobody kills."""
    shutil.copytree(template, folder, symlinks=True)
    process = start(folder)
    wait_for_server(folder, process)
    started = time.perf_counter()
    assert process.wait() == 0, (folder / "told.txt").read_text()
    return time.perf_counter() - started, facts_of(Home(folder / "data"))


def main():
    kills, seed = (
        (int(word) for word in (*sys.argv[1:], "50", "1")[:2]) if len(sys.argv) < 3 else map(int, sys.argv[1:3])
    )
    chance, told, wrong = random.Random(seed), Counter(), []
    with tempfile.TemporaryDirectory() as name:
        folder, served, template = Path(name), Path(name) / "served", Path(name) / "template"
        served.mkdir()
        template.mkdir()
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (template / "threefutures.toml").write_text(CONFIGURATION.format(port=server.server_address[1]))
        write_tables(served, template, 5)
        assert start(template).wait() == 0, (template / "told.txt").read_text()
        write_tables(served, template, 8)
        length, expected = undisturbed(template, folder / "undisturbed")
        assert expected != facts_of(Home(template / "data"))
        for at in range(kills):
            step = kill_once(template, folder / str(at), chance.uniform(0, length))
            told[step] += 1
            faults = list(faults_after(folder / str(at), expected))
            wrong += [f"kill {at + 1}, {step}: {fault}" for fault in faults]
            print(f"kill {at + 1}: {step}; {'; '.join(faults) or 'facts as undisturbed'}", flush=True)
            shutil.rmtree(folder / str(at))
        server.shutdown()
    print(f"{kills} kills (seed {seed}) within {length:.1f} s of a run, load {os.getloadavg()[0]:.1f}")
    print("killed: " + ", ".join(f"{step} {times}" for step, times in told.most_common()))
    print(f"the snapshot opened, the next run succeeded, facts as undisturbed: {kills - len(wrong)} of {kills}")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
