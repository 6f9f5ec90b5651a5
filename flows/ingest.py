"""Every source's files -> landing, facts and quarantine.

A source that fails stops itself alone: what it knew stays, and the run says so.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from metrics import Catalogue, load_indicators
from metrics.errors import DataError, UsageError
from metrics.judge import judge
from metrics.observation import Judgement
from metrics.source import EmbeddedFile, Source, sources
from warehouse.connection import live
from warehouse.facts import Kept, keep
from warehouse.home import Home
from warehouse.landing import Landed, land


class Ingested(NamedTuple):
    """What became of one source in one run. Seconds are those of each step."""

    source: str
    files: int
    new_files: int
    read: int
    accepted: int
    quarantined: int
    new: int
    known: int
    revised: int
    withdrawn: int
    fetch_seconds: float
    judge_seconds: float
    keep_seconds: float
    unchanged: int = 0
    """Files that were fetched, or asked for, and are those of last time."""
    error: str = ""
    """The three lines of a source that failed as a whole; empty when it did not."""
    tolerated: bool = False
    """Whether the command may end well although the source failed: what others publish is not ours to mend."""


class IngestOne(Protocol):
    """Anything that ingests one source as ingest_source does."""

    def __call__(self, home: Home, source: Source, *, at: datetime) -> Ingested: ...


def chosen_sources(names: Sequence[str]) -> list[Source]:
    """The sources named, or all that ship with the project.

    Raises:
        UsageError: a name is of no source.
    """
    known = sources()
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no source {name!r}",
                found=f"sources: {', '.join(known)}",
                next="threefutures sources lists them",
            )
    return [known[name] for name in names] if names else [source for source in known.values() if source.files]


def ingest_each(
    home: Home, names: Sequence[str], *, at: datetime, one: IngestOne | None = None
) -> tuple[Ingested, ...]:
    """Ingest sources one after another: the warehouse has one writer. A source that fails is told, not raised.

    Args:
        home: the data folder; the caller holds the writer's lock.
        names: ids of sources; none means all.
        at: the instant of the run.
        one: what ingests one source, where it is more than ingest_source itself.
    """
    ingest = one or ingest_source
    done = []
    for source in chosen_sources(names):
        try:
            done.append(ingest(home, source, at=at))
        except DataError as error:
            done.append(failed(source.id, error))
    return tuple(done)


def ingest_source(home: Home, source: Source, *, at: datetime) -> Ingested:
    """Land, judge and keep the files of one source.

    Raises:
        DataError: a file cannot be used as a whole; the files before it are kept.
    """
    catalogue = load_indicators()
    return total((ingest_file(home, source, file, catalogue, at) for file in source.embedded()), source.id)


def ingest_files(
    home: Home, source: Source, files: Sequence[EmbeddedFile], *, known_since: date | None, at: datetime
) -> Ingested:
    """Land, judge and keep files of the user's own as those of a source.

    Args:
        home: the data folder; the caller holds the writer's lock.
        source: what they are read as.
        files: names and bytes.
        known_since: first day the public could know what they say; the day of landing where it is None.
        at: the instant of the run.

    Raises:
        DataError: a file cannot be used as a whole; the files before it are kept.
    """
    catalogue = load_indicators()
    return total((ingest_file(home, source, file, catalogue, at, known_since) for file in files), source.id)


def read_landed(source: Source, content: bytes, catalogue: Catalogue, *, public_on: date, today: date) -> Judgement:
    """What a landed file says: pure, so that a rebuild says the same.

    Args:
        source: what it is read as.
        content: the file.
        catalogue: the indicators.
        public_on: the day its values are known since, for those that have no date of their own.
        today: no value may be of a later day.
    """
    raw = source.parse(content)
    raw["known_since"] = raw["known_since"].where(raw["known_since"] != "", public_on.isoformat())
    details = {table: read(content).assign(known_since=public_on) for table, read in source.details.items()}
    return replace(judge(raw, catalogue, today=today), details=details)


def ingest_file(
    home: Home,
    source: Source,
    file: EmbeddedFile,
    catalogue: Catalogue,
    at: datetime,
    known_since: date | None = None,
) -> Ingested:
    """Land, judge and keep one file.

    Raises:
        DataError: it cannot be used as a whole.
    """
    started = time.perf_counter()
    landed: Landed = land(
        home, source.id, file.content, name=file.name, url=source.url, fetched_at=at, known_since=known_since
    )
    fetched = time.perf_counter()
    judgement = read_landed(source, file.content, catalogue, public_on=landed.public_on, today=at.date())
    judged = time.perf_counter()
    done = keep_judged(home, landed, judgement, at=at)
    return done._replace(fetch_seconds=fetched - started, judge_seconds=judged - fetched)


def keep_judged(home: Home, landed: Landed, judgement: Judgement, *, at: datetime) -> Ingested:
    """Keep what the judge made of a landed file."""
    started = time.perf_counter()
    with live(home) as connection:
        kept: Kept = keep(connection, landed, judgement, at=at)
    return Ingested(
        source=landed.source,
        files=1,
        new_files=int(landed.new),
        read=kept.read,
        accepted=kept.accepted,
        quarantined=kept.quarantined,
        new=kept.new,
        known=kept.known,
        revised=kept.revised,
        withdrawn=kept.withdrawn,
        fetch_seconds=0.0,
        judge_seconds=0.0,
        keep_seconds=time.perf_counter() - started,
    )


def failed(source: str, error: DataError, *, tolerated: bool = False) -> Ingested:
    """A source of which nothing was ingested, and why."""
    return nothing(source)._replace(error=str(error), tolerated=tolerated)


def nothing(source: str) -> Ingested:
    """A source of which nothing was read."""
    return Ingested(source, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, 0.0)


def total(ingested: Iterable[Ingested], source: str = "") -> Ingested:
    """The sums of several; errors are left out."""
    rows = list(ingested) or [nothing(source)]
    sums: list[Any] = [sum(column) for column in zip(*(one[1:-2] for one in rows), strict=True)]
    return Ingested(source, *sums)
