"""Landed files -> facts and quarantine, made anew: how a mended parser or a new schema reaches what is kept."""

from datetime import datetime

from flows.ingest import read_landed
from flows.progress import step
from metrics import load_indicators
from metrics.errors import DataError, WarehouseError
from metrics.observation import Judgement
from metrics.source import sources
from warehouse import rebuild as warehouse_rebuild
from warehouse.connection import is_current
from warehouse.home import Home
from warehouse.landing import Landed, land, landed
from warehouse.own import every_source
from warehouse.publish import publish
from warehouse.rebuild import Rebuilt


def rebuild(home: Home, *, at: datetime) -> Rebuilt:
    """Facts and quarantine from the landed files alone, then published; the caller holds the writer's lock.

    Raises:
        DataError: a landed file is of a source that is no longer there, or cannot be read any more.
    """
    if home.lake:
        raise WarehouseError(
            "a lake is not rebuilt in place",
            found="facts of several machines, whose files do not all lie here",
            next="name a new catalogue and folder under [lake], and ingest again on each machine",
        )
    catalogue, known = load_indicators(), every_source(home)

    def read(file: Landed, content: bytes) -> Judgement:
        source = known.get(file.source)
        if source is None:
            raise DataError(
                f"landing/{file.source}: there is no source of that name",
                found=f"sources: {', '.join(known)}",
                next="bring back its module in metrics/sources, or move the folder away; facts are as before",
            )
        return read_landed(source, content, catalogue, public_on=file.public_on, today=at.date())

    rebuilt = warehouse_rebuild.rebuild(home, read, at=at)
    publish(home)
    return rebuilt


def require_landed(home: Home) -> None:
    """An empty snapshot must not come from a rebuild of nothing.

    Raises:
        DataError: no file has landed.
    """
    if not landed(home):
        raise DataError(
            f"{home.landing}: no file has landed",
            found="nothing to rebuild from",
            next="threefutures run ingests every source",
        )


def bring_up_to_date(home: Home, *, at: datetime) -> None:
    """Rebuild a live database that an older schema made, or that cannot be read; the caller holds the lock.

    Files that ship with the project land first: of those a damaged or missing copy is no loss.
    """
    if is_current(home):
        return
    with step("rebuild") as watch:
        for source in sources().values():
            for file in source.embedded():
                land(home, source.id, file.content, name=file.name, url=source.url, fetched_at=at)
        rebuild(home, at=at)
        watch.text = "the warehouse was of an older schema, or could not be read"
