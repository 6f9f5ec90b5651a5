"""The share of code that AI wrote, from classified commits: by month, as a whole, and how far it can be trusted.

Commits come as one Arrow table with COMMITS; reading them belongs to `flows`. A marked share is neither a lower nor an
upper bound: marks miss lines that AI wrote, and people write lines in marked commits.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from metrics.estimators.authorship import ACCOUNTS, KINDS
from metrics.estimators.columns import among, booleans, codes, numbers, whole
from metrics.estimators.source_lines import CLASSES

SEPARATOR = ";"
"""Between the tools, and between the markers, of one commit."""

ADDED = {name: f"added_{name}" for name in CLASSES}
"""Column of the lines added to files of each class."""

COMMITS = pa.schema(
    [
        ("commit", pa.string()),
        ("at", pa.int64()),  # committer date, seconds since 1970, UTC, up to the end of 9999
        ("kind", pa.string()),
        ("account", pa.string()),
        ("tools", pa.string()),
        ("markers", pa.string()),
        ("author_key", pa.string()),
        ("revert", pa.bool_()),
        ("cherry_pick", pa.bool_()),
        ("has_diff", pa.bool_()),  # False: objects are missing, every number below is null
        ("added", pa.int64()),
        ("deleted", pa.int64()),
        ("files", pa.int64()),
        ("binary_files", pa.int64()),
        *((name, pa.int64()) for name in ADDED.values()),
        ("digest", pa.uint64()),  # equal for equal patches, though not only for them
        ("duplicate", pa.bool_()),  # the patch of an earlier commit
    ]
)
"""One row a commit that is reachable from HEAD and has at most one parent."""

AI_KINDS = ("authored", "co-authored")
"""The kinds whose lines are called AI's."""


COMMITTED_FOR_A_PERSON = "m070"
"""The marker of a tool that committed edits a person had made."""


class Month(NamedTuple):
    """One month of one repository, in the order of the published table."""

    repo: str
    month: str
    commits: int
    commits_bot: int
    commits_authored: int
    commits_co_authored: int
    commits_assisted: int
    added: int
    """Lines added to text files by all commits, bots' too."""
    added_source: int
    added_source_ai: int
    added_source_assisted: int
    engineers: int
    share_commits: float | None
    """AI commits among those that are not a bot's; None if there is none."""
    share_added_source: float | None
    """AI source lines among those that are not a bot's; None if there is none."""


class Shares(NamedTuple):
    """AI's share of commits and of added source lines; None where nothing was to be shared."""

    commits: float | None
    added_source: float | None


class Bracket(NamedTuple):
    """What the share of added source lines would be if marks were read strictly, and generously.

    It is the spread of readings, not an interval of confidence: the truth may lie outside.
    """

    authored_only: float | None
    with_assisted: float | None


def months_of(at: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Calendar months, UTC, of seconds since 1970, counted from January 1970."""
    return at.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)


def month_name(number: int) -> str:
    """A month as it is written: 2026-01."""
    return f"{1970 + number // 12:04d}-{number % 12 + 1:02d}"


def monthly(commits: pa.Table, *, repo: str) -> list[Month]:
    """The months in which there is a commit, in order."""
    months = months_of(numbers(commits["at"]))
    sums = _sums(commits, months)
    engineers = _engineers(commits, months)
    return [_month(repo, month, sums[month], engineers.get(month, 0)) for month in sorted(sums)]


class _Sum(NamedTuple):
    commits: int = 0
    added: int = 0
    source: int = 0


def _sums(commits: pa.Table, groups: "np.ndarray[Any, Any]") -> dict[int, dict[str, _Sum]]:
    """Sums by group and kind; commits without a diff add no lines."""
    kinds, kind_of = codes(commits["kind"])
    cells, cell_of = np.unique(groups * len(KINDS) + kind_of, return_inverse=True)
    # Sums of whole numbers below 2**53 are exact in floating point.
    added, source = (np.bincount(cell_of, numbers(commits[name])) for name in ("added", ADDED["source"]))
    found: dict[int, dict[str, _Sum]] = defaultdict(dict)
    for cell, n, lines, source_lines in zip(cells, np.bincount(cell_of), added, source, strict=True):
        group, kind = divmod(int(cell), len(KINDS))
        found[group][kinds[kind]] = _Sum(int(n), int(lines), int(source_lines))
    return found


def _engineers(commits: pa.Table, months: "np.ndarray[Any, Any]") -> dict[int, int]:
    people = among(commits["account"], "person")
    keys, key_of = codes(commits["author_key"])
    pairs = np.unique(months[people] * len(keys) + key_of[people])
    found, counts = np.unique(pairs // max(1, len(keys)), return_counts=True)
    return {int(month): int(n) for month, n in zip(found, counts, strict=True)}


def _month(repo: str, month: int, by_kind: Mapping[str, _Sum], engineers: int) -> Month:
    of = {kind: by_kind.get(kind, _Sum()) for kind in KINDS}
    shares = shares_of(of)
    return Month(
        repo=repo,
        month=month_name(month),
        commits=sum(one.commits for one in of.values()),
        commits_bot=of["bot"].commits,
        commits_authored=of["authored"].commits,
        commits_co_authored=of["co-authored"].commits,
        commits_assisted=of["assisted"].commits,
        added=sum(one.added for one in of.values()),
        added_source=sum(one.source for one in of.values()),
        added_source_ai=sum(of[kind].source for kind in AI_KINDS),
        added_source_assisted=of["assisted"].source,
        engineers=engineers,
        share_commits=shares.commits,
        share_added_source=shares.added_source,
    )


def shares_of(of: Mapping[str, _Sum], counted: tuple[str, ...] = AI_KINDS) -> Shares:
    """The shares of the kinds that are counted as AI; bots are in neither part."""
    others = [one for kind, one in of.items() if kind != "bot"]
    ai = [of[kind] for kind in counted]
    return Shares(
        share(sum(one.commits for one in ai), sum(one.commits for one in others)),
        share(sum(one.source for one in ai), sum(one.source for one in others)),
    )


def share(part: int, whole: int) -> float | None:
    """A fraction in [0, 1]; None of nothing."""
    return part / whole if whole else None


class Overall(NamedTuple):
    """The whole history in one row."""

    shares: Shares
    bracket: Bracket
    coverage: float | None
    """Commits with an AI mark of any level, among those that are not a bot's."""


def overall(commits: pa.Table) -> Overall:
    """Shares, bracket and coverage over every commit of the table."""
    by_kind = _sums(commits, np.zeros(len(commits), np.int64)).get(0, {})
    of = {kind: by_kind.get(kind, _Sum()) for kind in KINDS}
    marked = sum(of[kind].commits for kind in (*AI_KINDS, "assisted"))
    return Overall(
        shares_of(of),
        Bracket(
            shares_of(of, ("authored",)).added_source,
            shares_of(of, (*AI_KINDS, "assisted")).added_source,
        ),
        share(marked, sum(one.commits for kind, one in of.items() if kind != "bot")),
    )


def attested(commits: pa.Table, lines: pa.Table) -> dict[str, Any]:
    """What git notes say of added source lines, and what the marks make of the same lines.

    Args:
        commits: COMMITS.
        lines: commit, added, ai and human: the added source lines of commits with a note, and whose they are.
    """
    counted = commits.filter(booleans(~among(commits["kind"], "bot")))
    total = int(numbers(counted[ADDED["source"]]).sum())
    noted = lines.filter(pc.is_in(lines["commit"], whole(counted["commit"])))
    marked = counted.filter(booleans(among(counted["kind"], *AI_KINDS)))
    in_marked = noted.filter(pc.is_in(noted["commit"], whole(marked["commit"])))
    ai, human, added = (int(numbers(noted[name]).sum()) for name in ("ai", "human", "added"))
    ai_marked, added_marked = (int(numbers(in_marked[name]).sum()) for name in ("ai", "added"))
    return {
        "commits": len(noted),
        "added_source": {"ai": ai, "human": human, "unknown": added - ai - human, "without_note": total - added},
        "share_ai_at_least": share(ai, total),
        "share_ai_at_most": share(total - human, total),
        "ai_lines_in_marked_commits": share(ai_marked, ai),
        "ai_share_of_marked_commits_with_note": share(ai_marked, added_marked),
    }


def tools_seen(commits: pa.Table) -> dict[str, dict[str, Any]]:
    """Every tool that left an AI mark: the day of its first, of its last, and how many commits, by first day."""
    at = numbers(commits["at"])
    combinations, combination_of = codes(commits["tools"])
    rows = {tools: np.flatnonzero(combination_of == number) for number, tools in enumerate(combinations) if tools}
    of_tool: dict[str, list[int]] = defaultdict(list)
    for tools, found in rows.items():
        for tool in tools.split(SEPARATOR):
            of_tool[tool].extend(at[found].tolist())
    seen = {tool: (min(found), max(found), len(found)) for tool, found in of_tool.items()}
    return {
        tool: {"first": day_of(first), "last": day_of(last), "commits": n}
        for tool, (first, last, n) in sorted(seen.items(), key=lambda item: (item[1][0], item[0]))
    }


def day_of(at: int) -> str:
    """The day, UTC, of seconds since 1970, of the years 1 to 9999."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).date().isoformat()


def left_out(commits: pa.Table) -> dict[str, Any]:
    """What is not counted as code, or could not be, and what the shares keep though one may want it out: counts."""
    lines = {name: int(numbers(commits[column]).sum()) for name, column in ADDED.items() if name != "source"}
    flags = {name: int(numbers(commits[name]).sum()) for name in ("revert", "cherry_pick", "duplicate")}
    accounts = {name: int(among(commits["account"], name).sum()) for name in ACCOUNTS}
    committed = numbers(pc.match_substring(commits["markers"], COMMITTED_FOR_A_PERSON)).sum()
    return {
        "from_shares": {
            "commits_bot": int(among(commits["kind"], "bot").sum()),
            "commits_without_diff": int((~numbers(commits["has_diff"])).sum()),
            "binary_files": int(pc.sum(commits["binary_files"]).as_py() or 0),
            "added_lines": lines,
        },
        "from_engineers": {"commits_by_agents": accounts["agent"], "commits_by_bots": accounts["bot"]},
        "from_output_multiplier": {
            "reverts": flags["revert"],
            "cherry_picks_said": flags["cherry_pick"],
            "duplicates": flags["duplicate"],
            "giants": int(np.count_nonzero(giants(commits))),
        },
        "people_committed_by_a_tool": int(committed),
    }


def giant_threshold(commits: pa.Table) -> float:
    """Added source lines above which a commit is a giant: ten times the 99th percentile of commits with any."""
    lines = _people_lines(commits)
    return 10 * float(np.quantile(lines[lines > 0], 0.99)) if np.any(lines > 0) else float("inf")


def giants(commits: pa.Table) -> "np.ndarray[Any, Any]":
    """Which commits are giants: imports, reformattings, vendored code under another name."""
    return _people_lines(commits) > giant_threshold(commits)


def _people_lines(commits: pa.Table) -> "np.ndarray[Any, Any]":
    """Added source lines, 0 for bots and where the diff is missing."""
    lines: np.ndarray[Any, Any] = numbers(commits[ADDED["source"]])
    return np.where(among(commits["kind"], "bot"), 0, lines)
