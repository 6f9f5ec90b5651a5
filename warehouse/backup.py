"""A copy of everything that is kept, taken while nobody writes. Copied back, it is the data folder again."""

import shutil
from pathlib import Path
from typing import NamedTuple

from metrics.errors import UsageError, WarehouseError
from warehouse.connection import live
from warehouse.export import sha256_of_file
from warehouse.faults import free_bytes, os_explained
from warehouse.files import PARTIAL, being_written, put_folder_in_place
from warehouse.home import Home

LEFT_OUT = ("prefect", ".*.lock", ".starting.lock", f"*{PARTIAL}", f"*{PARTIAL}.wal")
"""Prefect's own database may be written to at any time, and nothing rests on it; locks belong to processes."""


class Copied(NamedTuple):
    """What was copied."""

    folder: Path
    files: int
    size: int
    """Bytes."""


def back_up(home: Home, target: Path) -> Copied:
    """Copy the data folder, whole or not at all; the caller holds the writer's lock.

    Raises:
        UsageError: there is something at the target, or it lies in the data folder.
        WarehouseError: there is nothing to copy, no room, or a copied file is not like its original.
    """
    _require_elsewhere(home, target)
    if home.lake:
        raise WarehouseError(
            f"{home.root}: what is kept lies in a lake",
            found="a catalogue in PostgreSQL and a folder of files",
            next="pg_dump the catalogue, then copy the folder, while nothing writes",
        )
    if not home.live.exists():
        raise WarehouseError(f"{home.root}: there is nothing to back up", found="no database", next="threefutures run")
    with live(home) as connection:
        connection.execute("CHECKPOINT")  # the log of a killed process goes into the file
    with os_explained(target):
        _require_room(home, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with being_written(target) as partial:
            shutil.copytree(home.root, partial, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
            files = [path for path in sorted(partial.rglob("*")) if path.is_file() and not path.is_symlink()]
            _compare(home, partial, files)
            copied = Copied(target, len(files), sum(path.stat().st_size for path in files))
            put_folder_in_place(partial, target)
    return copied


def _require_elsewhere(home: Home, target: Path) -> None:
    if target.resolve().is_relative_to(home.root.resolve()):
        raise UsageError(f"{target}: the copy would lie in what is copied", next="give a folder elsewhere")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target}: there is something already", next="give a folder that is not there yet")


def _require_room(home: Home, target: Path) -> None:
    size = sum(path.stat().st_size for path in home.root.rglob("*") if path.is_file() and not path.is_symlink())
    if (free := free_bytes(target)) < size:
        raise WarehouseError(
            f"{target}: the disk has no room for a copy",
            found=f"{free // 1024:,} kB free, {size // 1024:,} kB needed",
            next="give a folder on another disk",
        )


def _compare(home: Home, copy: Path, files: list[Path]) -> None:
    for file in files:
        original = home.root / file.relative_to(copy)
        if sha256_of_file(file) != sha256_of_file(original):
            raise WarehouseError(
                f"{original}: the file changed while it was copied",
                found="a copy that is not like it",
                next="stop what writes in the data folder beside threefutures, and run it again",
            )
