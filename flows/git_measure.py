"""Repositories measured, several at the same time: their months, commits, and what is said of them as a whole."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from flows import git_address, git_clone
from flows.git_address import different_of, names_of
from flows.git_blame import surviving
from flows.git_history import History, Progress, read_history
from flows.git_landing import MOST_UNREAD, landed
from flows.git_notes import attested_lines
from flows.git_parts import PartReader
from flows.git_process import AbortedError, Repository, borrowed, refs_of
from flows.git_read import head_at
from flows.git_squashes import PULL_REFS, squashed
from flows.git_store import Store, folder_of, one_at_a_time
from flows.settings import debugging
from metrics.errors import DataError
from metrics.estimators.code_share import Month, attested, day_of, left_out, monthly, overall, tools_seen
from metrics.estimators.columns import numbers
from metrics.estimators.git_ai_notes import REF
from metrics.estimators.markers import embedded_markers
from metrics.estimators.output import output_multiplier
from metrics.estimators.work import work_of
from metrics.untrusted import plain
from warehouse.files import partial_of, put_in_place

if TYPE_CHECKING:
    from flows.cluster import Spread

SECRET_BYTES = 32

SEED = 20_261_101
"""Of the bootstrap: the same history gives the same interval."""


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

Told = Callable[[str], None]
"""Told in a line what is being done to a repository, and how far it is."""

TOLD_EVERY_SECONDS = 5.0


class Outcome(NamedTuple):
    """What came of one repository."""

    repo: str
    measured: Measured | None
    fault: DataError | None
    seconds: float

    @property
    def told(self) -> str:
        """How it ended, for a line of progress."""
        n = len(self.measured.commits) if self.measured else 0
        return f"{n:,} commit{'s' * (n != 1)}" if self.measured else "failed"


def measure_each(
    addresses: Sequence[str],
    *,
    home: Path,
    jobs: int = 2,
    asked: Asked = SHARES_ONLY,
    progress: Told | None = None,
    spread: "Spread | None" = None,
) -> Iterator[Outcome]:
    """Measure repositories, several at the same time, in their order; one that fails stops itself alone.

    Args:
        addresses: folders, https or ssh addresses; one that is named twice is measured once.
        home: where readings, mirrors and the authors' key are kept.
        jobs: processes that read diffs, over all repositories.
        asked: what else to measure.
        progress: told every few seconds how far a repository is.
        spread: works on repositories elsewhere, where `home` and the folders lie too.

    Raises:
        UsageError: an address is none that is read, or git is not there; nothing more is measured.
    """
    # Arrow's own allocator keeps 30 MB in reserve; tables here are small, and the process may stay for days.
    pa.set_memory_pool(pa.system_memory_pool())
    different = different_of(addresses)
    named = list(zip(different, names_of(different), strict=True))
    if spread:
        yield from spread(partial(_measure_named, home=home, jobs=jobs, asked=asked), named)
        return
    at_once = min(jobs, len(named))
    with ThreadPoolExecutor(at_once) as threads:
        try:
            each = partial(measure_one, home=home, jobs=jobs // at_once, asked=asked, progress=progress)
            yield from threads.map(lambda one: each(*one), named)
        finally:
            threads.shutdown(cancel_futures=True)


def _measure_named(named: tuple[str, str], *, home: Path, jobs: int, asked: Asked) -> Outcome:
    return measure_one(*named, home=home, jobs=jobs, asked=asked)


def measure_one(
    address: str,
    name: str,
    *,
    home: Path,
    jobs: int = 2,
    asked: Asked = SHARES_ONLY,
    progress: Told | None = None,
) -> Outcome:
    """Measure one repository; what is wrong with it is told, not raised."""
    started = time.perf_counter()
    measured: Measured | None = None
    fault: DataError | None = None
    try:
        measured = _measured(address, name, home, jobs, asked, progress)
    except Exception as error:
        fault = fault_of(name, error)
    return Outcome(name, measured, fault, time.perf_counter() - started)


def fault_of(name: str, error: Exception) -> DataError:
    """What is told of the error that one repository ended with: whatever it is, it is that repository's.

    Raises:
        Exception: the error itself, if it is a fault of ours and THREEFUTURES_DEBUG is set.
    """
    if isinstance(error, DataError):
        return error
    if isinstance(error, OSError):
        return DataError(
            f"{name}: the system refused {error.filename or 'to go on'}",
            found=error.strerror or str(error),
            next="mend it and run again; what was read before is kept",
        )
    if debugging():
        raise error
    return DataError(
        f"{name}: threefutures met a fault of its own, {type(error).__name__}",
        found=str(error) or "no message",
        next="set THREEFUTURES_DEBUG=1 and run it again, then report what it prints",
    )


def _measured(address: str, name: str, home: Path, jobs: int, asked: Asked, progress: Told | None) -> Measured:
    url = git_address.is_url(address)
    path = git_clone.mirror(address, home / "mirrors") if url else Path(address).absolute()
    folder = folder_of(home / "histories", address if url else str(path))
    with borrowed(path, name=name) as repository, one_at_a_time(folder):
        reader = PartReader(repository, embedded_markers(), author_secret(home), jobs)
        told = _Steps(name, progress)
        history = read_history(repository, folder, reader, progress=told.of("read", "commits"))
        commits = history.commits
        refs = refs_of(path, REF, *PULL_REFS)
        extras: dict[str, Any] = {"notes": _notes(repository, refs.pop(REF, ""), commits, reader, folder, told)}
        extras["squashes"] = _squashes(repository, refs, commits, reader, folder / "pulls")
        if asked.surviving:
            blamed = told.of("blame", "files")
            extras["surviving"] = surviving(repository, commits, reader, jobs=jobs, progress=blamed)
        if asked.output_multiplier:
            extras["output_multiplier"] = _output(repository, commits, reader, folder, asked.baseline, told)
        return Measured(name, monthly(commits, repo=name), commits, _summary(repository, history) | extras)


class _Steps:
    """Tells how far the steps of one repository are, every few seconds."""

    def __init__(self, repo: str, tell: Told | None) -> None:
        self._repo = plain(repo)
        self._tell = tell
        self._last = time.monotonic()

    def of(self, step: str, things: str) -> Progress:
        """A progress that is told of one step, done to so many things."""

        def progress(done: int, of: int) -> None:
            if self._tell and done < of and time.monotonic() - self._last >= TOLD_EVERY_SECONDS:
                self._last = time.monotonic()
                self._tell(f"{step:<10}{self._repo}: {done:,} of {of:,} {things}")

        return progress


def _notes(
    repository: Repository, notes: str, commits: pa.Table, reader: PartReader, folder: Path, told: "_Steps"
) -> dict[str, Any] | None:
    if not notes:
        return None
    readable = commits.filter(commits["has_diff"])["commit"].to_pylist()
    try:
        progress = told.of("notes", "commits")
        kept = folder / "notes.parquet"
        return attested(commits, attested_lines(repository, notes, readable, reader, kept, progress))
    except AbortedError as error:
        return {"not_read": error.found}


def _squashes(
    repository: Repository, tips: Mapping[str, str], commits: pa.Table, reader: PartReader, folder: Path
) -> dict[str, Any] | None:
    if not tips:
        return None
    try:
        return squashed(repository, tips, commits, reader, folder)
    except AbortedError as error:
        return {"not_read": error.found}


def _output(
    repository: Repository,
    commits: pa.Table,
    reader: PartReader,
    folder: Path,
    baseline: int | None,
    told: "_Steps",
) -> dict[str, Any]:
    try:
        found = landed(repository, commits, reader, Store(folder).paths(), told.of("follow", "steps of the main line"))
    except AbortedError:
        return {"no_estimate": f"the objects of more than {MOST_UNREAD} steps of the main line are missing"}
    work = work_of(commits, found.durable)
    # A HEAD that claims to be of tomorrow has no months until then.
    end_at = min(found.end_at, int(time.time()))
    output = output_multiplier(work, end_at=end_at, baseline_year=baseline, seed=SEED)
    return {**as_json(output), "seed": SEED, "steps_unread": found.steps_unread, "most_in_a_step": found.most_in_a_step}


def as_json(value: Any) -> Any:
    """Named tuples as objects, all the way down."""
    if hasattr(value, "_asdict"):
        return {name: as_json(one) for name, one in value._asdict().items()}
    return [as_json(one) for one in value] if isinstance(value, (list, tuple)) else value


def author_secret(home: Path) -> bytes:
    """The key of the authors' keys, made once a data folder: without it nobody can try addresses on them.

    Raises:
        DataError: the file is not what was written.
    """
    path = home / "author.key"
    # Repositories are read at the same time, also by two processes: all of them must get one key.
    with one_at_a_time(home):
        if not path.is_file():
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
