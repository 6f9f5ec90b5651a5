"""Whether what is kept is whole: landed files, the published set. Looks, and mends nothing."""

from pathlib import Path
from typing import NamedTuple

from warehouse.connection import snapshot
from warehouse.export import sha256_of_file
from warehouse.faults import free_bytes, os_explained
from warehouse.home import Home
from warehouse.publish import ROOM, SUMS


class Contents(NamedTuple):
    """What the snapshot has."""

    facts: int
    files: tuple[tuple[str, str], ...]
    """Source and SHA-256 of every landed file that its facts rest on."""


class Room(NamedTuple):
    """Space on the disk, in bytes."""

    free: int
    needed: int
    """By the next publication."""


def contents(home: Home) -> Contents:
    """What the published snapshot has.

    Raises:
        WarehouseError: nothing is published, or it is no readable database.
    """
    with snapshot(home) as connection:
        ((facts,),) = connection.execute("SELECT count(*) FROM fact").fetchall()
        files = connection.execute("SELECT source, sha256 FROM landing ORDER BY ALL").fetchall()
    return Contents(int(facts), tuple((str(source), str(sha256)) for source, sha256 in files))


def altered(home: Home) -> list[str]:
    """Published files that are not as SHA256SUMS says, or gone."""
    with os_explained(home.published):
        lines = (home.published / SUMS).read_text("utf-8").splitlines()
        told = [line.split("  ", 1) for line in lines]
        return [name for sha256, name in told if not _is(home.published / name, sha256)]


def not_landed(home: Home, files: tuple[tuple[str, str], ...]) -> list[str]:
    """Landed files that are gone, or no longer what was fetched."""
    with os_explained(home.landing):
        return [f"{source}/{sha256}" for source, sha256 in files if not _is(home.landing / source / sha256, sha256)]


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of_file(path) == sha256


def room(home: Home) -> Room:
    """Free space, and how much the next publication needs."""
    size = home.live.stat().st_size if home.live.exists() else 0
    return Room(free_bytes(home.root), ROOM * size)
