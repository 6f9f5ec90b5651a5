"""What is said of measured repositories, and the files that say it: monthly.csv, commits.parquet, summary.json."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.git_files import write_commits, write_monthly, write_summary
from flows.git_measure import SHARES_ONLY, Asked, Measured, Outcome, measure_each
from flows.git_process import git_version
from flows.git_store import folder_of, one_at_a_time
from metrics.errors import DataError, UsageError
from metrics.estimators import authorship, source_lines
from metrics.estimators.markers import embedded_markers
from warehouse.files import being_written, put_all_in_place, sweep

DEFINITIONS = {
    "universe": "commits reachable from HEAD with at most one parent; a shallow clone's boundary is left out",
    "month": "of the committer date, UTC",
    "kind": "first that holds: authored, co-authored, assisted, bot, human; marks are read from identities as written",
    "share_commits": "(authored + co-authored) / (all - bot) commits",
    "share_added_source": "the same of added source lines; the table's added and added_source have bots' lines too",
    "engineers": "different author keys of commits whose author's account is neither an agent's nor a bot's",
    "lines": "git's numstat, renames at 50 %, myers; binary files count none; .mailmap of HEAD",
    "bracket": "share of added source lines read strictly (authored only) and generously (with assisted); no interval",
    "squashes": "share of the added source lines of marked squash merges' own commits that marked ones of them added; "
    "where the refs of pull requests are in the repository, bots left out",
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
        write(out, found, home=home)
    return found


def require_out(out: Path | None) -> None:
    """A folder for the files, made and tried before any work.

    Raises:
        UsageError: there is something else in its place, or the system refuses it.
    """
    if out is None:
        return
    there = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    if not there.is_dir():
        raise UsageError(
            f"--out {out} cannot be a folder", found=f"a file at {there}", next="name a folder; the file is as it was"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
        with being_written(out / ".probe") as probe:
            probe.touch()
        probe.unlink(missing_ok=True)  # another process may be probing too
    except OSError as error:
        raise UsageError(
            f"--out {out} cannot be written to",
            found=f"{error.strerror}: {error.filename}",
            next="name another folder; nothing was measured",
        ) from error


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


def write(out: Path, found: Sequence[Measured], *, home: Path) -> None:
    """The three files of one measurement, swapped in together, into a folder that is made if need be.

    Args:
        out: the folder.
        found: what they are made of.
        home: as for measure_each; two processes that write to one folder take turns.
    """
    out.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(folder_of(home / "out", str(out.absolute()))), being_written(out / "measured") as partial:
        sweep(out)
        partial.mkdir()
        write_monthly(partial / "monthly.csv", [month for one in found for month in one.months])
        write_commits(partial / "commits.parquet", [one.commits for one in found])
        write_summary(partial / "summary.json", summary_of(found))
        put_all_in_place(partial, out)


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
