"""Histories measured, and the files that say what was found: monthly.csv, commits.parquet, summary.json."""

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from flows import git_address, git_clone
from flows.git_blame import surviving
from flows.git_files import write_commits, write_monthly, write_summary
from flows.git_history import History, Progress, read_history
from flows.git_landing import MOST_UNREAD, landed
from flows.git_notes import attested_lines
from flows.git_parts import PartReader
from flows.git_process import AbortedError, Repository, borrowed, git_version, ref_of, repository_name
from flows.git_read import head_at
from flows.git_store import Store, folder_of, one_at_a_time
from metrics.errors import DataError
from metrics.estimators import authorship, source_lines
from metrics.estimators.code_share import Month, attested, day_of, left_out, monthly, overall, tools_seen
from metrics.estimators.columns import numbers
from metrics.estimators.git_ai_notes import REF
from metrics.estimators.markers import MarkerTable, embedded_markers
from metrics.estimators.output import output_multiplier, work_of
from warehouse.files import partial_of, put_in_place

if TYPE_CHECKING:
    from flows.cluster import Spread

SECRET_BYTES = 32

SEED = 20_261_101
"""Of the bootstrap: the same history gives the same interval."""

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


class Measured(NamedTuple):
    """What was found in one repository."""

    repo: str
    months: list[Month]
    commits: pa.Table
    """code_share.COMMITS."""
    summary: dict[str, Any]


class Asked(NamedTuple):
    """What is measured beside the shares; each costs another pass over the history."""

    surviving: bool = False
    output_multiplier: bool = False
    baseline: int | None = None
    """The year before AI; None finds the baseline by the marked share."""


SHARES_ONLY = Asked()


def measure(
    addresses: Sequence[str],
    *,
    home: Path,
    jobs: int = 2,
    out: Path | None = None,
    asked: Asked = SHARES_ONLY,
    progress: Progress | None = None,
    spread: "Spread | None" = None,
) -> list[Measured]:
    """Measure repositories, and write what was found.

    Args:
        addresses: folders, https or ssh addresses.
        home: where readings, mirrors and the authors' key are kept.
        jobs: processes that read diffs.
        out: folder for the three files; none are written without.
        asked: what else to measure.
        progress: told of the commits read.
        spread: works on repositories elsewhere than in this process, where `home` and the folders lie too.

    Raises:
        UsageError: an address is none that is read.
        DataError: a repository cannot be read.
    """
    # Arrow's own allocator keeps 30 MB in reserve; tables here are small, and the process may stay for days.
    pa.set_memory_pool(pa.system_memory_pool())
    markers, secret = embedded_markers(), author_secret(home)
    one = partial(_measure_one, home=home, markers=markers, secret=secret, jobs=jobs, asked=asked, progress=progress)
    named = list(zip(addresses, names_of(addresses), strict=True))
    found = list(spread(one, named) if spread else map(one, named))
    if out:
        write(out, found, markers)
    return found


def _measure_one(
    named: tuple[str, str],
    *,
    home: Path,
    markers: MarkerTable,
    secret: bytes,
    jobs: int,
    asked: Asked,
    progress: Progress | None,
) -> Measured:
    address, name = named
    url = git_address.is_url(address)
    path = git_clone.mirror(address, home / "mirrors") if url else Path(address).absolute()
    folder = folder_of(home / "histories", address if url else str(path))
    with borrowed(path, name=name) as repository, one_at_a_time(folder):
        reader = PartReader(repository, markers, secret, jobs)
        history = read_history(repository, folder, reader, progress=progress)
        extras: dict[str, Any] = {"notes": _notes(repository, path, history.commits, reader, folder)}
        if asked.surviving:
            extras["surviving"] = surviving(repository, history.commits, reader, jobs=jobs)
        if asked.output_multiplier:
            extras["output_multiplier"] = _output(repository, history.commits, reader, folder, asked.baseline)
        return Measured(
            name, monthly(history.commits, repo=name), history.commits, _summary(repository, history) | extras
        )


def _notes(
    repository: Repository, path: Path, commits: pa.Table, reader: PartReader, folder: Path
) -> dict[str, Any] | None:
    notes = ref_of(path, REF)
    if not notes:
        return None
    readable = commits.filter(commits["has_diff"])["commit"].to_pylist()
    return attested(commits, attested_lines(repository, notes, readable, reader, folder / "notes.parquet"))


def _output(
    repository: Repository, commits: pa.Table, reader: PartReader, folder: Path, baseline: int | None
) -> dict[str, Any]:
    try:
        found = landed(repository, commits, reader, Store(folder).paths())
    except AbortedError:
        return {"no_estimate": f"the objects of more than {MOST_UNREAD} steps of the main line are missing"}
    work = work_of(commits, found.durable)
    output = output_multiplier(work, end_at=found.end_at, baseline_year=baseline, seed=SEED)
    return {**as_json(output), "seed": SEED, "steps_unread": found.steps_unread, "most_in_a_step": found.most_in_a_step}


def as_json(value: Any) -> Any:
    """Named tuples as objects, all the way down."""
    if hasattr(value, "_asdict"):
        return {name: as_json(one) for name, one in value._asdict().items()}
    return [as_json(one) for one in value] if isinstance(value, (list, tuple)) else value


def names_of(addresses: Sequence[str]) -> list[str]:
    """What to call each repository: its folder's name, with a few letters of its address where two are the same."""
    urls = [git_address.is_url(address) for address in addresses]
    names = [
        git_address.url_name(address) if url else repository_name(Path(address))
        for address, url in zip(addresses, urls, strict=True)
    ]
    times = Counter(names)
    return [
        name if times[name] == 1 else f"{name}-{hashlib.sha256(os.fsencode(address)).hexdigest()[:6]}"
        for name, address in zip(names, addresses, strict=True)
    ]


def author_secret(home: Path) -> bytes:
    """The key of the authors' keys, made once a data folder: without it nobody can try addresses on them.

    Raises:
        DataError: the file is not what was written.
    """
    path = home / "author.key"
    if not path.is_file():
        home.mkdir(parents=True, exist_ok=True)
        partial = partial_of(path)
        partial.touch(mode=0o600)
        partial.write_bytes(os.urandom(SECRET_BYTES))
        put_in_place(partial, path)
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise DataError(
            f"{path} is not the key of the authors' keys",
            found=f"{len(secret)} bytes where {SECRET_BYTES} were written",
            next="bring it back from a backup, or remove it: authors get new keys",
        )
    return secret


def write(out: Path, found: Sequence[Measured], markers: MarkerTable) -> None:
    """The three files, into a folder that is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    write_monthly(out / "monthly.csv", [month for one in found for month in one.months])
    write_commits(out / "commits.parquet", [one.commits for one in found])
    write_summary(out / "summary.json", summary_of(found, markers))


def summary_of(found: Sequence[Measured], markers: MarkerTable) -> dict[str, Any]:
    """What summary.json says: how everything was measured, and every repository."""
    return {
        "git": git_version(),
        "definitions": DEFINITIONS,
        "markers": {"patterns": len(markers.markers), "sha256": markers.sha256},
        "rules": {"authorship": authorship.DEFINITION, "source_lines": source_lines.DEFINITION},
        "repositories": {one.repo: one.summary for one in found},
    }


def _summary(repository: Repository, history: History) -> dict[str, Any]:
    commits = history.commits
    at = numbers(commits["at"])
    whole = overall(commits)
    return {
        "head": repository.head,
        "head_on": day_of(head_at(repository)),
        "commits": len(commits),
        "first": day_of(int(at.min())) if len(commits) else None,
        "last": day_of(int(at.max())) if len(commits) else None,
        "shallow": bool(repository.shallow),
        "share_commits": whole.shares.commits,
        "share_added_source": whole.shares.added_source,
        "bracket": whole.bracket._asdict(),
        "coverage": whole.coverage,
        "tools": tools_seen(commits),
        "left_out": left_out(commits),
    }
