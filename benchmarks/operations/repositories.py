"""Small repositories measured on two Dask workers and on one: seconds, and that both find the same.

    python benchmarks/operations/repositories.py [REPOSITORIES]

Needs the extra dask (make test-ducklake sets up its environment). Each repository has 20 commits of one file; each
measurement starts without anything read before.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from distributed import LocalCluster

from flows.cluster import dask_spread
from flows.git_measure import measure_each
from flows.server import local_server
from flows.settings import quiet_prefect

COMMITS = 20
MOMENT = 1_750_000_000


def history(number):
    """A stream for git fast-import: every third commit is an agent's."""
    lines = []
    for at in range(COMMITS):
        author = "Claude <noreply@anthropic.com>" if at % 3 == 0 else "Ada <ada@example.org>"
        text = "".join(f"line_{number}_{line} = {line * at}\n" for line in range(at + 1))
        lines.append(
            f"commit refs/heads/main\nauthor {author} {MOMENT + 86_400 * at} +0000\n"
            f"committer {author} {MOMENT + 86_400 * at} +0000\ndata 4\nwork\n"
            f"M 100644 inline main.py\ndata {len(text)}\n{text}\n"
        )
    return "".join(lines).encode()


def make(folder, count):
    for number in range(count):
        repository = folder / f"r{number:03}"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", repository], check=True)
        subprocess.run(["git", "-C", repository, "fast-import", "--quiet"], input=history(number), check=True)
    return [str(folder / f"r{number:03}") for number in range(count)]


def timed(workers, repositories, home):
    with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=":0") as cluster:
        spread = dask_spread(cluster.scheduler_address)
        list(spread(len, [""] * workers))  # workers have imported what they need
        started = time.perf_counter()
        found = list(measure_each(repositories, home=home, jobs=1, spread=spread))
        return time.perf_counter() - started, [(one.repo, one.measured.summary["share_commits"]) for one in found]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "prefect").mkdir()
        quiet_prefect(folder / "prefect")
        local_server(folder / "prefect").wait()
        repositories = make(folder, count)
        two, found = timed(2, repositories, folder / "two")
        one, same = timed(1, repositories, folder / "one")
    print(f"{count} repositories of {COMMITS} commits, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    print(
        f"one worker {one:.1f} s, two workers {two:.1f} s: {one / two:.2f} times as fast; same figures: {found == same}"
    )


if __name__ == "__main__":
    main()
