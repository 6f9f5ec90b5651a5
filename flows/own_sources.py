"""Sources of the user's own in threefutures.toml: tables and evaluations on this machine, and tables on the network."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from flows.configuration import InspectSource, OwnTable, Sources
from flows.given import bytes_of
from flows.horizon import Evaluations, read_evaluations
from flows.ingest import Ingested, failed, ingest_file, nothing, total
from flows.live import PERIODS, Live, is_early
from metrics import load_indicators
from metrics.attempts import as_csv
from metrics.errors import DataError, UsageError
from metrics.source import EmbeddedFile, sources
from warehouse.connection import live
from warehouse.fetched import Seen, last_seen, note_seen
from warehouse.home import Home
from warehouse.landing import sha256_of
from warehouse.own import Described, describe_own
from warehouse.vintages import is_kept

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
    source, catalogue = _described(name, table).source, load_indicators()
    for path in _paths(name, Path(table.path)) if isinstance(table, OwnTable) else [table.path]:
        seen = last_seen(home, name, str(path), at=at)
        if seen is not None and is_early(seen.seen_at, PERIODS[table.every], at):
            continue
        file = EmbeddedFile(path.name, _content(path, table))
        sha256 = sha256_of(file.content)
        with live(home) as connection:
            kept = is_kept(connection, name, sha256)
        if kept:
            yield nothing(name)._replace(files=1, unchanged=1)
        else:
            yield ingest_file(home, source, file, catalogue, at, table.known_since)
        note_seen(home, Seen(name, sha256, str(path), "", "", at))


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


def _enabled(configured: Sources) -> Mapping[str, Own]:
    return {name: table for name, table in sorted(configured.own.items()) if table.enabled}


def _described(name: str, table: Own) -> Described:
    return Described(name, table.kind, table.private)


def _is_address(table: Own) -> bool:
    return isinstance(table, OwnTable) and table.path.startswith(("http://", "https://"))
