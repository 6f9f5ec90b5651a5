"""Files that appear whole or not at all, one by one or as a set. Knows nothing of what is in them."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PARTIAL = ".threefutures-partial"
"""Suffix of a file or folder that is still being written; what a killed process left of it is swept."""

COMPLETE = ".threefutures-complete"
"""Folder of a set that is whole and on its way to the places of its files."""


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it, also after a power cut."""
    with being_written(target) as partial:
        partial.write_bytes(content)
        put_in_place(partial, target)


def partial_of(target: Path) -> Path:
    """Where to write what will be put in the place of `target`: beside it, on the same file system."""
    return target.with_name(target.name + PARTIAL)


@contextmanager
def being_written(target: Path) -> Iterator[Path]:
    """Where to write what will be put in the place of `target`; what could not be finished gives its room back."""
    partial = partial_of(target)
    _remove_with_log(partial)
    try:
        yield partial
    except BaseException:
        with suppress(OSError):
            _remove_with_log(partial)
        raise


def put_in_place(partial: Path, target: Path) -> None:
    """Swap a finished file in; whoever holds the old one open keeps reading it."""
    log = _log_of(partial)
    if log.exists():
        raise OSError(errno.EIO, "the database has not taken in its log", str(log))
    _flush(partial)
    _log_of(target).unlink(missing_ok=True)  # of the database that goes; taken for the new one's, it would stop it
    partial.replace(target)
    _flush(target.parent)


def put_folder_in_place(partial: Path, folder: Path) -> None:
    """Swap a finished folder in where there is none, or an empty one.

    Raises:
        OSError: there is a file of that name, or something in the folder.
    """
    for file in sorted(partial.rglob("*")):
        _flush(file)
    put_in_place(partial, folder)


def put_all_in_place(partial: Path, folder: Path) -> None:
    """Swap every file and folder of a finished folder into `folder`.

    One rename decides: killed before it, none is swapped in; killed after it, the next `sweep` does the rest.
    """
    for file in partial.iterdir():
        _flush(file)
    _flush(partial)
    partial.replace(folder / COMPLETE)
    _flush(folder)
    _finish(folder)


def _finish(folder: Path) -> None:
    complete = folder / COMPLETE
    if complete.is_dir():
        for file in sorted(complete.iterdir()):
            if file.is_dir():
                # A folder that is not empty cannot be replaced; killed here, the next sweep goes on.
                shutil.rmtree(folder / file.name, ignore_errors=True)
            file.replace(folder / file.name)
        _flush(folder)
        complete.rmdir()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(*folders: Path) -> None:
    """Finish the swaps that killed processes began, and remove the files and folders they left half written.

    Call it only while holding the writer's lock.
    """
    for folder in folders:
        _finish(folder)
        for leftover in (*folder.glob(f"*{PARTIAL}"), *folder.glob(f"*{PARTIAL}.wal")):
            _remove(leftover)


def _remove_with_log(partial: Path) -> None:
    for leftover in (partial, _log_of(partial)):
        _remove(leftover)


def _log_of(database: Path) -> Path:
    """Where DuckDB keeps what is not yet in the file."""
    return database.with_name(f"{database.name}.wal")


def _remove(leftover: Path) -> None:
    if leftover.is_dir() and not leftover.is_symlink():
        shutil.rmtree(leftover)
    else:
        leftover.unlink(missing_ok=True)
