"""The repositories of threefutures.toml: measured before the writer's lock is taken, kept under it.

Facts have days: a repository is measured anew every time, and what is found lands if it says something else than the
newest measurement, once a day. A repository that fails is named, and stops neither the others nor the run.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from flows.configuration import GitSource
from flows.git_address import different_of, is_url, names_of
from flows.git_files import commit_rows
from flows.git_measure import Asked, Outcome, fault_of, measure_one
from flows.ingest import Ingested, keep_judged, nothing, read_landed, total
from flows.progress import LOGGER, report_step
from metrics import load_indicators
from metrics.errors import DataError, UsageError, WarehouseError
from metrics.estimators.git_document import GitDocument, read_document, write_document
from metrics.estimators.git_facts import observations
from metrics.estimators.markers import embedded_markers
from metrics.source import Source, sources
from metrics.untrusted import plain
from warehouse.connection import live
from warehouse.home import Home
from warehouse.landing import Landed, content_of, land, landed
from warehouse.vintages import is_kept

ID = "git"

MOST_IN_A_BATCH = 8
"""Repositories of one task: a task costs milliseconds, and a batch that fails takes no more with it."""

TURNS = 4
"""Batches for each that runs at the same time, so that a large repository keeps few others waiting."""

Batch = tuple[tuple[str, str], ...]
"""Addresses, and what each repository is called."""


class Reading(NamedTuple):
    """What came of one repository."""

    repo: str
    document: bytes | None
    """git_document's bytes; None where it could not be measured, for the reason in `fault`."""
    fault: DataError | None
    seconds: float


def require_repositories(chosen: Sequence[Source], git: GitSource | None, *, named: bool) -> bool:
    """Whether repositories are to be measured: where the source is named, or none is.

    Raises:
        UsageError: it is named, and no repository is.
    """
    if not named:
        return git is not None
    wanted = any(source.id == ID for source in chosen)
    if wanted and (git is None or not git.enabled):
        raise UsageError(
            "git: no repository is named",
            found="no [sources.git] that is enabled in threefutures.toml",
            next='write repositories = ["../service"] under [sources.git], or measure one with threefutures git',
        )
    return wanted


def batches(git: GitSource | None, *, offline: bool = False) -> list[Batch]:
    """The repositories to measure, in batches; offline those of other machines are left out."""
    if git is None or not git.enabled:
        return []
    addresses = different_of(git.repositories)
    named = [pair for pair in zip(addresses, names_of(addresses), strict=True) if not (offline and is_url(pair[0]))]
    size = min(MOST_IN_A_BATCH, -(-len(named) // (TURNS * git.jobs))) or 1
    return [tuple(named[start : start + size]) for start in range(0, len(named), size)]


def read_batch(home: Home, batch: Batch, git: GitSource, *, on: date) -> list[Reading]:
    """Measure the repositories of a batch, one after another, and say each."""
    return [_read(home, address, name, git, on) for address, name in batch]


def read_repositories(home: Home, git: GitSource | None, *, on: date, offline: bool = False) -> list[Reading]:
    """Measure all repositories, several at the same time; writes nothing to the warehouse."""
    asked = batches(git, offline=offline)
    if git is None or not asked:
        return []
    with ThreadPoolExecutor(git.jobs) as threads:
        done = threads.map(partial(read_batch, home, git=git, on=on), asked)
        return [reading for batch in done for reading in batch]


def _read(home: Home, address: str, name: str, git: GitSource, on: date) -> Reading:
    asked = Asked(git.surviving, git.output_multiplier, git.baseline)
    jobs = 1 if len(git.repositories) > 1 else git.jobs
    found = measure_one(address, name, home=home.root / "git", jobs=jobs, asked=asked, progress=LOGGER.info)
    reading = _document(found, on)
    report_step("measure", f"{plain(name)}: {found.told if reading.document else 'failed'}", found.seconds)
    return reading


def _document(found: Outcome, on: date) -> Reading:
    reading = Reading(found.repo, None, found.fault, found.seconds)
    if found.measured is None:
        return reading
    repo, months, commits, summary = found.measured
    try:
        document = GitDocument(repo, on, embedded_markers().sha256, tuple(months), summary, commit_rows(commits))
        return reading._replace(document=write_document(document))
    except Exception as error:
        return reading._replace(fault=fault_of(repo, error))


def ingest_readings(home: Home, readings: Sequence[Reading], *, at: datetime) -> Ingested:
    """Keep what was measured; the caller holds the writer's lock. Repositories that failed are named in the error."""
    kept: list[Ingested] = []
    failed = [(one.repo, one.fault) for one in readings if one.fault]
    for one in readings:
        try:
            kept += [_keep(home, one.repo, one.document, at)] if one.document else []
        except (WarehouseError, OSError):  # of the data folder, not of one repository
            raise
        except Exception as error:
            failed.append((one.repo, fault_of(one.repo, error)))
    sums = total(kept, ID)._replace(fetch_seconds=sum(one.seconds for one in readings))
    if not failed:
        return sums
    first = failed[0][1]
    names = ", ".join(plain(repo) for repo, _ in failed)
    fault = DataError(f"git: {names} could not be measured", found=f"{first.message}: {first.found}", next=first.next)
    return sums._replace(error=str(fault))


def _keep(home: Home, repo: str, document: bytes, at: datetime) -> Ingested:
    """Keep a measurement that says something new. What landed and was not kept, because a kill came between, is."""
    found, newest = read_document(document), _newest(home, repo)
    if observations(found).empty:
        LOGGER.info("%s has no month yet that was over at its last commit: nothing is kept of it", plain(repo))
        return nothing(ID)._replace(files=1)
    if newest is None:
        return _land(home, repo, document, at)
    content = content_of(home, newest)
    with live(home) as connection:
        missed = not is_kept(connection, ID, newest.sha256)
    caught_up = [_judge(home, newest, content, at)] if missed else []
    before = read_document(content)
    if before.says_the_same_as(found):
        return total(caught_up, ID)._replace(files=1, unchanged=1)
    if before.measured_on >= found.measured_on:
        LOGGER.info("%s was measured today already: what it has since lands tomorrow", plain(repo))
        return total(caught_up, ID)._replace(files=1, unchanged=1)
    return total([*caught_up, _land(home, repo, document, at)], ID)


def _newest(home: Home, repo: str) -> Landed | None:
    return next((one for one in reversed(landed(home)) if (one.source, one.name) == (ID, _name(repo))), None)


def _name(repo: str) -> str:
    return f"{repo}.parquet"


def _land(home: Home, repo: str, document: bytes, at: datetime) -> Ingested:
    file = land(home, ID, document, name=_name(repo), fetched_at=at)
    return _judge(home, file, document, at)._replace(new_files=1)


def _judge(home: Home, file: Landed, content: bytes, at: datetime) -> Ingested:
    judgement = read_landed(sources()[ID], content, load_indicators(), public_on=file.public_on, today=at.date())
    return keep_judged(home, file, judgement, at=at)
