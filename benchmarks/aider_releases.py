"""Aider's own published share of AI lines per release, derived again from its history by its own rule.

    python benchmarks/aider_releases.py AIDER_REPO

Aider publishes, for every release, the lines of its code files that git blame gives to commits since the release
before, and how many of them are aider's (aider/website/_data/blame.yml). The same files, the same blame options and
the same marks are used here; only the classifier is ours. Prints both numbers and what the marked added lines say.
"""

import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from metrics.estimators.authorship import Classifier
from metrics.estimators.markers import embedded_markers

CODE = (".js", ".py", ".scm", ".sh", "Dockerfile", "Gemfile")
WEBSITE = {
    "aider/website/index.html",
    "aider/website/share/index.md",
    "aider/website/_includes/head_custom.html",
    "aider/website/_includes/home.css",
    "aider/website/docs/leaderboards/index.md",
}
NOT_COUNTED = {"aider/website/install.ps1", "aider/website/install.sh"}
PUBLISHED = "aider/website/_data/blame.yml"


def main() -> None:
    if len(sys.argv) < 2:
        print("nothing to compare: name a clone of github.com/Aider-AI/aider", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory(prefix="bench-aider-") as folder:
        git(Path(folder), "clone", "-q", "--bare", "--shared", str(Path(sys.argv[1]).absolute()), "aider")
        compare(without_gaps(Path(folder) / "aider"))


def without_gaps(repository: Path) -> Path:
    """Blobs that a snapshot lacks (its largest files) are read as empty: blame looks into them for copied lines."""
    listed = git(repository, "rev-list", "--objects", "--missing=print", "--all").split("\n")
    missing = [line[1:] for line in listed if line.startswith("?")]
    empty = git(repository, "hash-object", "-w", "--stdin").strip()
    refs = "".join(f"create refs/replace/{blob} {empty}\n" for blob in missing)
    subprocess.run(["git", "-C", str(repository), "update-ref", "--stdin"], input=refs.encode(), check=True)
    print(f"{len(missing)} blobs are missing and read as empty")
    return repository


def compare(repository: Path) -> None:
    text = git(repository, "show", f"HEAD:{PUBLISHED}")
    field = r"^(?:- |  )%s: '?([^'\n]+)'?$"
    columns = [
        re.findall(field % name, text, re.MULTILINE) for name in ("start_tag", "end_tag", "aider_total", "total_lines")
    ]
    releases = list(zip(*columns, strict=True))
    kinds = ai_commits(repository)
    equal = 0
    print(f"{'release':<10} {'published':>16} {'derived':>16} {'difference':>10} unread files")
    with ThreadPoolExecutor(2) as pool:
        derived = pool.map(lambda one: release(repository, one[0], one[1], kinds), releases)
        for (_, end, ai, total), (our_ai, our_total, unread) in zip(releases, derived, strict=True):
            theirs, ours = int(ai) / int(total), our_ai / max(1, our_total)
            equal += (int(ai), int(total)) == (our_ai, our_total)
            shares = f"{ai:>5}/{total:>5} {theirs:.3f} {our_ai:>5}/{our_total:>5} {ours:.3f}"
            print(f"{end:<10} {shares} {ours - theirs:>+10.4f} {unread}", flush=True)
    print(f"{equal} of {len(releases)} releases are equal to the line")


def ai_commits(repository: Path) -> set[str]:
    """Commits that are authored by aider, by our classifier."""
    classifier = Classifier(embedded_markers())
    fields = git(repository, "log", "-z", "--format=%H%x00%an <%ae>%x00%cn <%ce>%x00%B", "--all").split("\0")
    rows = zip(*[iter(fields)] * 4, strict=False)
    found = ((commit, classifier.classify(author, committer, text)) for commit, author, committer, text in rows)
    return {commit for commit, said in found if "aider" in said.tools}


def release(repository: Path, start: str, end: str, ai: set[str]) -> tuple[int, int, int]:
    """AI lines and all lines of one release, and the files whose blame failed."""
    paths = [
        path for path in git(repository, "ls-tree", "-r", "-z", "--name-only", end).split("\0") if is_counted(path)
    ]
    of_ai = total = unread = 0
    for path in paths:
        command = ["blame", "-M100", "-C100", "-C", "-C", "--porcelain", f"{start}..{end}", "--", path]
        done = subprocess.run(["git", "-C", str(repository), *command], capture_output=True, check=False)
        unread += done.returncode != 0
        for commit in since(done.stdout.decode("utf-8", "replace")):
            total += 1
            of_ai += commit in ai
    return of_ai, total, unread


def is_counted(path: str) -> bool:
    code = path.endswith(CODE) or path in WEBSITE
    workflow = path.endswith(".yml") and path.startswith((".github/workflows/", "aider/resources/"))
    fixture = path.startswith("tests/fixtures/languages/") and "/test." in path
    dropped = path.endswith("prompts.py") or path.startswith("tests/fixtures/watch") or path in NOT_COUNTED
    return (code or workflow or fixture) and not dropped


def since(porcelain: str) -> list[str]:
    """The commit of every line that is younger than the release before: those at its boundary are left out."""
    boundary: set[str] = set()
    commits = []
    current = ""
    for line in porcelain.split("\n"):
        found = re.match(r"([0-9a-f]{40}) [0-9]+ [0-9]+", line)
        if line.startswith("\t"):
            commits.append(current)
        elif found:
            current = found[1]
        elif line == "boundary":
            boundary.add(current)
    return [commit for commit in commits if commit not in boundary]


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(repository), *arguments], check=True, capture_output=True, stdin=subprocess.DEVNULL
    )
    return done.stdout.decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    main()
