"""Files of the user's own, read as those of a source: `threefutures ingest SOURCE --file FILE`."""

from collections.abc import Sequence
from datetime import date, datetime

from flows.given import bytes_of
from flows.horizon import Evaluations, read_evaluations
from flows.ingest import Ingested, chosen_sources, failed, ingest_files
from metrics.attempts import as_csv
from metrics.errors import DataError, UsageError
from metrics.source import EmbeddedFile, Source
from warehouse.home import Home
from warehouse.own import own_sources

EVALUATIONS = "inspect_logs"
"""The source whose files are counted before they land: logs hold whole conversations."""


def one_source(chosen: Sequence[Source], names: Sequence[str], *, option: str = "--file") -> Source:
    """The source that files are read as, or whose file an option is about.

    Raises:
        UsageError: none or several are named.
    """
    if len(names) == 1:
        return chosen[0]
    raise UsageError(
        f"{option} needs one SOURCE" + (" to be read as" if option == "--file" else ""),
        found=", ".join(names) or "none",
        next="threefutures ingest metr_runs --file runs.jsonl; threefutures sources lists them",
    )


def named_sources(home: Home, names: Sequence[str]) -> list[Source]:
    """The sources named, the user's own too.

    Raises:
        UsageError: a name is of no source.
    """
    own = own_sources(home)
    return [own[name] if name in own else chosen_sources([name])[0] for name in names]


def require_day(known_since: date | None) -> date:
    """The day that files are known since. None is guessed: a file of last year would pass for today's news, and vote.

    Raises:
        UsageError: it was not given.
    """
    if known_since is None:
        raise UsageError(
            "--file needs the day since which the public could know what it says",
            found="no --known-since",
            next="add --known-since 2026-03-03, the day of publication, or today for what nobody has published",
        )
    return known_since


def require_files(chosen: Sequence[Source], *, offline: bool = False) -> None:
    """A source that ships no file and is not fetched reads those it is given.

    Raises:
        UsageError: there is such a source, and no file.
    """
    for source in chosen:
        if not source.files and (offline or not source.address):
            raise UsageError(
                f"{source.id} ships no file",
                found="no --file",
                next=f"threefutures ingest {source.id} --file FILE",
            )


def ingest_own(home: Home, source: Source, given: Evaluations, *, known_since: date, at: datetime) -> Ingested:
    """Ingest the files as the source's; one that cannot be used is told, not raised.

    Args:
        home: the data folder; the caller holds the writer's lock.
        source: what they are read as.
        given: the files.
        known_since: first day the public could know what they say.
        at: the instant of the run.
    """
    try:
        return ingest_files(home, source, _contents(source, given), known_since=known_since, at=at)
    except DataError as error:
        return failed(source.id, error)


def _contents(source: Source, given: Evaluations) -> list[EmbeddedFile]:
    if source.id == EVALUATIONS:
        return [EmbeddedFile("attempts.csv", as_csv(read_evaluations(given)))]
    return [EmbeddedFile(path.name, bytes_of(path)) for path in given.files]
