"""How long it takes to read a git history, beside plain `git log --numstat` of the same history.

    python benchmarks/git_history.py [REPO]

Without REPO, a synthetic history of COMMITS commits is made first. The floor and our readings run in turns, twice, and
the better of each counts. PyDriller reads a sample of the newest commits when it is installed, or when the
environment variable PYDRILLER_PYTHON names an interpreter that has it.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMITS = 30_000
SAMPLE = 300
TURNS = 2
FLOOR = ["log", "--numstat", "-z", "-M", "--no-merges", "HEAD"]

COMMAND = """
import atexit, sys
from pathlib import Path
held = lambda: next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
atexit.register(lambda: print(held().split()[1], file=sys.__stderr__))
from flows.cli import main
main()
"""
"""The command as it is typed; at its end it says how many kB it held at most, without its gits."""

DRILL = """
import sys, time
from pydriller import Repository
started, lines = time.perf_counter(), 0
for commit in Repository(sys.argv[1], from_commit=sys.argv[2], only_no_merge=True).traverse_commits():
    lines += sum(file.added_lines for file in commit.modified_files)
print(time.perf_counter() - started)
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-git-") as folder:
        work = Path(folder)
        repository = Path(sys.argv[1]).absolute() if len(sys.argv) > 1 else synthetic(work / "synthetic")
        # A copy that shares the objects: HEAD can be moved, and nothing is written to the original.
        subprocess.run(["git", "clone", "-q", "--bare", "--shared", str(repository), str(work / "repo")], check=True)
        measure(work / "repo", work)
        sample(work / "repo")


def measure(repository: Path, work: Path) -> None:
    floors: list[dict[str, float]] = []
    readings: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    for turn in range(TURNS):
        floors.append(timed(repository, *FLOOR))
        for jobs, found in readings.items():
            found.append(read(repository, work / f"home-{jobs}-{turn}", jobs))
    floor = fastest(floors)
    commits = int(git(repository, "rev-list", "--max-parents=1", "--count", "HEAD"))
    print(f"commits {commits:,}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'':<34} {'seconds':>8} {'ratio':>6} {'CPU s':>8} {'ratio':>6} {'own MB':>7}")
    shown("git log --numstat -z -M", floor, floor)
    for jobs, found in readings.items():
        shown(f"first reading, {jobs} process{'es' * (jobs > 1)}", fastest(found), floor)
    home = work / "home-1-0"
    shown("nothing new", best_of(repository, home), floor)
    head = git(repository, "rev-parse", "HEAD")
    older, new = behind(repository)
    mailmaps = {git(repository, "rev-parse", "--verify", "-q", f"{at}:.mailmap", check=False) for at in (older, "HEAD")}
    git(repository, "update-ref", "--no-deref", "HEAD", older)
    late = work / "home-behind"
    read(repository, late, 2)
    git(repository, "update-ref", "--no-deref", "HEAD", head)
    shown(
        f"{new} new commits, {'the same' if len(mailmaps) == 1 else 'another'} mailmap",
        read(repository, late, 1),
        floor,
    )


def behind(repository: Path) -> tuple[str, int]:
    """The newest commit of the main line that HEAD is a hundred commits ahead of, and how many they are."""
    for step in git(repository, "rev-list", "--first-parent", "-200", "HEAD").split():
        new = int(git(repository, "rev-list", "--max-parents=1", "--count", f"{step}..HEAD"))
        if new >= 100:
            break
    return step, new


def best_of(repository: Path, home: Path) -> dict[str, float]:
    return fastest([read(repository, home, 1) for _ in range(3)])


def fastest(found: list[dict[str, float]]) -> dict[str, float]:
    """The best of each column: CPU seconds are what other programs on the machine disturb least."""
    return {name: min(one[name] for one in found) for name in found[0]}


def shown(name: str, found: dict[str, float], floor: dict[str, float]) -> None:
    ratios = [found[column] / floor[column] for column in ("seconds", "cpu")]
    memory = f"{found['own_mb']:>7.0f}" if "own_mb" in found else ""
    print(f"{name:<34} {found['seconds']:>8.2f} {ratios[0]:>6.2f} {found['cpu']:>8.2f} {ratios[1]:>6.2f} {memory}")


def read(repository: Path, home: Path, jobs: int) -> dict[str, float]:
    """The command, timed from outside: start of Python, imports, reading and files."""
    command = [sys.executable, "-c", COMMAND, "git", str(repository), "--jobs", str(jobs), "--out", str(home / "out")]
    before, started = children(), time.perf_counter()
    environment = os.environ | {"THREEFUTURES_HOME": str(home)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    took = time.perf_counter() - started
    return {"seconds": took, "cpu": children() - before, "own_mb": int(done.stderr.split()[-1]) / 1024}


def children() -> float:
    """CPU seconds of the processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(repository: Path, *arguments: str) -> dict[str, float]:
    before, started = children(), time.perf_counter()
    done = subprocess.run(["git", "-C", str(repository), *arguments], stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        print("the floor ended early: objects are missing, and its time is of a part only")
    return {"seconds": time.perf_counter() - started, "cpu": children() - before}


def sample(repository: Path) -> None:
    python = os.environ.get("PYDRILLER_PYTHON", sys.executable)
    if subprocess.run([python, "-c", "import pydriller"], capture_output=True, check=False).returncode:
        print("PyDriller is not installed: no comparison")
        return
    newest = git(repository, "rev-list", "--max-parents=1", f"-{SAMPLE}", "HEAD").split()
    command = [python, "-c", DRILL, str(repository), newest[-1]]
    theirs = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    ours = timed(repository, "log", "--numstat", "-z", "-M", "--no-merges", f"-{SAMPLE}", "HEAD")["seconds"]
    print(f"the newest {SAMPLE} commits: PyDriller {theirs:.1f} s, git log {ours:.2f} s, ratio {theirs / ours:.0f}")


def git(repository: Path, *arguments: str, check: bool = True) -> str:
    return subprocess.run(
        ["git", "-C", str(repository), *arguments], check=check, capture_output=True, text=True
    ).stdout.strip()


def synthetic(path: Path) -> Path:
    """Files of some hundred lines, each commit changing a few: about what a project of that size looks like."""
    chance = random.Random(1)
    files: dict[int, list[bytes]] = {}
    stream = []
    for number in range(COMMITS):
        stream.append(b"commit refs/heads/main\ncommitter A <a@b> %d +0000\ndata 7\nChange\n\n" % (1e9 + number * 7200))
        for name in chance.sample(range(number // 20 + 3), 2):
            lines = files.setdefault(name, [])
            at = chance.randrange(len(lines) + 1)
            lines[at : at + chance.randrange(4)] = [b"%d %d\n" % (number, i) for i in range(chance.randrange(1, 12))]
            text = b"".join(lines)
            stream.append(b"M 100644 inline src/%d/%d.py\ndata %d\n%s\n" % (name % 40, name, len(text), text))
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=b"".join(stream), check=True)
    return path


if __name__ == "__main__":
    main()
