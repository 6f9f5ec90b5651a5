"""What is said of measured repositories, and the files that say it: monthly.csv, commits.parquet, summary.json."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.git_files import write_commits, write_monthly, write_summary
from flows.git_measure import SHARES_ONLY, Asked, Measured, Outcome, measure_each
from flows.git_process import git_version
from metrics.errors import DataError, UsageError
from metrics.estimators import authorship, source_lines
from metrics.estimators.markers import embedded_markers

DEFINITIONS = {
    "universe": "commits reachable from HEAD with at most one parent; a shallow clone's boundary is left out",
    "month": "of the committer date, UTC",
    "kind": "first that holds: authored, co-authored, assisted, bot, human; marks are read from identities as written",
    "share_commits": "(authored + co-authored) / (all - bot) commits",
    "share_added_source": "the same of added source lines; the table's added and added_source have bots' lines too",
    "engineers": "different author keys of commits whose author's account is neither an agent's nor a bot's",
    "lines": "git's numstat, renames at 50 %, myers; binary files count none; .mailmap of HEAD",
    "bracket": "share of added source lines read strictly (authored only) and generously (with assisted); no interval",
    "author_key": "keyed hash of the address; the key stays in the data folder",
}


def measure(
    addresses: Sequence[str],
    *,
    home: Path,
    jobs: int = 2,
    out: Path | None = None,
    asked: Asked = SHARES_ONLY,
) -> list[Measured]:
    """Measure all of the repositories, and write what was found.

    Args:
        addresses: folders, https or ssh addresses.
        home: where readings, mirrors and the authors' key are kept.
        jobs: processes that read diffs.
        out: folder for the three files; none are written without.
        asked: what else to measure.

    Raises:
        UsageError: an address is none that is read.
        DataError: a repository cannot be read.
    """
    outcomes = list(measure_each(addresses, home=home, jobs=jobs, asked=asked))
    for outcome in outcomes:
        if outcome.fault:
            raise outcome.fault
    found = [outcome.measured for outcome in outcomes if outcome.measured]
    if out:
        write(out, found)
    return found


def require_out(out: Path | None) -> None:
    """A folder for the files, before any work.

    Raises:
        UsageError: there is something else in its place.
    """
    if out and out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is not a folder", found="a file", next="name a folder; the file is as it was")


def require_measured(outcomes: Sequence[Outcome]) -> None:
    """Say at the end that repositories could not be measured.

    Raises:
        DataError: the fault of the only one, or naming all of them; what the others gave stands.
    """
    failed = [(one.repo, one.fault) for one in outcomes if one.fault]
    if not failed:
        return
    first = failed[0][1]
    if len(failed) == len(outcomes) == 1:
        raise first
    names = ", ".join(repo for repo, _ in failed)
    raise DataError(
        f"{names}: not measured", found=f"{first.message} ({first.found})", next=f"{first.next}; the others are done"
    )


def write(out: Path, found: Sequence[Measured]) -> None:
    """The three files, into a folder that is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    write_monthly(out / "monthly.csv", [month for one in found for month in one.months])
    write_commits(out / "commits.parquet", [one.commits for one in found])
    write_summary(out / "summary.json", summary_of(found))


def summary_of(found: Sequence[Measured]) -> dict[str, Any]:
    """What summary.json says: how everything was measured, and every repository."""
    markers = embedded_markers()
    return {
        "git": git_version(),
        "definitions": DEFINITIONS,
        "markers": {"patterns": len(markers.markers), "sha256": markers.sha256},
        "rules": {"authorship": authorship.DEFINITION, "source_lines": source_lines.DEFINITION},
        "repositories": {one.repo: one.summary for one in found},
    }
