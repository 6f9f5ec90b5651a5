"""Sources of the user's own in threefutures.toml: tables and evaluations on this machine, and tables on the network."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from flows.address import is_web
from flows.configuration import InspectSource, OwnTable, Sources
from flows.fetch import Answer, Validators
from flows.given import bytes_of
from flows.horizon import Evaluations, read_evaluations
from flows.ingest import Ingested, failed, total
from flows.live import PERIODS, Due, Live, ingest_answer, is_early
from metrics.attempts import as_csv
from metrics.errors import DataError, UsageError
from metrics.source import Expected, sources
from warehouse.fetched import last_seen
from warehouse.home import Home
from warehouse.own import Described, describe_own

Own = OwnTable | InspectSource

SUFFIXES = (".csv", ".parquet", ".jsonl", ".ndjson")
"""Files of a folder that are tables; the others in it are none of our business."""


def addresses(configured: Sources) -> list[Live]:
    """The tables that are fetched."""
    return [
        Live(_described(name, table).source, str(table.path), table.every, table.known_since)
        for name, table in _enabled(configured).items()
        if isinstance(table, OwnTable) and _is_address(table) and name not in sources()
    ]


def ingest_own_sources(
    home: Home, configured: Sources, *, at: datetime, names: Sequence[str] = ()
) -> tuple[Ingested, ...]:
    """Read the files that are on this machine, of all sources or of those named.

    What each source is, fetched ones too, is said beside what lands. The caller holds the writer's lock. A fault is
    told, not raised.
    """
    done = []
    for name, table in _enabled(configured).items():
        if names and name not in names:
            continue
        try:
            _require_ours(name, table)
            describe_own(home, _described(name, table))
            if not _is_address(table):
                done.append(total(_ingest_files(home, name, table, at), name))
        except (DataError, UsageError) as error:
            done.append(failed(name, DataError(error.message, found=error.found, next=error.next)))
    return tuple(done)


def _ingest_files(home: Home, name: str, table: Own, at: datetime) -> Iterable[Ingested]:
    source = _described(name, table).source
    for path in _paths(name, Path(table.path)) if isinstance(table, OwnTable) else [table.path]:
        seen = last_seen(home, name, str(path), at=at)
        if seen is not None and is_early(seen.seen_at, PERIODS[table.every], at):
            continue
        asked = Due(Live(source, str(path), table.every, table.known_since), seen)
        yield ingest_answer(home, asked, Answer(_content(path, table), Validators(), str(path)), at)


def _content(path: Path, table: Own) -> bytes:
    if isinstance(table, OwnTable):
        return bytes_of(path, next="mend the path in threefutures.toml, or let this user read it")
    # Logs hold whole conversations: their counts land.
    given = Evaluations([path], table.minutes, table.scorer, table.release_dates)
    return as_csv(read_evaluations(given))


def _paths(name: str, path: Path) -> Sequence[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES and file.is_file())
    if not found:
        raise DataError(
            f"{name}: there is no table in {path}", found=f"no {', '.join(SUFFIXES)}", next="give the folder of some"
        )
    return found


def _require_ours(name: str, table: Own) -> None:
    if name in sources():
        raise DataError(
            f"[sources.{name}] has the name of a source of threefutures",
            found=f"sources: {', '.join(sources())}",
            next="give it another name",
        )
    if isinstance(table, OwnTable) and table.indicators is not None:
        raise DataError(
            f"[sources.{name}] has indicators of its own, which are not tracked",
            found=f"indicators = {str(table.indicators)!r}",
            next="threefutures classify --data FILE --indicators FILE judges such a table; leave the key out here",
        )
    if isinstance(table, OwnTable) and table.expect and Path(table.path).is_dir():
        raise DataError(
            f"[sources.{name}.expect] is about one file, which follows the one before it",
            found=f"a folder at {table.path}",
            next="name one file or address, or leave the table out",
        )


def _enabled(configured: Sources) -> Mapping[str, Own]:
    return {name: table for name, table in sorted(configured.own.items()) if table.enabled}


def _described(name: str, table: Own) -> Described:
    expect = table.expect if isinstance(table, OwnTable) else None
    return Described(name, table.kind, table.private, Expected(**expect.model_dump()) if expect else None)


def _is_address(table: Own) -> bool:
    return isinstance(table, OwnTable) and is_web(table.path)
