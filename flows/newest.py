"""`threefutures ingest` without files: what is new, of every source or of those named."""

from collections.abc import Callable, Sequence
from datetime import datetime

from flows.configuration import Configuration
from flows.git_source import ID as GIT
from flows.git_source import ingest_readings, read_repositories, require_repositories
from flows.ingest import Ingested, chosen_sources, ingest_each
from flows.live import fetch_named, ingest_downloads
from flows.own_files import require_files
from flows.own_sources import addresses, ingest_own_sources
from warehouse.home import Home


def newest(
    home: Home, said: Configuration, names: Sequence[str], *, at: datetime, offline: bool
) -> Callable[[datetime], tuple[Ingested, ...]]:
    """Fetch and measure what is asked for, before the writer's lock is taken; gives what keeps it under the lock.

    Args:
        home: the data folder.
        said: the configuration.
        names: ids of sources; none means all that ship, and of the others those that are configured and due.
        at: the instant of asking.
        offline: ask nobody on the network.

    Raises:
        UsageError: a name is of no source, or of one that has nothing to read.
    """
    ours = [name for name in names if name in said.sources.own]
    others = [name for name in names if name not in ours]
    chosen = chosen_sources(others) if others or not ours else []
    reads_git = require_repositories(chosen, said.sources.git, named=bool(names))
    require_files([one for one in chosen if one.id != GIT], offline=offline)
    home.prepare()
    fetched = [] if offline else fetch_named(home, said, names, at=at, others=addresses(said.sources))
    readings = read_repositories(home, said.sources.git, on=at.date(), offline=offline) if reads_git else []
    ships = [one.id for one in chosen if one.files]

    def keep(at: datetime) -> tuple[Ingested, ...]:
        return (
            *(ingest_each(home, ships, at=at) if ships else ()),
            *(ingest_own_sources(home, said.sources, at=at, names=ours) if ours or not names else ()),
            *ingest_downloads(home, fetched, at=at),
            *([ingest_readings(home, readings, at=at)] if readings else []),
        )

    return keep
