"""Publishers' files, fetched: which are due, what is there, and what becomes of it.

Fetching happens before the writer's lock is taken, so that a slow server holds nobody up. A publisher who cannot be
reached, or whose file is not what was expected, fails no run: what was known stays, and the run and the report say so.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from flows.address import is_web, shown
from flows.configuration import Configuration, Network, Sources
from flows.fetch import MEGABYTE, Answer, Limits, Surroundings, Validators, fetch, published_on
from flows.ingest import Ingested, failed, keep_judged, nothing, read_landed
from metrics import load_indicators
from metrics.drift import Breach, breach
from metrics.errors import DataError
from metrics.observation import Judgement
from metrics.own_source import columns_of
from metrics.source import Expected, Source, sources
from warehouse.connection import live
from warehouse.fetched import Seen, last_seen, note_seen
from warehouse.held import Held, hold, is_held, named, release
from warehouse.home import Home
from warehouse.landing import Landed, content_of, land, landed_file, sha256_of
from warehouse.vintages import is_kept, last_publication

PUBLISHERS = {"metr": ("metr_results", "metr_task_counts"), "epoch": ("epoch_hub",)}
"""Sources by the name of their table in threefutures.toml."""

PERIODS = {
    "always": timedelta(0),
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
}

EARLY_RULE = "known before observed"
"""What the judge says of values that would have been known before they happened."""

EARLY = 0.1
"""A run of a schedule starts some seconds earlier or later than that of last time: nine tenths of a period are one."""


class Live(NamedTuple):
    """A source whose newest file is fetched."""

    source: Source
    url: str
    every: str
    known_since: date | None = None
    """First day the public could know what it says, where the user says so; else its server does."""


class Due(NamedTuple):
    """A file that is to be asked for now."""

    live: Live
    seen: Seen | None
    """The file that was there last time."""


class Download(NamedTuple):
    """What came of asking for it."""

    due: Due
    seconds: float
    answer: Answer | None
    """None: nothing came, for the reason in `error`."""
    error: DataError | None = None


def publishers(configured: Sources) -> list[Live]:
    """The publishers' files that the configuration asks for."""
    found = []
    for name, ids in PUBLISHERS.items():
        table = getattr(configured, name)
        if table is not None and table.enabled:
            first = sources()[ids[0]]
            # A copy of one's own has all files of a publisher beside each other.
            base = table.url or first.address
            found += [
                Live(one, urljoin(base, _file(one)) if one is not first else base, table.every)
                for one in map(sources().__getitem__, ids)
            ]
    return found


def _file(source: Source) -> str:
    return urlsplit(source.address).path.rpartition("/")[2]


def limits(network: Network) -> Limits:
    """How long and how much, as configured."""
    return Limits(
        connect_seconds=min(network.timeout, Limits.connect_seconds),
        read_seconds=network.timeout,
        total_seconds=max(network.timeout, Limits.total_seconds),
        largest=int(network.max_mb * MEGABYTE),
        allow_private=network.allow_private,
    )


def due(home: Home, wanted: Iterable[Live], *, at: datetime) -> list[Due]:
    """The files that have not been there for as long as their period."""
    asked = [Due(one, last_seen(home, one.source.id, one.url, at=at)) for one in wanted]
    return [one for one in asked if one.seen is None or not is_early(one.seen.seen_at, PERIODS[one.live.every], at)]


def is_early(seen_at: datetime, period: timedelta, at: datetime) -> bool:
    """Whether a file that was there at an instant need not be asked for."""
    return at - seen_at < period * (1 - EARLY)


def fetch_named(
    home: Home, configured: Configuration, names: Sequence[str], *, at: datetime, others: Sequence[Live] = ()
) -> list[Download]:
    """What is at the addresses of the sources named, at once; or, where none is, of all that are due, others too."""
    known = [*publishers(configured.sources), *others]
    if names:
        shipped = [Live(one, one.address, "always") for one in sources().values() if one.address]
        asked = {one.source.id: one for one in (*shipped, *known)}
        wanted = due(home, [asked[name]._replace(every="always") for name in names if name in asked], at=at)
    else:
        wanted = due(home, known, at=at)
    return [download(one, at=at, limits=limits(configured.network)) for one in wanted]


def download(wanted: Due, *, at: datetime, limits: Limits, surroundings: Surroundings | None = None) -> Download:
    """What is at an address; writes nothing, and raises nothing that the network can be blamed for."""
    started = time.perf_counter()
    known = Validators(wanted.seen.etag, wanted.seen.last_modified) if wanted.seen else None
    answer, fault = None, None
    try:
        answer = fetch(wanted.live.url, known=known, limits=limits, seed=int(at.timestamp()), surroundings=surroundings)
    except DataError as error:
        fault = error
    except Exception as error:  # a publisher's answer ends no run, whatever it makes of our own code
        fault = DataError(
            f"{wanted.live.source.id}: its answer met a fault of our own: {type(error).__name__}",
            found=str(error) or "no message",
            next="report it, please; what was known stays",
        )
    return Download(wanted, time.perf_counter() - started, answer, fault)


def ingest_downloads(home: Home, downloads: Iterable[Download], *, at: datetime) -> tuple[Ingested, ...]:
    """Keep what was fetched; the caller holds the writer's lock. What cannot be used is told, not raised."""
    return tuple(_told(home, one, at)._replace(fetch_seconds=one.seconds) for one in downloads)


def accept(home: Home, source: Source, sha256: str, *, at: datetime) -> Ingested:
    """Keep a file that was held back, after somebody has looked; the caller holds the writer's lock.

    Raises:
        UsageError: no such file is held back.
        DataError: it cannot be read: the parser of its source must be mended first.
    """
    held = named(home, source.id, sha256)
    landed = _landed(home, source, held.sha256)
    content = content_of(home, landed)
    judgement = read_landed(source, content, load_indicators(), public_on=landed.public_on, today=at.date())
    # In this order: a file that is kept and marked would be missed by a rebuild.
    release(home, source.id, held.sha256)
    return keep_judged(home, landed, judgement, at=at)


def _told(home: Home, one: Download, at: datetime) -> Ingested:
    source = one.due.live.source
    try:
        if one.answer is None:
            raise one.error or DataError(f"{source.id}: nothing was fetched")
        return ingest_answer(home, one.due, one.answer, at)
    except DataError as error:
        return failed(source.id, error, tolerated=True)


def ingest_answer(home: Home, due: Due, answer: Answer, at: datetime) -> Ingested:
    """Keep what is at a place, if it is new and can be right; the caller holds the writer's lock.

    Raises:
        DataError: it is no data, or it is held back.
    """
    source, url, sha256 = due.live.source, due.live.url, _sha256(due, answer)
    seen = Seen(source.id, sha256, url, *answer.validators, at)
    if is_held(home, source.id, sha256):
        note_seen(home, seen)
        raise _held_back(source, sha256, *_reasons(home, source, sha256))
    with live(home) as connection:
        unchanged = is_kept(connection, source.id, sha256)
    if unchanged:
        note_seen(home, seen)
        return nothing(source.id)._replace(files=1, unchanged=1)
    content = answer.content
    if content is None:
        content = content_of(home, _landed(home, source, sha256))
    return _keep_new(home, due.live, content, seen)


def _sha256(due: Due, answer: Answer) -> str:
    if answer.content is not None:
        return sha256_of(answer.content)
    # Without a file of last time no server is asked whether it is still there.
    return due.seen.sha256 if due.seen else ""


class _Judged(NamedTuple):
    """A file that has not been kept before."""

    day: date
    """Since when it is known."""
    judgement: Judgement | None
    """None: it cannot be read."""
    fault: Breach | None
    """Why it is held back, if it is."""


def _keep_new(home: Home, asked: Live, content: bytes, seen: Seen) -> Ingested:
    """Keep a file that has not been kept before, or hold it back."""
    source, sha256, at = asked.source, seen.sha256, seen.seen_at
    started = time.perf_counter()
    day, judgement, fault = _dated(home, asked, content, seen)
    judged = time.perf_counter()
    if fault is None:
        release(home, source.id, sha256)  # a mark that a killed process left
    else:
        hold(home, Held(source.id, sha256, fault.rule, fault.reason, at))
    name, url = _called(asked)
    landed = land(home, source.id, content, name=name, url=url, fetched_at=at, known_since=day)
    if fault is not None or judgement is None:
        note_seen(home, seen)
        raise _held_back(source, sha256, *(fault or Breach("", "")))
    done = keep_judged(home, landed, judgement, at=at)
    note_seen(home, seen)
    return done._replace(judge_seconds=judged - started)


def _called(asked: Live) -> tuple[str, str]:
    """What a file is called, and its address: where it lies on this machine is nobody else's business."""
    if not is_web(asked.url):
        return Path(asked.url).name, ""
    return urlsplit(asked.url).path.rpartition("/")[2] or asked.source.id, shown(asked.url)


def _dated(home: Home, asked: Live, content: bytes, seen: Seen) -> _Judged:
    """A file judged as of the day it was published."""
    # A process killed before it kept the file has landed it with its day, which stays.
    before, today = landed_file(home, asked.source.id, seen.sha256), seen.seen_at.date()
    if before is not None or asked.known_since is not None:
        return _judged(home, asked.source, content, before.public_on if before else asked.known_since or today, today)
    day = published_on(Validators(seen.etag, seen.last_modified), seen.seen_at)
    judged = _judged(home, asked.source, content, day, today)
    # Many servers give the date of a disk: nothing is published before it has happened.
    is_early = judged.judgement is not None and EARLY_RULE in set(judged.judgement.rejected["rule"])
    return _judged(home, asked.source, content, today, today) if judged.fault and is_early else judged


def _landed(home: Home, source: Source, sha256: str) -> Landed:
    landed = landed_file(home, source.id, sha256)
    if landed is None:
        raise DataError(
            f"landing/{source.id}/{sha256}: the note of the file is gone",
            found="a file without one",
            next="remove it: the next run fetches it again",
        )
    return landed


def _judged(home: Home, source: Source, content: bytes, day: date, today: date) -> _Judged:
    try:
        judgement = read_landed(source, content, load_indicators(), public_on=day, today=today)
    except DataError as error:
        if source.expected is None:
            raise
        reason = error.message + (f" ({error.found})" if error.found else "")
        return _Judged(day, None, Breach("cannot be read", reason))
    if source.expected is None:  # a user's own table may become what its user likes
        return _Judged(day, judgement, None)
    if gone := _missing(source.expected, content, source.id):
        return _Judged(day, judgement, Breach("a column is missing", f"there is no {', '.join(gone)} in it"))
    with live(home) as connection:
        before = last_publication(connection, source.id, day)
    return _Judged(day, judgement, breach(source.expected, judgement, before))


def _missing(expected: Expected, content: bytes, name: str) -> list[str]:
    there = columns_of(content, name=name) if expected.columns else ()
    return [column for column in expected.columns if column not in there]


def _reasons(home: Home, source: Source, sha256: str) -> tuple[str, str]:
    held = named(home, source.id, sha256)
    return held.rule, held.reason


def _held_back(source: Source, sha256: str, rule: str, reason: str) -> DataError:
    return DataError(
        f"{source.id}: its newest file is held back: {rule}",
        found=reason,
        next=f"look at landing/{source.id}/{sha256}; threefutures ingest {source.id} --accept {sha256[:12]} takes it",
    )
