"""Readers of the published snapshot while it is published again and again: errors and torn reads, of which none may be.

    python benchmarks/operations/readers.py [READERS] [PUBLICATIONS]

Each publication adds one file of a hundred facts. A reader opens the snapshot anew, counts facts and files in two
statements, and expects a hundred a file, never fewer files than before.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from metrics.observation import COLUMNS, DATES, Judgement
from warehouse.connection import live, snapshot, writer
from warehouse.facts import keep
from warehouse.home import Home
from warehouse.landing import land
from warehouse.publish import publish

PROCESSES = multiprocessing.get_context("forkserver")
ROWS = 100
AT = datetime(2026, 10, 10, tzinfo=UTC)


def read(home, saying):
    """Read until told to stop; says how often, and what was wrong."""
    reads, seen, wrong = 0, 0, []
    while not (home.root / "stop").exists():
        try:
            with snapshot(home) as connection:
                ((facts,),) = connection.execute("SELECT count(*) FROM fact").fetchall()
                time.sleep(0.005)
                ((files,),) = connection.execute("SELECT count(*) FROM landing").fetchall()
            if facts != ROWS * files or files < seen:
                wrong.append(f"{facts} facts, {files} files after {seen}")
            reads, seen = reads + 1, files
        except Exception as error:
            wrong.append(repr(error))
    saying.send((reads, wrong))


def add(home, at):
    file = land(home, "sample", f"{at}".encode(), name=f"{at}.csv", fetched_at=AT)
    row = dict.fromkeys(COLUMNS, "") | dict.fromkeys(("value_low", "value_high", "n", "corroboration"), np.nan)
    rows = [row | {"source": "sample", "indicator": "x", "subject": f"{at} {one}", "value": 1.0} for one in range(ROWS)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS)).assign(observed_on="2026-01-31", known_since="2026-01-31")
    rejected = pd.DataFrame(columns=["line", "indicator", "rule", "reason", "row"])
    with live(home) as connection:
        keep(connection, file, Judgement(frame.astype(dict.fromkeys(DATES, "datetime64[us]")), rejected), at=AT)


def main():
    readers, publications = (int(word) for word in (sys.argv[1:] + ["8", "100"][len(sys.argv) - 1 :])[:2])
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.prepare()
        add(home, 0)
        publish(home)
        pipes = [PROCESSES.Pipe(duplex=False) for _ in range(readers)]
        reading = [PROCESSES.Process(target=read, args=(home, saying)) for _, saying in pipes]
        for process in reading:
            process.start()
        started = time.perf_counter()
        with writer(home, command="benchmark"):
            for at in range(publications):
                add(home, at + 1)
                publish(home)
        seconds = time.perf_counter() - started
        (home.root / "stop").touch()
        told = [said.recv() for said, _ in pipes]
        for process in reading:
            process.join()
    wrong = [one for _, faults in told for one in faults]
    print(f"{publications} publications in {seconds:.0f} s, load {os.getloadavg()[0]:.1f}")
    print(f"{readers} readers: {sum(reads for reads, _ in told):,} reads, {len(wrong)} errors or torn reads")
    print("\n".join(wrong[:5]))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    PROCESSES.set_forkserver_preload(["pandas", "warehouse.publish"])
    main()
